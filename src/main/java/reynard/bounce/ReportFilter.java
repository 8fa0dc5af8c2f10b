package reynard.bounce;

import java.util.Optional;
import reynard.feedback.Verdict;
import reynard.id.DeliveryId;
import reynard.id.SubscriberId;

/// Which reports a list shows; what is empty does not filter.
public record ReportFilter(
        Optional<Verdict> verdict, Optional<DeliveryId> delivery, Optional<SubscriberId> subscriber) {}
