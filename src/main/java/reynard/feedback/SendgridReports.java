package reynard.feedback;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// SendGrid's event webhook: an array of events, of which most are none of ours.
public final class SendgridReports {
    private SendgridReports() {}

    public static List<Report> read(Payload events) {
        return events.items().stream().flatMap(event -> report(event).stream()).toList();
    }

    private static Optional<Report> report(Payload event) {
        var key = event.text("sg_event_id");
        return key.map(id -> new Report(
                Report.Source.SENDGRID,
                id,
                verdict(event),
                event.text("smtp-id").map(Clue::ofMessageId).orElse(Clue.none()),
                event.text("email"),
                event.text("status"),
                Stream.of(event.text("reason"), event.text("response"))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElse(event.lower("event"))));
    }

    private static Verdict verdict(Payload event) {
        return switch (event.lower("event")) {
            case "bounce" ->
                Refusal.hinted(
                        event.text("status"),
                        event.text("reason").orElse(""),
                        event.lower("type").equals("blocked") ? Verdict.BLOCKED : Verdict.HARD);
            case "blocked" ->
                Refusal.hinted(event.text("status"), event.text("reason").orElse(""), Verdict.BLOCKED);
            case "dropped" -> dropped(event.lower("reason"));
            case "spamreport" -> Verdict.COMPLAINT;
            case "deferred" -> Verdict.DELAYED;
            case "delivered" -> Verdict.DELIVERED;
            default -> Verdict.UNKNOWN;
        };
    }

    /// Not even tried, because of what SendGrid remembers.
    private static Verdict dropped(String reason) {
        if (reason.contains("bounced address") || reason.contains("invalid")) {
            return Verdict.HARD;
        }
        return reason.contains("spam report") ? Verdict.COMPLAINT : Verdict.UNKNOWN;
    }
}
