package reynard.feedback;

import java.util.List;
import java.util.Optional;

/// Postmark's bounce and spam complaint webhooks: one each. Its own kinds are hints; the server's words are in
/// `Details`.
public final class PostmarkReports {
    private PostmarkReports() {}

    public static List<Report> read(Payload body) {
        var words = body.text("Details").or(() -> body.text("Description")).orElse("");
        return body.text("ID").stream()
                .map(id -> new Report(
                        Report.Source.POSTMARK,
                        id,
                        verdict(body, words),
                        clue(body),
                        body.text("Email"),
                        Optional.empty(),
                        words))
                .toList();
    }

    private static Clue clue(Payload body) {
        var code = body.at("Metadata").text("reynard").map(found -> Clue.ofReturnPath("b+" + found));
        // The whole returned message, when the webhook is set up to include it.
        var content = body.text("Content").map(Headers::parse).map(Clue::ofHeaders);
        return code.orElse(Clue.none()).and(content.orElse(Clue.none()));
    }

    private static Verdict verdict(Payload body, String words) {
        return switch (body.lower("RecordType")) {
            case "spamcomplaint" -> Verdict.COMPLAINT;
            case "delivery" -> Verdict.DELIVERED;
            case "bounce" -> bounce(body.lower("Type"), words);
            default -> Verdict.UNKNOWN;
        };
    }

    private static Verdict bounce(String type, String words) {
        return switch (type) {
            case "hardbounce" -> Refusal.hinted(Optional.empty(), words, Verdict.HARD);
            case "bademailaddress" -> Verdict.HARD;
            case "softbounce", "dnserror", "undeliverable" -> Refusal.hinted(Optional.empty(), words, Verdict.SOFT);
            case "transient" -> Verdict.DELAYED;
            case "blocked", "dmarcpolicy" -> Verdict.BLOCKED;
            case "spamnotification", "virusnotification" -> Verdict.CONTENT;
            case "spamcomplaint" -> Verdict.COMPLAINT;
            case "autoresponder", "challengeverification", "addresschange", "subscribe", "unsubscribe" ->
                Verdict.AUTO_REPLY;
            default -> Verdict.UNKNOWN;
        };
    }
}
