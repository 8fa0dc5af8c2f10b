/// What readers do on pages of ours.
@NullMarked
package reynard.reader;

import org.jspecify.annotations.NullMarked;
