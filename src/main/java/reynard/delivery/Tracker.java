package reynard.delivery;

import java.util.List;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.template.EmailRenderer.Rendered;

/// What the room of opens and clicks does to an email before it leaves.
@FunctionalInterface
public interface Tracker {
    /// The email as it goes out: its links lead by us, and it says when it is opened, as far as `what` wants that.
    Rendered tracked(Rendered rendered, What what);

    /// @param token the delivery's; a link that contains it is the reader's own and stays as it is
    /// @param written everything that the author wrote of the email, before anybody's values were put in
    record What(
            AccountId account, DeliveryId delivery, String token, boolean opens, boolean clicks, List<String> written) {
        public What {
            written = List.copyOf(written);
        }
    }
}
