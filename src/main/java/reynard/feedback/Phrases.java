package reynard.feedback;

import java.util.List;

/// What servers write that give no codes.
final class Phrases {
    private static final List<String> FULL = List.of("mailbox is full", "mailbox full", "over quota", "quota exceeded");
    private static final List<String> AWAY = List.of(
            "retry timeout exceeded",
            "retry time not reached",
            "i'm not going to try again",
            "been in the queue too long",
            "connection timed out",
            "connection refused",
            "wasn't able to establish an smtp connection",
            "delivery time expired",
            "message expired");
    private static final List<String> BLOCKED =
            List.of("blacklist", "blocklist", "blocked using", "relay access denied");
    private static final List<String> SPAM = List.of("rejected as spam", "spam message", "looks like spam", "virus");
    private static final List<String> NOBODY = List.of(
            "no mailbox here by that name",
            "no such user",
            "user unknown",
            "unknown user",
            "unknown address",
            "unrouteable address",
            "unknown local part",
            "unknown local-part",
            "address does not exist",
            "mailbox does not exist",
            "recipient unknown",
            "no such recipient",
            "account has been disabled",
            "couldn't find any host named",
            "couldn't find any host by that name",
            "domain name not found",
            "host or domain name not found",
            "does not have an account here",
            "not listed in domino directory",
            "not listed in public name");

    private Phrases() {}

    /// @param text in lower case
    static Verdict verdict(String text) {
        if (hasAny(text, FULL)) {
            return Verdict.SOFT;
        }
        if (hasAny(text, NOBODY)) {
            return Verdict.HARD;
        }
        if (hasAny(text, BLOCKED)) {
            return Verdict.BLOCKED;
        }
        if (hasAny(text, SPAM)) {
            return Verdict.CONTENT;
        }
        return hasAny(text, AWAY) ? Verdict.SOFT : Verdict.UNSURE;
    }

    private static boolean hasAny(String text, List<String> phrases) {
        return phrases.stream().anyMatch(text::contains);
    }
}
