/// Pages about sequences, looked at and filled in.
@NullMarked
package reynard.ui.sequence;

import org.jspecify.annotations.NullMarked;
