/// Pages of the workplace, looked at and filled in.
@NullMarked
package reynard.ui.home;

import org.jspecify.annotations.NullMarked;
