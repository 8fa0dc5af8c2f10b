/// One subscriber's walk through one sequence: finds who is due, queues the next email.
@NullMarked
package reynard.enrollment;

import org.jspecify.annotations.NullMarked;
