/// Pages about the ledger: what became of every email.
@NullMarked
package reynard.ui.sending;

import org.jspecify.annotations.NullMarked;
