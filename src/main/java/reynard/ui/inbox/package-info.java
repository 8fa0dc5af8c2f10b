/// Pages about what the built-in inbox has kept.
@NullMarked
package reynard.ui.inbox;

import org.jspecify.annotations.NullMarked;
