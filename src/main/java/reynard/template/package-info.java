/// Layouts, snippets and Liquid: values in; subject, HTML and plain text out.
@NullMarked
package reynard.template;

import org.jspecify.annotations.NullMarked;
