package reynard.template;

import java.text.Normalizer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.SnippetId;

/// A piece of content that many emails share. A change reaches every email at its next send.
///
/// @param key how Liquid names it, `{{ snippet.key }}`: ASCII, lower case, hyphens; made of the first name, for good
/// @param content Liquid: text when inline, HTML when a block
public record Snippet(
        SnippetId id,
        String name,
        Kind kind,
        String key,
        String content,
        boolean archived,
        Instant createdAt,
        Instant updatedAt) {
    public enum Kind {
        INLINE,
        BLOCK;

        public static final List<String> NAMES =
                Arrays.stream(values()).map(Kind::wireName).toList();

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Kind> named(String wireName) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wireName().equals(wireName))
                    .findFirst();
        }
    }

    /// The key that a name gives; empty when the name has no letter or digit that ASCII can show.
    static String keyOf(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
    }
}
