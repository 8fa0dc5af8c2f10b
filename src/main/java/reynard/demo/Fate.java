package reynard.demo;

import java.time.Instant;

/// What becomes of one planned email: one letter of the course for one person.
public sealed interface Fate {
    record Sent(Instant at) implements Fate {}

    /// @param rule as the ledger names it
    record Skipped(Instant at, String rule) implements Fate {}

    /// The person was not there any more, or never came so far.
    record NotReached(String why) implements Fate {}
}
