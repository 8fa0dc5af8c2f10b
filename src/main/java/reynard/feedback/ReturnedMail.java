package reynard.feedback;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A message that came back, taken apart.
///
/// @param headers its own
/// @param parts its leaves in their order, those of attached messages left out
/// @param returned the headers of the first message attached to it
record ReturnedMail(Headers headers, List<Part> parts, Optional<Headers> returned) {
    ReturnedMail {
        parts = List.copyOf(parts);
    }

    /// A leaf.
    ///
    /// @param type in lower case
    /// @param text decoded, as far as it is kept
    record Part(String type, String text) {}

    Optional<Part> part(String type) {
        return parts.stream().filter(part -> part.type().equals(type)).findFirst();
    }

    /// What people are meant to read.
    String text() {
        return parts.stream()
                .filter(part -> part.type().startsWith("text/") && !part.type().equals("text/rfc822-headers"))
                .map(Part::text)
                .findFirst()
                .orElse("");
    }

    String subject() {
        return headers.first("subject").orElse("").toLowerCase(Locale.ROOT);
    }
}
