package reynard.form;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.id.FormId;

/// A way in.
///
/// @param uid names the form in public pages: random, unguessable
public record Form(FormId id, String name, Kind kind, Status status, String uid, Instant createdAt) {
    public enum Kind {
        /// Inside a page of the creator's own.
        EMBED,
        /// A landing page.
        HOSTED;

        public static final List<String> NAMES = names(values());

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Kind> named(String wireName) {
            return Arrays.stream(values())
                    .filter(kind -> kind.wireName().equals(wireName))
                    .findFirst();
        }
    }

    public enum Status {
        ACTIVE,
        ARCHIVED,
        TRASHED;

        public static final List<String> NAMES = names(values());

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Status> named(String wireName) {
            return Arrays.stream(values())
                    .filter(status -> status.wireName().equals(wireName))
                    .findFirst();
        }
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
    }
}
