@NullMarked
package reynard.sequence;

import org.jspecify.annotations.NullMarked;
