/// The plan: ordered emails, each with a delay, inside a send window.
@NullMarked
package reynard.sequence;

import org.jspecify.annotations.NullMarked;
