/// Pages about the people of an account.
@NullMarked
package reynard.ui.people;

import org.jspecify.annotations.NullMarked;
