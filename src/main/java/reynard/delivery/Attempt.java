package reynard.delivery;

import java.time.Instant;
import java.util.Optional;

/// One try to hand one email to a relay, never changed afterwards.
///
/// @param number from 1
/// @param outcome accepted, deferred, rejected, broken, uncertain, unsupported or unrendered
/// @param stage how far the conversation came
/// @param reply the server's words, or what went wrong
public record Attempt(int number, Instant at, String outcome, Optional<String> stage, Optional<String> reply) {}
