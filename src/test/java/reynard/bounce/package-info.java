@NullMarked
package reynard.bounce;

import org.jspecify.annotations.NullMarked;
