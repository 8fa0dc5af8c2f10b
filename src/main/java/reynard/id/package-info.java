/// One typed id per table, so that a tag's id is never taken for a subscriber's.
@NullMarked
package reynard.id;

import org.jspecify.annotations.NullMarked;
