/// People who come as a table in a file.
@NullMarked
package reynard.sheet;

import org.jspecify.annotations.NullMarked;
