@NullMarked
package reynard.proof;

import org.jspecify.annotations.NullMarked;
