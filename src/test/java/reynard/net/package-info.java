/// Who is at the other end.
@NullMarked
package reynard.net;

import org.jspecify.annotations.NullMarked;
