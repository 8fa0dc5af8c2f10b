/// What an operator types: serve, demo, keys, …
@NullMarked
package reynard.cli;

import org.jspecify.annotations.NullMarked;
