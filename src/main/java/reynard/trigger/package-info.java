/// What following a link leads to: a tag, or a sequence.
@NullMarked
package reynard.trigger;

import org.jspecify.annotations.NullMarked;
