/// Pages about what emails have in common: layouts and snippets.
@NullMarked
package reynard.ui.template;

import org.jspecify.annotations.NullMarked;
