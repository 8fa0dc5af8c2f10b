/// Labels on subscribers, and who has worn them since when.
@NullMarked
package reynard.tag;

import org.jspecify.annotations.NullMarked;
