package reynard.enrollment;

import java.time.Instant;
import java.util.Optional;
import reynard.subscriber.Wish;

/// A reader who wants fewer emails, at one moment.
///
/// @param lastEmailAt when the last email of any list went to them, or now while one is on its way
public record Rest(Wish wish, Optional<Instant> lastEmailAt) {
    /// The moment that everything due before it is put off to.
    Optional<Instant> until(Instant now) {
        return wish.restsUntil(lastEmailAt).filter(until -> until.isAfter(now));
    }

    Rest afterEmail(Instant at) {
        return new Rest(wish, Optional.of(at));
    }

    /// Why an email comes later than its author planned it.
    public Rule rule() {
        return switch (wish) {
            case Wish.Weekly _ ->
                Rule.of("reader_wants_fewer").with("at_most", "one a week").with("last_email_at", lastEmailAt);
            case Wish.Pause(var until) -> Rule.of("reader_pauses").with("until", until);
        };
    }
}
