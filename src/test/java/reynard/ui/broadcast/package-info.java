/// Pages about broadcasts, looked at.
@NullMarked
package reynard.ui.broadcast;

import org.jspecify.annotations.NullMarked;
