/// What an email tells of its reader, and the links that the reader follows.
@NullMarked
package reynard.tracking;

import org.jspecify.annotations.NullMarked;
