/// Pages about the account itself.
@NullMarked
package reynard.ui.settings;

import org.jspecify.annotations.NullMarked;
