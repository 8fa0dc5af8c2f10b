/// Pages of the workplace, looked at and filled in.
@NullMarked
package reynard.ui.settings;

import org.jspecify.annotations.NullMarked;
