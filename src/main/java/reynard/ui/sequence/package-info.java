/// Pages about sequences and their emails.
@NullMarked
package reynard.ui.sequence;

import org.jspecify.annotations.NullMarked;
