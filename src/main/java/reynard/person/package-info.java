/// All that is known of one person, wherever it is kept: given to them, or erased.
@NullMarked
package reynard.person;

import org.jspecify.annotations.NullMarked;
