package reynard.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What Amazon SES reports: one notification for one email and any number of recipients. Its own kinds are hints: it
/// has called a domain that does not exist transient, and a vacation text a bounce.
final class SesReports {
    private SesReports() {}

    static List<Report> read(Payload message) {
        var kind = message.text("notificationType")
                .or(() -> message.text("eventType"))
                .orElse("");
        var clue = clue(message.at("mail"));
        return switch (kind) {
            case "Bounce" -> bounces(message.at("bounce"), clue);
            case "Complaint" -> complaints(message.at("complaint"), clue);
            case "Delivery" -> List.of(report("delivery-" + id(message), Verdict.DELIVERED, clue, Optional.empty()));
            default -> List.of();
        };
    }

    private static String id(Payload message) {
        return message.at("mail").text("messageId").orElse("");
    }

    private static Report report(String key, Verdict verdict, Clue clue, Optional<String> recipient) {
        return new Report(Report.Source.SES, key, verdict, clue, recipient, Optional.empty(), "");
    }

    /// SES writes a Message-ID of its own into what it sends; ours is among the headers that it was given.
    private static Clue clue(Payload mail) {
        var headers = new Headers.Builder();
        for (var header : mail.at("headers").items()) {
            headers.add(header.text("name").orElse("?"), header.text("value").orElse(""));
        }
        var envelope = mail.text("source").map(Clue::ofReturnPath).orElse(Clue.none());
        return envelope.and(Clue.ofHeaders(headers.build()));
    }

    private static List<Report> bounces(Payload bounce, Clue clue) {
        var reports = new ArrayList<Report>();
        for (var recipient : bounce.at("bouncedRecipients").items()) {
            var status = recipient.text("status");
            var words = recipient.text("diagnosticCode");
            reports.add(new Report(
                    Report.Source.SES,
                    bounce.text("feedbackId").orElse("") + "-" + reports.size(),
                    verdict(bounce, recipient.lower("action"), status, words),
                    clue,
                    recipient.text("emailAddress"),
                    status,
                    words.orElseGet(() -> bounce.text("bounceType").orElse("") + " "
                            + bounce.text("bounceSubType").orElse(""))));
        }
        return reports;
    }

    private static Verdict verdict(Payload bounce, String action, Optional<String> status, Optional<String> words) {
        if (action.equals("delayed")) {
            return Verdict.DELAYED;
        }
        var hint = hint(bounce.lower("bounceType"), bounce.lower("bounceSubType"));
        return status.isEmpty() && words.isEmpty() ? hint : Refusal.hinted(status, words.orElse(""), hint);
    }

    private static Verdict hint(String type, String subType) {
        return switch (subType) {
            case "noemail", "suppressed", "onaccountsuppressionlist" -> Verdict.HARD;
            case "mailboxfull" -> Verdict.SOFT;
            case "messagetoolarge", "contentrejected", "attachmentrejected" -> Verdict.CONTENT;
            case "general" -> type.equals("permanent") ? Verdict.HARD : Verdict.UNKNOWN;
            default -> type.equals("permanent") ? Verdict.UNSURE : Verdict.UNKNOWN;
        };
    }

    private static List<Report> complaints(Payload complaint, Clue clue) {
        var kind = complaint.lower("complaintFeedbackType");
        var verdict = kind.equals("not-spam")
                ? Verdict.NOT_SPAM
                : kind.equals("auth-failure") ? Verdict.UNKNOWN : Verdict.COMPLAINT;
        var recipients = complaint.at("complainedRecipients").items();
        // Whoever of these it was: the email itself says whose it is.
        return List.of(new Report(
                Report.Source.SES,
                complaint.text("feedbackId").orElse(""),
                verdict,
                clue,
                recipients.stream().findFirst().flatMap(recipient -> recipient.text("emailAddress")),
                Optional.empty(),
                "complaint " + kind));
    }
}
