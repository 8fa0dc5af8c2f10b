/// A whole course on a virtual clock, as a client of a server sees it: it knows nothing of the server but HTTP.
@NullMarked
package reynard.demo;

import org.jspecify.annotations.NullMarked;
