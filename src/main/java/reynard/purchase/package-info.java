/// What subscribers bought, as shops report it.
@NullMarked
package reynard.purchase;

import org.jspecify.annotations.NullMarked;
