/// Pages about layouts and snippets, looked at.
@NullMarked
package reynard.ui.template;

import org.jspecify.annotations.NullMarked;
