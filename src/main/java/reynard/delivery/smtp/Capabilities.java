package reynard.delivery.smtp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What a relay said it can do, in its reply to EHLO: keywords in upper case, each with its parameters.
record Capabilities(Map<String, List<String>> keywords) {
    /// What a relay can do that knows only HELO.
    static final Capabilities NONE = new Capabilities(Map.of());

    Capabilities {
        keywords = Map.copyOf(keywords);
    }

    /// From the text of the reply, whose first line is a greeting. An old spelling, `AUTH=LOGIN`, counts too.
    static Capabilities parse(String text) {
        var keywords = new HashMap<String, List<String>>();
        text.lines().skip(1).forEach(line -> {
            var words = line.strip()
                    .toUpperCase(Locale.ROOT)
                    .replace("AUTH=", "AUTH ")
                    .split(" +");
            keywords.merge(words[0], List.of(words).subList(1, words.length), Capabilities::joined);
        });
        return new Capabilities(keywords);
    }

    private static List<String> joined(List<String> left, List<String> right) {
        var all = new ArrayList<>(left);
        all.addAll(right);
        return List.copyOf(all);
    }

    boolean offers(String keyword) {
        return keywords.containsKey(keyword);
    }

    Set<String> authMechanisms() {
        return Set.copyOf(new HashSet<>(keywords.getOrDefault("AUTH", List.of())));
    }

    /// How many octets a message may have (RFC 1870); without a limit that is told, any number.
    long octetsMax() {
        return keywords.getOrDefault("SIZE", List.of()).stream()
                .filter(number -> number.matches("[1-9][0-9]{0,17}"))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /// How many messages one connection may carry (`LIMITS MAILMAX=20`, RFC 9422).
    int messagesMax() {
        return keywords.getOrDefault("LIMITS", List.of()).stream()
                .filter(limit -> limit.startsWith("MAILMAX="))
                .map(limit -> limit.substring("MAILMAX=".length()))
                .filter(number -> number.matches("[1-9][0-9]{0,8}"))
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }
}
