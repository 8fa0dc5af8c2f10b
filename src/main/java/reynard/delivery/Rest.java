package reynard.delivery;

import java.time.Instant;
import java.util.Optional;
import reynard.subscriber.Wish;

/// A reader who wants fewer emails, at one moment.
///
/// @param lastEmailAt when the last email of any list went to them, or now while one is on its way
public record Rest(Wish wish, Optional<Instant> lastEmailAt) {
    /// The moment before which nothing of a list goes to them; empty when something may go now.
    public Optional<Instant> until(Instant now) {
        return wish.restsUntil(lastEmailAt).filter(until -> until.isAfter(now));
    }

    public Rest afterEmail(Instant at) {
        return new Rest(wish, Optional.of(at));
    }

    /// Why an email comes later than its author planned it or not at all: a stable code.
    public String code() {
        return switch (wish) {
            case Wish.Weekly _ -> "reader_wants_fewer";
            case Wish.Pause _ -> "reader_pauses";
        };
    }
}
