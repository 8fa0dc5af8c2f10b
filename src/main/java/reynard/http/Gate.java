package reynard.http;

import java.time.Duration;

/// Decides who comes in.
@FunctionalInterface
public interface Gate {
    /// @param door never [Routes.Door#OPEN], which has no gate
    Entry enter(Presented presented, Routes.Door door);

    sealed interface Entry {
        record Granted(Caller caller) implements Entry {}

        /// No credential, or none that is good here: 401.
        record Unknown(String reason) implements Entry {}

        /// A good credential that does not reach so far: 403.
        record Forbidden(String reason) implements Entry {}

        /// Too many requests, or too many wrong credentials: 429.
        record Later(Duration retryAfter) implements Entry {}
    }
}
