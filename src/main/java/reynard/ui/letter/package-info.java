/// What the pages have in common on which emails are written.
@NullMarked
package reynard.ui.letter;

import org.jspecify.annotations.NullMarked;
