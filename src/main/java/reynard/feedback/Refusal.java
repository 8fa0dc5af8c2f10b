package reynard.feedback;

import java.util.Locale;
import java.util.Optional;
import reynard.delivery.smtp.Reply;
import reynard.delivery.smtp.ReplyClass;
import reynard.delivery.smtp.Stage;

/// Reads what a server said when it refused, from the words in which others pass it on, and says what it means by the
/// rules for replies at SMTP.
final class Refusal {
    private Refusal() {}

    /// @param status of the report, such as `5.1.1`; one in the words themselves is nearer to the truth
    /// @param words such as `smtp; 550 5.1.1 No such user`
    /// @param fallback when neither says anything
    static Verdict verdict(Optional<String> status, String words, Stage stage, Verdict fallback) {
        var reply = reply(status.map(Refusal::code), words);
        return reply.map(said -> verdict(said, stage)).orElse(fallback);
    }

    /// @param hint what a provider calls it; it decides only where the words do not
    static Verdict hinted(Optional<String> status, String words, Verdict hint) {
        var verdict = verdict(status, words, Stage.RCPT, hint);
        return verdict == Verdict.UNSURE && hint.isBounce() ? hint : verdict;
    }

    private static Verdict verdict(Reply reply, Stage stage) {
        return switch (ReplyClass.of(stage, reply)) {
            case HARD_RECIPIENT -> Verdict.HARD;
            case HARD_UNSURE -> Verdict.UNSURE;
            // Whoever reports has given up: what would have passed has not.
            case SOFT_RECIPIENT, SOFT_OTHER -> Verdict.SOFT;
            case THROTTLE, SENDER_FAULT -> Verdict.BLOCKED;
            case CONTENT_FAULT -> Verdict.CONTENT;
            case OURS -> Verdict.OURS;
        };
    }

    /// `5.1.1` out of `5.1.1 (bad destination mailbox)`.
    private static String code(String status) {
        var plain = status.strip();
        int end = 0;
        while (end < plain.length() && (plain.charAt(end) == '.' || isDigit(plain.charAt(end)))) {
            end++;
        }
        return plain.substring(0, end);
    }

    private static Optional<Reply> reply(Optional<String> status, String words) {
        var text = withoutType(words);
        var coded = atFirstReply(text);
        if (coded.isPresent()) {
            return coded.map(reply -> reply.status().isPresent()
                    ? reply
                    : status.filter(Refusal::saysMore)
                            .filter(found -> found.charAt(0) == Character.forDigit(reply.code() / 100, 10))
                            .map(found -> Reply.of(reply.code(), found + " " + reply.text()))
                            .orElse(reply));
        }
        return status.filter(found -> found.startsWith("4.") || found.startsWith("5."))
                .map(found ->
                        Reply.of(found.charAt(0) == '4' ? 450 : 550, saysMore(found) ? found + " " + text : text));
    }

    /// `x.0.0` says no more than its first digit.
    private static boolean saysMore(String status) {
        return status.split("\\.").length == 3 && !status.endsWith(".0.0");
    }

    /// Without `smtp;` or `X-Postfix;` in front.
    private static String withoutType(String words) {
        int semicolon = words.indexOf(';');
        boolean typed = semicolon > 0
                && semicolon < 20
                && words.substring(0, semicolon).strip().chars().noneMatch(c -> c == ' ' || isDigit((char) c));
        return (typed ? words.substring(semicolon + 1) : words).strip();
    }

    /// The reply that begins at the first code of three digits which stands alone, `550`, `550-5.1.1` or `#5.1.1`.
    private static Optional<Reply> atFirstReply(String text) {
        for (int i = 0; i + 3 <= text.length(); i++) {
            boolean begins = i == 0 || isGap(text.charAt(i - 1));
            boolean ends = i + 3 == text.length() || isGap(text.charAt(i + 3)) || text.charAt(i + 3) == '-';
            if (begins && ends && isCode(text, i)) {
                var rest = i + 4 <= text.length() ? text.substring(i + 4).strip() : "";
                var unmarked = rest.startsWith("#") || rest.startsWith("-") ? rest.substring(1) : rest;
                return Optional.of(Reply.of(Integer.parseInt(text.substring(i, i + 3)), unmarked));
            }
            int enhanced = begins ? enhancedEnd(text, i) : 0;
            if (enhanced > 0) {
                // The words may come before it, as with qmail: "no mailbox here by that name. (#5.1.1)".
                return Optional.of(
                        Reply.of(text.charAt(i) == '4' ? 450 : 550, text.substring(i, enhanced) + " " + text));
            }
        }
        return Optional.empty();
    }

    private static boolean isCode(String text, int at) {
        return (text.charAt(at) == '4' || text.charAt(at) == '5')
                && text.charAt(at + 1) >= '0'
                && text.charAt(at + 1) <= '7'
                && isDigit(text.charAt(at + 2));
    }

    /// Where an enhanced status code that begins here ends; 0 when none does.
    private static int enhancedEnd(String text, int start) {
        int end = start;
        while (end < text.length() && (text.charAt(end) == '.' || isDigit(text.charAt(end)))) {
            end++;
        }
        var code = text.substring(start, end);
        return code.matches("[45]\\.[0-9]{1,3}\\.[0-9]{1,3}") ? end : 0;
    }

    private static boolean isGap(char c) {
        return c <= ' ' || "():;,<>[]\"'#=|".indexOf(c) >= 0;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// How far the conversation had come, as Postfix and others tell in words.
    static Stage stage(String words) {
        var lower = words.toLowerCase(Locale.ROOT);
        if (lower.contains("end of data")
                || lower.contains("after end of data")
                || lower.contains("after pipelined end")) {
            return Stage.DOT;
        }
        if (lower.contains("reply to mail from") || lower.contains("after mail from")) {
            return Stage.MAIL;
        }
        return Stage.RCPT;
    }
}
