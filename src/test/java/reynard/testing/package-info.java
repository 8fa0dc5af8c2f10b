/// What every test may lean on.
@NullMarked
package reynard.testing;

import org.jspecify.annotations.NullMarked;
