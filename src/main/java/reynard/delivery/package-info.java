/// The outbox: claim, speak SMTP, store the outcome, retry.
@NullMarked
package reynard.delivery;

import org.jspecify.annotations.NullMarked;
