/// Pages about programs, looked at.
@NullMarked
package reynard.ui.program;

import org.jspecify.annotations.NullMarked;
