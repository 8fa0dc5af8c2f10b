/// What is tried before readers get it: whether a sending address is its author's, what an email looks like, a whole
/// sequence rehearsed.
@NullMarked
package reynard.proof;

import org.jspecify.annotations.NullMarked;
