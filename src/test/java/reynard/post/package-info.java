@NullMarked
package reynard.post;

import org.jspecify.annotations.NullMarked;
