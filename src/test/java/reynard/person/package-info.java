/// One person, everywhere.
@NullMarked
package reynard.person;

import org.jspecify.annotations.NullMarked;
