/// One person per address: state and custom fields.
@NullMarked
package reynard.subscriber;

import org.jspecify.annotations.NullMarked;
