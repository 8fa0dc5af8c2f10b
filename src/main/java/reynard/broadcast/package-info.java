/// One email to many, once.
@NullMarked
package reynard.broadcast;

import org.jspecify.annotations.NullMarked;
