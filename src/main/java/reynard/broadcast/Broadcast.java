package reynard.broadcast;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.BroadcastId;
import reynard.id.PublicationId;

/// One email to many, once.
///
/// @param publication what broadcast and post have in common
/// @param audienceCount how many it was for when it began to be sent; nought before
/// @param post its version on the web, kept when it is not public any more
public record Broadcast(
        BroadcastId id,
        PublicationId publication,
        BroadcastSettings settings,
        Stage stage,
        long audienceCount,
        Optional<Post> post,
        Instant createdAt,
        Instant updatedAt) {
    /// How far it has come.
    public sealed interface Stage {
        List<String> NAMES = List.of("draft", "scheduled", "sending", "completed", "aborted");

        record Draft() implements Stage {}

        /// It begins at its settings' `sendAt`, as soon as that is past.
        record Scheduled() implements Stage {}

        record Sending(Instant since) implements Stage {}

        /// Everybody's email has been tried.
        record Completed(Instant since, Instant at) implements Stage {}

        /// @param since empty when it had not begun
        record Aborted(Optional<Instant> since, Instant at, Reason reason) implements Stage {}

        default String wireName() {
            return switch (this) {
                case Draft _ -> "draft";
                case Scheduled _ -> "scheduled";
                case Sending _ -> "sending";
                case Completed _ -> "completed";
                case Aborted _ -> "aborted";
            };
        }

        /// When it began to be sent.
        default Optional<Instant> startedAt() {
            return switch (this) {
                case Draft _, Scheduled _ -> Optional.empty();
                case Sending(var since) -> Optional.of(since);
                case Completed(var since, var _) -> Optional.of(since);
                case Aborted(var since, var _, var _) -> since;
            };
        }

        /// When it was through or was stopped.
        default Optional<Instant> endedAt() {
            return switch (this) {
                case Draft _, Scheduled _, Sending _ -> Optional.empty();
                case Completed(var _, var at) -> Optional.of(at);
                case Aborted(var _, var at, var _) -> Optional.of(at);
            };
        }
    }

    /// Why it was stopped.
    public enum Reason {
        BY_HAND,
        /// A tag or segment that said whom it is for is not there any more.
        AUDIENCE_GONE;

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Its author may still change it.
    public boolean isOpen() {
        return stage instanceof Stage.Draft || stage instanceof Stage.Scheduled;
    }
}
