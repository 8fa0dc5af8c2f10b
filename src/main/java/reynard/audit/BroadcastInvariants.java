package reynard.audit;

import java.util.Optional;

/// What is true of every broadcast at every moment between two transactions, whatever was done with it.
final class BroadcastInvariants {
    private BroadcastInvariants() {}

    static Optional<String> broken(BroadcastRow broadcast) {
        var status = broadcast.status();
        if (status.isEmpty()) {
            return Optional.of("does not exist, but the ledger has " + broadcast.emails() + " emails of it");
        }
        boolean begun = !status.equals("draft") && !status.equals("scheduled");
        if (!begun && broadcast.emails() > 0) {
            return Optional.of("is " + status + ", but the ledger has " + broadcast.emails() + " emails of it");
        }
        if (broadcast.last() > broadcast.walkedTo()) {
            return Optional.of("has an email for subscriber " + broadcast.last() + ", but its walk has only come to "
                    + broadcast.walkedTo());
        }
        if (!status.equals("completed")) {
            return Optional.empty();
        }
        if (!broadcast.through()) {
            return Optional.of("is completed, but its audience was not walked to the end");
        }
        return broadcast.untried() > 0
                ? Optional.of("is completed, but " + broadcast.untried() + " of its emails were never tried")
                : Optional.empty();
    }
}
