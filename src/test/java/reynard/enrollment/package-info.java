@NullMarked
package reynard.enrollment;

import org.jspecify.annotations.NullMarked;
