/// Pages about people, looked at and filled in.
@NullMarked
package reynard.ui.people;

import org.jspecify.annotations.NullMarked;
