/// The HTTP server by itself, with small limits.
@NullMarked
package reynard.http;

import org.jspecify.annotations.NullMarked;
