@NullMarked
package reynard.audit;

import org.jspecify.annotations.NullMarked;
