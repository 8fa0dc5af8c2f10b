package reynard.trigger;

import java.time.Instant;
import reynard.id.LinkTriggerId;
import reynard.id.SequenceId;
import reynard.id.TagId;

/// Somebody follows a link to an address, and something comes of it, once for each person.
///
/// @param url the address as emails have it, character by character
public record LinkTrigger(
        LinkTriggerId id, String name, String url, Effect effect, Instant createdAt, Instant updatedAt) {
    /// What comes of it.
    public sealed interface Effect {
        record AddsTag(TagId tag) implements Effect {}

        record JoinsSequence(SequenceId sequence) implements Effect {}
    }
}
