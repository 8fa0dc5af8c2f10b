/// Pages about the programs that an account works with: who is told of events, and who may call in its name.
@NullMarked
package reynard.ui.program;

import org.jspecify.annotations.NullMarked;
