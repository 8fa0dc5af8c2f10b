/// Pages of the ledger, looked at.
@NullMarked
package reynard.ui.sending;

import org.jspecify.annotations.NullMarked;
