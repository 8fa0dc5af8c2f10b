package reynard.inbox;

import java.time.Instant;
import reynard.id.InboxMessageId;

/// One email that the built-in inbox has kept.
///
/// @param from the envelope sender
/// @param to the envelope recipient
/// @param raw the message as it came over the wire
public record InboxMessage(InboxMessageId id, String from, String to, String subject, Instant receivedAt, byte[] raw) {}
