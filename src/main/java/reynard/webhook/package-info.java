/// Tells other people's servers what happened: signed, batched, retried. The one room that is an HTTP client.
@NullMarked
package reynard.webhook;

import org.jspecify.annotations.NullMarked;
