package reynard.feedback;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a report says about which email it is about, the surest first. Nothing here is proved yet.
///
/// @param returnPaths addresses that may be the email's envelope sender, or bare codes of one
/// @param links tokens of unsubscribe links
/// @param messageIds without angle brackets
public record Clue(List<String> returnPaths, List<Link> links, List<String> messageIds) {
    private static final String LINK_PATH = "/u/";
    /// A report has few; a hostile one may have many.
    private static final int EACH_MAX = 20;

    public Clue {
        returnPaths = returnPaths.stream().distinct().limit(EACH_MAX).toList();
        links = links.stream().distinct().limit(EACH_MAX).toList();
        messageIds = messageIds.stream().distinct().limit(EACH_MAX).toList();
    }

    /// The two tokens of an unsubscribe link.
    public record Link(String account, String delivery) {}

    public static Clue none() {
        return new Clue(List.of(), List.of(), List.of());
    }

    /// What the headers of a returned email say.
    static Clue ofHeaders(Headers headers) {
        var returnPaths = new ArrayList<String>();
        headers.first("return-path").map(Clue::unbracketed).ifPresent(returnPaths::add);
        headers.first("x-pm-metadata-reynard").ifPresent(code -> returnPaths.add("b+" + code.strip()));
        return new Clue(
                returnPaths,
                headers.first("list-unsubscribe").flatMap(Clue::link).stream().toList(),
                headers.first("message-id").map(Clue::unbracketed).stream().toList());
    }

    static Clue ofMessageId(String id) {
        return new Clue(List.of(), List.of(), List.of(unbracketed(id)));
    }

    static Clue ofReturnPath(String address) {
        return new Clue(List.of(unbracketed(address)), List.of(), List.of());
    }

    /// Both, this one first.
    public Clue and(Clue other) {
        return new Clue(
                joined(returnPaths, other.returnPaths),
                joined(links, other.links),
                joined(messageIds, other.messageIds));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    static String unbracketed(String text) {
        var plain = text.strip();
        int open = plain.indexOf('<');
        int close = plain.indexOf('>', open + 1);
        return open >= 0 && close > open ? plain.substring(open + 1, close) : plain;
    }

    private static Optional<Link> link(String header) {
        // Returned headers are folded anew, sometimes in the middle of a word.
        var url = header.replaceAll("\\s+", "");
        int start = url.toLowerCase(Locale.ROOT).indexOf(LINK_PATH);
        if (start < 0) {
            return Optional.empty();
        }
        var rest = url.substring(start + LINK_PATH.length());
        int slash = rest.indexOf('/');
        if (slash < 1) {
            return Optional.empty();
        }
        int end = slash + 1;
        while (end < rest.length() && isTokenCharacter(rest.charAt(end))) {
            end++;
        }
        return end == slash + 1
                ? Optional.empty()
                : Optional.of(new Link(rest.substring(0, slash), rest.substring(slash + 1, end)));
    }

    private static boolean isTokenCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
}
