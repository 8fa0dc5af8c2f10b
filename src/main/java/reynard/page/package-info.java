/// Pages for people: templates filled, and the language that a visitor reads.
@NullMarked
package reynard.page;

import org.jspecify.annotations.NullMarked;
