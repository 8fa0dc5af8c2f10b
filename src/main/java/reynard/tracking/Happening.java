package reynard.tracking;

import java.time.Instant;
import java.util.Optional;
import reynard.id.AccountId;
import reynard.id.DeliveryId;

/// A reader, or a machine, did something with an email.
///
/// @param what was done
/// @param machine what gave a machine away at once; more is known when it is written down
record Happening(AccountId account, DeliveryId delivery, What what, Instant at, Optional<Machine> machine) {
    sealed interface What {
        /// Its picture was fetched.
        record Opened() implements What {}

        /// A link to this address was followed.
        record Clicked(String url) implements What {}
    }
}
