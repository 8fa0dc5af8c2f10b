/// What happened: one sealed type, told to the rooms above in the transaction that made it happen.
@NullMarked
package reynard.event;

import org.jspecify.annotations.NullMarked;
