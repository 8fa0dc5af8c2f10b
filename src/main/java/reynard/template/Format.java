package reynard.template;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How an email's content is written.
public enum Format {
    HTML,
    /// CommonMark with tables; HTML may stand in it.
    MARKDOWN;

    public static final List<String> NAMES =
            Arrays.stream(values()).map(Format::wireName).toList();

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Format> named(String wireName) {
        return Arrays.stream(values())
                .filter(format -> format.wireName().equals(wireName))
                .findFirst();
    }
}
