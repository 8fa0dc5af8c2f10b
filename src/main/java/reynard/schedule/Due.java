package reynard.schedule;

import java.time.Instant;

/// The answer to "when does it go out".
public sealed interface Due {

    record At(Instant at) implements Due {}

    /// Not while the window has no day at all, which authors use as a pause.
    record Never() implements Due {}
}
