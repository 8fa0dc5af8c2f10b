package reynard.bounce;

import java.util.Optional;
import java.util.Set;
import reynard.feedback.MailgunSignature;
import reynard.feedback.SendgridSignature;

/// Which providers may report, and how each proves that it is one; what is empty may not.
///
/// @param sesTopics the SNS topics that may send
/// @param postmarkLogin `user:password` of basic authentication
public record Providers(
        Set<String> sesTopics,
        Optional<SendgridSignature> sendgrid,
        Optional<MailgunSignature> mailgun,
        Optional<String> postmarkLogin) {
    public Providers {
        sesTopics = Set.copyOf(sesTopics);
    }
}
