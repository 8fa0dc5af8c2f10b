/// Benchmarks of the pure rooms; `org.openjdk.jmh.Main` runs them.
@NullMarked
package reynard.bench;

import org.jspecify.annotations.NullMarked;
