/// Many things at once, at once or in the background.
@NullMarked
package reynard.bulk;

import org.jspecify.annotations.NullMarked;
