/// A second, simple telling of how a sequence behaves, and random histories that both it and a server live through.
@NullMarked
package reynard.model;

import org.jspecify.annotations.NullMarked;
