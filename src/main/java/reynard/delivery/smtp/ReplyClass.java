package reynard.delivery.smtp;

import java.util.List;
import java.util.Locale;

/// Whose fault a refusal is, and so whom it may count against.
///
/// The stage and the enhanced status code decide first, then the basic code with known phrases, then "unknown",
/// which never means permanent. A refusal that blames the sender or the content never counts against a reader:
/// one bad DNS record must not mark a whole list as bounced.
public enum ReplyClass {
    /// No such mailbox or domain, now and for ever: the reader bounced.
    HARD_RECIPIENT,
    /// Refused for good at RCPT without a reason we know: a strike; two on different days are a bounce.
    HARD_UNSURE,
    /// The mailbox is full or busy: counts softly.
    SOFT_RECIPIENT,
    /// Too much or too fast: the reader is untouched, send slower.
    THROTTLE,
    /// Identity, reputation or login is at fault: the reader is untouched, stop and tell the operator.
    SENDER_FAULT,
    /// This text is not wanted: the reader is untouched, tell the author.
    CONTENT_FAULT,
    /// We spoke wrongly: a bug.
    OURS,
    /// Anything else that may pass, greylisting included: the reader is untouched, try again.
    SOFT_OTHER;

    private static final List<String> GREYLIST = List.of("greylist", "graylist", "grey list", "gray list");
    private static final List<String> RATE =
            List.of("too many", "rate limit", "rate-limit", "throttl", "slow down", "too fast", "too quickly", "[ts");
    private static final List<String> BUSY_MAILBOX = List.of("receiving mail", "receiving email");
    private static final List<String> FULL =
            List.of("quota", "mailbox full", "mailbox is full", "insufficient storage");
    private static final List<String> SENDER = List.of(
            "sender address",
            "sender verif",
            "sender rejected",
            "sender domain",
            "domain of sender",
            "relay access",
            "relay denied",
            "relaying denied",
            "relay not permitted",
            "not permitted to relay",
            "unable to relay",
            "authentication required",
            "block list",
            "blocklist",
            "blacklist",
            "blocked using",
            "spamhaus",
            " rbl",
            "dnsbl",
            "client host",
            "reverse dns",
            "ptr record",
            "reputation",
            "dmarc",
            "spf ",
            "dkim",
            "helo command rejected",
            "[bl");
    private static final List<String> CONTENT = List.of(
            "spam",
            "unsolicited",
            "virus",
            "malware",
            "message content",
            "its content",
            "message rejected",
            "message too large",
            "message size",
            "exceeds size",
            "exceeds the maximum",
            "ofr_",
            "[ph");
    private static final List<String> UNKNOWN_RECIPIENT = List.of(
            "user unknown",
            "unknown user",
            "no such user",
            "no such recipient",
            "no such mailbox",
            "no mailbox",
            "does not exist",
            "doesn't exist",
            "mailbox not found",
            "user not found",
            "recipient not found",
            "unknown recipient",
            "recipient unknown",
            "invalid recipient",
            "invalid mailbox",
            "account has been disabled",
            "account is disabled",
            "not a valid user");

    /// The class of a 4xx or 5xx reply at a stage. A pure function; other replies are not refusals and count as
    /// ours.
    public static ReplyClass of(Stage stage, Reply reply) {
        var text = reply.text().toLowerCase(Locale.ROOT);
        if (reply.isTransient()) {
            return ofTransient(stage, reply, text);
        }
        return reply.isPermanent() ? ofPermanent(stage, reply, text) : OURS;
    }

    private static ReplyClass ofTransient(Stage stage, Reply reply, String text) {
        if (hasAny(text, GREYLIST)) {
            return SOFT_OTHER;
        }
        if (stage == Stage.GREETING || reply.code() == 421 || isTooFast(text)) {
            return isSenderPolicy(reply) ? SENDER_FAULT : THROTTLE;
        }
        if (isBeforeMail(stage)) {
            return SOFT_OTHER;
        }
        return reply.status()
                .map(status -> ofTransient(reply, status, text))
                .orElseGet(() -> hasAny(text, FULL) || hasAny(text, BUSY_MAILBOX) ? SOFT_RECIPIENT : SOFT_OTHER);
    }

    private static ReplyClass ofTransient(Reply reply, EnhancedStatus status, String text) {
        return switch (status.subject()) {
            case 1 -> isSenderAddress(status) ? SENDER_FAULT : SOFT_OTHER;
            case 2 ->
                reply.code() == 450 && status.detail() == 1 && !hasAny(text, BUSY_MAILBOX) ? THROTTLE : SOFT_RECIPIENT;
            case 5 -> status.detail() == 3 ? THROTTLE : SOFT_OTHER;
            case 7 -> isSenderPolicy(reply) || hasAny(text, SENDER) ? SENDER_FAULT : THROTTLE;
            default -> SOFT_OTHER;
        };
    }

    private static ReplyClass ofPermanent(Stage stage, Reply reply, String text) {
        if (reply.code() == 530 || reply.code() == 534 || reply.code() == 535 || reply.code() == 538) {
            return SENDER_FAULT;
        }
        if (isBeforeMail(stage)) {
            return stage != Stage.GREETING && stage != Stage.AUTH && isSyntax(reply.code()) ? OURS : SENDER_FAULT;
        }
        return reply.status()
                .map(status -> ofPermanent(stage, reply, status, text))
                .orElseGet(() -> byCode(stage, reply, text));
    }

