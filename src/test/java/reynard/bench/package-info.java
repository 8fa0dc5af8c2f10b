/// The benchmarks that bin/bench runs.
@NullMarked
package reynard.bench;

import org.jspecify.annotations.NullMarked;
