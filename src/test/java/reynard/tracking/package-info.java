/// The links of an email, followed.
@NullMarked
package reynard.tracking;

import org.jspecify.annotations.NullMarked;
