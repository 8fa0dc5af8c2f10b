/// The signatures, checked by readers that are not ours.
@NullMarked
package reynard.mail.dkim;

import org.jspecify.annotations.NullMarked;
