package reynard.feedback;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads mail that came back: delivery status notifications (RFC 3464), what servers wrote before there were any or
/// still write, feedback reports (RFC 5965), and the answers of machines, which say nothing about delivery.
public final class MailReports {
    private static final List<String> BOUNCERS = List.of("mailer-daemon", "postmaster", "mail delivery", "mdaemon");
    private static final List<String> FAILED_PHRASES = List.of(
            "could not be delivered",
            "couldn't be delivered",
            "could not deliver",
            "couldn't deliver",
            "unable to deliver",
            "wasn't able to deliver",
            "was not delivered",
            "not be delivered",
            "delivery failed",
            "delivery failure",
            "delivery has failed",
            "delivery to the following",
            "undeliverable",
            "undelivered mail",
            "returned mail",
            "returned to sender",
            "failure notice",
            "permanent error",
            "permanent fatal errors",
            "message you sent to");
    private static final List<String> DELAYED_PHRASES = List.of(
            "delivery delayed", "has been delayed", "warning: message", "will be retried", "still being retried");
    private static final List<String> COPY_MARKS = List.of(
            "below this line is a copy of the message",
            "this is a copy of the message",
            "original message follows",
            "original message headers",
            "unsent message below",
            "message header follows",
            "returned message follows");
    private static final List<String> AUTO_SUBJECTS = List.of(
            "out of office",
            "out of the office",
            "automatic reply",
            "auto reply",
            "autoreply",
            "auto-reply",
            "automatische antwort",
            "abwesenheit",
            "réponse automatique",
            "absence du bureau",
            "respuesta automática",
            "risposta automatica",
            "vacation");
    private static final List<String> AUTO_HEADERS =
            List.of("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-from", "x-vacation");

    private MailReports() {}

    /// What a message says, one report for each recipient that it names; one of [Verdict#UNKNOWN] when it says nothing
    /// that we read.
    ///
    /// @param sender the envelope's, empty for the null sender of bounces
    /// @param recipients the envelope's
    /// @throws HostileMail when it is larger or deeper than any honest report
    public static List<Report> read(String sender, List<String> recipients, byte[] message) throws HostileMail {
        var mail = MailReader.read(message);
        var clue = new Clue(recipients.stream().map(Clue::unbracketed).toList(), List.of(), List.of())
                .and(mail.returned().map(Clue::ofHeaders).orElse(Clue.none()));
        return new MailReports.Reading(mail, sender, clue, key(message)).reports();
    }

