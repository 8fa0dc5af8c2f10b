/// What holds for the product as a whole.
@NullMarked
package reynard;

import org.jspecify.annotations.NullMarked;
