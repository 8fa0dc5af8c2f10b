/// The whole database looked at row by row: whether everything in it can have come about by the rules.
@NullMarked
package reynard.audit;

import org.jspecify.annotations.NullMarked;
