/// Builds every room, connects them, starts and stops the loops; the only place that sees all.
@NullMarked
package reynard.app;

import org.jspecify.annotations.NullMarked;