    private static String key(byte[] message) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(message));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// One message being read.
    private record Reading(ReturnedMail mail, String sender, Clue clue, String key) {
        List<Report> reports() {
            var feedback = mail.part("message/feedback-report");
            if (feedback.isPresent()) {
                return List.of(feedback(Headers.parse(feedback.get().text().stripLeading())));
            }
            var junk = mail.returned().flatMap(headers -> headers.first("x-hmxmroriginalrecipient"));
            if (junk.isPresent()) {
                return List.of(report(0, Verdict.COMPLAINT, junk, Optional.empty(), "reported as junk", clue));
            }
            var status = mail.part("message/delivery-status").or(() -> mail.part("message/global-delivery-status"));
            if (status.isPresent()) {
                return deliveryStatus(Headers.blocks(status.get().text()));
            }
            return List.of(isAutomatic() ? simple(Verdict.AUTO_REPLY, mail.subject()) : fromText());
        }

        private Report simple(Verdict verdict, String words) {
            return report(0, verdict, Optional.empty(), Optional.empty(), words, clue);
        }

        private Report report(
                int index,
                Verdict verdict,
                Optional<String> recipient,
                Optional<String> status,
                String words,
                Clue which) {
            return new Report(
                    Report.Source.MAIL,
                    index == 0 ? key : key + "-" + index,
                    verdict,
                    which,
                    recipient.map(Clue::unbracketed),
                    status,
                    words);
        }

        // Feedback reports

        private Report feedback(Headers fields) {
            var verdict = switch (fields.lower("feedback-type")) {
                case "abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized" ->
                    Verdict.COMPLAINT;
                case "not-spam" -> Verdict.NOT_SPAM;
                // auth-failure and dmarc are about signatures, not about readers.
                default -> Verdict.UNKNOWN;
            };
            var sentFrom =
                    fields.first("original-mail-from").map(Clue::ofReturnPath).orElse(Clue.none());
            return report(
                    0,
                    verdict,
                    fields.first("original-rcpt-to").or(() -> fields.first("removal-recipient")),
                    Optional.empty(),
                    "feedback " + fields.lower("feedback-type"),
                    sentFrom.and(clue));
        }

        // Delivery status notifications

        private List<Report> deliveryStatus(List<Headers> blocks) {
            var reports = new ArrayList<Report>();
            for (var block : blocks) {
                if (block.has("final-recipient") || block.has("action") || block.has("original-recipient")) {
                    reports.add(recipient(reports.size(), block));
                }
            }
            return reports.isEmpty() ? List.of(fromText()) : reports;
        }

        private Report recipient(int index, Headers block) {
            var status = block.first("status");
            var words = block.first("diagnostic-code")
                    .orElseGet(() -> block.first("x-display-name").orElseGet(() -> notice()));
            var verdict = switch (firstWord(block.lower("action"))) {
                case "failed" -> failed(status, words);
                case "delayed" -> Verdict.DELAYED;
                case "delivered", "relayed", "expanded" -> Verdict.DELIVERED;
                default ->
                    status.map(code -> code.startsWith("5") ? failed(status, words) : Verdict.UNKNOWN)
                            .orElse(Verdict.UNKNOWN);
            };
            return report(
                    index,
                    verdict,
                    block.first("original-recipient")
                            .or(() -> block.first("final-recipient"))
                            .map(Reading::untyped),
                    status,
                    words,
                    clue);
        }

        private Verdict failed(Optional<String> status, String words) {
            var verdict = Refusal.verdict(status, words, Refusal.stage(mail.text()), Verdict.UNSURE);
            // Some write their own words, and pass on in the notice what they were told.
            return verdict == Verdict.UNSURE
                    ? Refusal.verdict(Optional.empty(), notice(), Refusal.stage(mail.text()), Verdict.UNSURE)
                    : verdict;
        }

        private static String firstWord(String text) {
            var plain = text.strip();
            int end = 0;
            while (end < plain.length() && Character.isLetter(plain.charAt(end))) {
                end++;
            }
            return plain.substring(0, end);
        }

        /// `rfc822; reader@example.org`
        private static String untyped(String recipient) {
            return recipient.substring(recipient.indexOf(';') + 1).strip();
        }

        // Without a delivery status

        private boolean isAutomatic() {
            var submitted = mail.headers().lower("auto-submitted");
            if (mail.part("message/disposition-notification").isPresent()) {
                return true;
            }
            if (submitted.startsWith("auto-replied") || AUTO_HEADERS.stream().anyMatch(mail.headers()::has)) {
                return !isFromBouncer();
            }
            return !isFromBouncer()
                    && (AUTO_SUBJECTS.stream().anyMatch(mail.subject()::contains)
                            || mail.headers().lower("precedence").equals("auto_reply"));
        }

        private boolean isFromBouncer() {
            var from = mail.headers().lower("from");
            return mail.headers().has("x-failed-recipients")
                    || BOUNCERS.stream().anyMatch(from::contains);
        }

        private Report fromText() {
            var words = notice();
            var lower = words.toLowerCase(Locale.ROOT);
            var about = clue.and(Clue.ofHeaders(Headers.parse(copy())));
            var recipient = mail.headers().first("x-failed-recipients").or(() -> namedIn(words));
            if (!(sender.isBlank() || isFromBouncer()) || !speaksOfFailure(lower)) {
                return report(0, Verdict.UNKNOWN, Optional.empty(), Optional.empty(), mail.subject(), about);
            }
            if (DELAYED_PHRASES.stream()
                    .anyMatch(phrase -> lower.contains(phrase) || mail.subject().contains(phrase))) {
                return report(0, Verdict.DELAYED, recipient, Optional.empty(), words, about);
            }
            var verdict = Refusal.verdict(Optional.empty(), words, Refusal.stage(words), Verdict.UNSURE);
            return report(
                    0,
                    verdict == Verdict.UNSURE ? Phrases.verdict(lower) : verdict,
                    recipient,
                    Optional.empty(),
                    words,
                    about);
        }

        private boolean speaksOfFailure(String lower) {
            return mail.headers().has("x-failed-recipients")
                    || FAILED_PHRASES.stream()
                            .anyMatch(phrase ->
                                    lower.contains(phrase) || mail.subject().contains(phrase));
        }

        /// The text up to the copy of what was sent.
        private String notice() {
            int copy = copyStart(mail.text());
            return copy < 0 ? mail.text() : mail.text().substring(0, copy);
        }

        /// The copy of what was sent, if the text has one.
        private String copy() {
            int start = copyStart(mail.text());
            if (start < 0) {
                return "";
            }
            int line = mail.text().indexOf('\n', start);
            return line < 0 ? "" : mail.text().substring(line).stripLeading();
        }

        private static int copyStart(String text) {
            var lower = text.toLowerCase(Locale.ROOT);
            return COPY_MARKS.stream()
                    .mapToInt(lower::indexOf)
                    .filter(start -> start >= 0)
                    .min()
                    .orElse(-1);
        }

        /// `<reader@example.org>:` at the start of a line.
        private static Optional<String> namedIn(String words) {
            return words.lines()
                    .map(String::strip)
                    .filter(line -> line.startsWith("<") && line.indexOf('>') > 0)
                    .map(line -> line.substring(1, line.indexOf('>')))
                    .filter(address -> address.indexOf('@') > 0 && address.indexOf(' ') < 0)
                    .findFirst();
        }
    }
}
