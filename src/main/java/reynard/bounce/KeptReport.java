package reynard.bounce;

import java.time.Instant;
import java.util.Optional;
import reynard.feedback.Report;
import reynard.feedback.Verdict;
import reynard.id.DeliveryId;
import reynard.id.FeedbackId;
import reynard.id.SubscriberId;

/// A report about one of our emails, as it is kept.
///
/// @param recipient as the report names it
/// @param status the enhanced status code that it names
/// @param diagnostic the words of the server that refused
public record KeptReport(
        FeedbackId id,
        Report.Source source,
        Verdict verdict,
        DeliveryId delivery,
        Optional<SubscriberId> subscriber,
        Optional<String> recipient,
        Optional<String> status,
        String diagnostic,
        Instant receivedAt) {}
