/// Layouts and what turns values into a subject, HTML and plain text.
@NullMarked
package reynard.template;

import org.jspecify.annotations.NullMarked;
