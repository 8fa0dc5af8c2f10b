/// What readers do themselves, on pages of ours: leave, get fewer emails, change their address.
@NullMarked
package reynard.reader;

import org.jspecify.annotations.NullMarked;
