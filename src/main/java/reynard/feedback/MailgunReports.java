package reynard.feedback;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Mailgun's webhooks: one event each. `severity` says whether it is over.
public final class MailgunReports {
    private MailgunReports() {}

    public static List<Report> read(Payload body) {
        var event = body.at("event-data");
        var status = event.at("delivery-status");
        return body.at("signature").text("token").stream()
                .map(token -> new Report(
                        Report.Source.MAILGUN,
                        token,
                        verdict(event, status),
                        clue(event),
                        event.text("recipient"),
                        status.text("enhanced-code").or(() -> status.text("bounce-code")),
                        Stream.of(status.text("message"), status.text("description"), event.text("reason"))
                                .flatMap(Optional::stream)
                                .findFirst()
                                .orElse(event.lower("event"))))
                .toList();
    }

    private static Clue clue(Payload event) {
        var envelope = event.at("envelope").text("sender").map(Clue::ofReturnPath);
        var message = event.at("message").at("headers").text("message-id").map(Clue::ofMessageId);
        return envelope.orElse(Clue.none()).and(message.orElse(Clue.none()));
    }

    private static Verdict verdict(Payload event, Payload status) {
        return switch (event.lower("event")) {
            case "failed" -> event.lower("severity").equals("permanent") ? failed(event, status) : Verdict.DELAYED;
            case "complained" -> Verdict.COMPLAINT;
            case "delivered" -> Verdict.DELIVERED;
            default -> Verdict.UNKNOWN;
        };
    }

    private static Verdict failed(Payload event, Payload status) {
        var words = status.text("message")
                .or(() -> status.text("description"))
                .map(message -> status.text("code")
                        .filter(code -> code.matches("[45][0-9]{2}"))
                        .map(code -> message.startsWith(code) ? message : code + " " + message)
                        .orElse(message))
                .orElse("");
        var enhanced = status.text("enhanced-code");
        return switch (event.lower("reason")) {
            case "suppress-bounce" -> Verdict.HARD;
            case "suppress-complaint" -> Verdict.COMPLAINT;
            case "suppress-unsubscribe" -> Verdict.UNKNOWN;
            case "old" -> Refusal.hinted(enhanced, words, Verdict.SOFT);
            default -> Refusal.verdict(enhanced, words, reynard.delivery.smtp.Stage.RCPT, Verdict.UNSURE);
        };
    }
}
