@NullMarked
package reynard.reference;

import org.jspecify.annotations.NullMarked;
