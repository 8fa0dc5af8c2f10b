/// The page that an author comes to first.
@NullMarked
package reynard.ui.home;

import org.jspecify.annotations.NullMarked;
