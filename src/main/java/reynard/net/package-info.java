/// Pure: addresses of machines, and networks of them.
@NullMarked
package reynard.net;

import org.jspecify.annotations.NullMarked;
