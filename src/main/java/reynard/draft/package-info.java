/// What authors have typed, before they save it and after.
@NullMarked
package reynard.draft;

import org.jspecify.annotations.NullMarked;
