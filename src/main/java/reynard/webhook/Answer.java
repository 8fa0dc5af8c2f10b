package reynard.webhook;

import java.util.Optional;

/// What came of one attempt to post.
sealed interface Answer {
    /// The receiver has said something.
    ///
    /// @param retryAfter that header, as it came
    /// @param body the beginning of it, as text
    record Answered(int status, Optional<String> retryAfter, String body) implements Answer {}

    /// Nobody answered, or not in time.
    record Silent(String cause) implements Answer {}

    /// The host's addresses may not be posted to; nothing has left this machine.
    record Refused(String cause) implements Answer {}
}