    private static ReplyClass ofPermanent(Stage stage, Reply reply, EnhancedStatus status, String text) {
        return switch (status.subject()) {
            case 1 -> ofAddress(stage, reply, status, text);
            case 2 -> ofMailbox(stage, reply, status, text);
            case 3 -> ofSystem(stage, reply, status, text);
            case 4 -> ofRouting(stage, status, text);
            case 5 -> stage == Stage.RCPT && namesRecipient(text) ? byCode(stage, reply, text) : OURS;
            // 5.6.7 blames the alphabet of an address, not the content (RFC 6531, 3.5).
            case 6 -> status.detail() == 7 ? HARD_UNSURE : CONTENT_FAULT;
            case 7 -> ofPolicy(status, text);
            default -> byCode(stage, reply, text);
        };
    }

    private static ReplyClass ofAddress(Stage stage, Reply reply, EnhancedStatus status, String text) {
        if (stage == Stage.MAIL || isSenderAddress(status) || hasAny(text, SENDER)) {
            return SENDER_FAULT;
        }
        return switch (status.detail()) {
            case 1, 2, 3, 6, 10 -> HARD_RECIPIENT;
            default -> byCode(stage, reply, text);
        };
    }

    private static ReplyClass ofMailbox(Stage stage, Reply reply, EnhancedStatus status, String text) {
        return switch (status.detail()) {
            case 1 -> hasAny(text, BUSY_MAILBOX) ? SOFT_RECIPIENT : HARD_RECIPIENT;
            case 2 -> SOFT_RECIPIENT;
            case 3 -> CONTENT_FAULT;
            default -> byCode(stage, reply, text);
        };
    }

    private static ReplyClass ofSystem(Stage stage, Reply reply, EnhancedStatus status, String text) {
        return switch (status.detail()) {
            case 1, 2 -> SOFT_OTHER;
            case 4 -> CONTENT_FAULT;
            case 5 -> SENDER_FAULT;
            default -> byCode(stage, reply, text);
        };
    }

    private static ReplyClass ofRouting(Stage stage, EnhancedStatus status, String text) {
        return switch (status.detail()) {
            case 4, 310 -> HARD_RECIPIENT;
            // Exchange Online says this of mailboxes that it does not know.
            case 1 -> stage == Stage.RCPT && text.contains("recipient address rejected") ? HARD_RECIPIENT : HARD_UNSURE;
            case 7 -> SOFT_OTHER;
            default -> HARD_UNSURE;
        };
    }

    private static ReplyClass ofPolicy(EnhancedStatus status, String text) {
        return switch (status.detail()) {
            // The mailbox or its domain has a new owner (RFC 7293).
            case 17, 18 -> HARD_RECIPIENT;
            // A list or group takes mail from its members only.
            case 2, 124, 129, 133, 134, 136 -> HARD_UNSURE;
            case 0, 1 -> hasAny(text, SENDER) || !hasAny(text, CONTENT) ? ofUnnamedPolicy(text) : CONTENT_FAULT;
            default -> SENDER_FAULT;
        };
    }

    private static ReplyClass ofUnnamedPolicy(String text) {
        return !hasAny(text, SENDER) && hasAny(text, UNKNOWN_RECIPIENT) ? HARD_UNSURE : SENDER_FAULT;
    }

    /// Without an enhanced code that says enough.
    private static ReplyClass byCode(Stage stage, Reply reply, String text) {
        if (stage == Stage.MAIL) {
            return reply.code() == 552 ? CONTENT_FAULT : isSyntax(reply.code()) ? OURS : SENDER_FAULT;
        }
        if (hasAny(text, SENDER)) {
            return SENDER_FAULT;
        }
        if (stage == Stage.RCPT) {
            return ofRecipient(reply, text);
        }
        if (isSyntax(reply.code())) {
            return OURS;
        }
        if (hasAny(text, FULL)) {
            return SOFT_RECIPIENT;
        }
        // At DATA nobody has seen the content yet.
        return stage == Stage.DATA && !hasAny(text, CONTENT) ? SENDER_FAULT : CONTENT_FAULT;
    }

    private static ReplyClass ofRecipient(Reply reply, String text) {
        if (hasAny(text, FULL) || hasAny(text, BUSY_MAILBOX)) {
            return SOFT_RECIPIENT;
        }
        if (hasAny(text, UNKNOWN_RECIPIENT)) {
            return HARD_RECIPIENT;
        }
        if (hasAny(text, CONTENT)) {
            return CONTENT_FAULT;
        }
        if (isSyntax(reply.code())) {
            return OURS;
        }
        return reply.code() == 552 ? SOFT_RECIPIENT : HARD_UNSURE;
    }

    private static boolean isTooFast(String text) {
        return hasAny(text, RATE) && !hasAny(text, BUSY_MAILBOX);
    }

    private static boolean namesRecipient(String text) {
        return hasAny(text, UNKNOWN_RECIPIENT) || text.contains("mailbox unavailable") || text.contains("recipient");
    }

    private static boolean isBeforeMail(Stage stage) {
        return stage.compareTo(Stage.MAIL) < 0;
    }

    /// X.1.7 and X.1.8: the sender's address is malformed, or its domain unknown.
    private static boolean isSenderAddress(EnhancedStatus status) {
        return status.detail() == 7 || status.detail() == 8;
    }

    /// X.7.20 to X.7.32: SPF, DKIM, DMARC, PTR, TLS. X.7.28 is about the amount.
    private static boolean isSenderPolicy(Reply reply) {
        return reply.status()
                .filter(status -> status.subject() == 7)
                .filter(status -> status.detail() >= 20 && status.detail() <= 32 && status.detail() != 28)
                .isPresent();
    }

    private static boolean isSyntax(int code) {
        return code >= 500 && code <= 504;
    }

    private static boolean hasAny(String text, List<String> phrases) {
        return phrases.stream().anyMatch(text::contains);
    }
}
