package reynard.ui.sending;

import java.util.List;
import reynard.ui.Frame;
import reynard.ui.Option;

/// One email of the ledger, with every try to hand it over.
///
/// @param facts what is known of it, in the order of time
/// @param path of what it is of; empty when it has no page
public record DeliveryPage(
        Frame frame,
        long id,
        String what,
        String path,
        String to,
        long person,
        LedgerPage.State state,
        String words,
        boolean open,
        boolean mayHaveArrived,
        List<Option> facts,
        List<Try> tries) {
    public DeliveryPage {
        facts = List.copyOf(facts);
        tries = List.copyOf(tries);
    }

    public record Try(int number, String at, String exact, String outcome, String tone, String stage, String reply) {}
}
