/// The ledger and the sending, from outside.
@NullMarked
package reynard.delivery;

import org.jspecify.annotations.NullMarked;
