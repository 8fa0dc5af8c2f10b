@NullMarked
package reynard.feedback;

import org.jspecify.annotations.NullMarked;
