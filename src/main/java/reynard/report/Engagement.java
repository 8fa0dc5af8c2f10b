package reynard.report;

import java.time.Instant;
import java.util.Optional;

/// What one reader did with the emails of a time.
///
/// @param sent emails that the relay took or bounced
/// @param opened how many of them were opened at least once; so with `clicked`
/// @param sendsSinceLastOpen all of them when none was opened
public record Engagement(
        long sent,
        long opened,
        long clicked,
        long bounced,
        Optional<Instant> lastSent,
        Optional<Instant> lastOpened,
        Optional<Instant> lastClicked,
        long sendsSinceLastOpen,
        long sendsSinceLastClick) {
    /// Of somebody to whom nothing was sent.
    public static final Engagement NONE =
            new Engagement(0, 0, 0, 0, Optional.empty(), Optional.empty(), Optional.empty(), 0, 0);
}
