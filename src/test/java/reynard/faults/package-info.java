/// The proofs of what a send survives: each breaks something and counts what arrived.
@NullMarked
package reynard.faults;

import org.jspecify.annotations.NullMarked;
