@NullMarked
package reynard.identity;

import org.jspecify.annotations.NullMarked;
