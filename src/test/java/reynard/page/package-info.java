/// The links of an email, followed.
@NullMarked
package reynard.page;

import org.jspecify.annotations.NullMarked;
