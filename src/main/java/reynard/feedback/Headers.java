package reynard.feedback;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Header fields by name in lower case, unfolded, each name's values in their order.
public record Headers(Map<String, List<String>> values) {
    private static final int FIELDS_MAX = 1_000;

    public Headers {
        values = Map.copyOf(values);
    }

    static Headers none() {
        return new Headers(Map.of());
    }

    Optional<String> first(String name) {
        return values.getOrDefault(name, List.of()).stream().findFirst();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    /// The value in lower case, empty when there is none.
    String lower(String name) {
        return first(name).orElse("").toLowerCase(Locale.ROOT);
    }

    /// Reads fields up to the first empty line; lines that are none are passed over.
    static Headers parse(String text) {
        var block = new Builder();
        for (var line : text.split("\r?\n", -1)) {
            if (line.isBlank()) {
                break;
            }
            block.line(line);
        }
        return block.build();
    }

    /// Blocks of fields with empty lines between them, as a delivery status is made of.
    static List<Headers> blocks(String text) {
        var blocks = new ArrayList<Headers>();
        var block = new Builder();
        for (var line : text.split("\r?\n", -1)) {
            if (line.isBlank()) {
                block.addTo(blocks);
                block = new Builder();
            } else {
                block.line(line);
            }
        }
        block.addTo(blocks);
        return blocks;
    }

    /// Gathers fields.
    static final class Builder {
        private final Map<String, List<String>> values = new HashMap<>();
        private String name = "";
        private StringBuilder value = new StringBuilder();
        private int fields;

        void line(String line) {
            if (line.startsWith(" ") || line.startsWith("\t")) {
                value.append(' ').append(line.strip());
                return;
            }
            end();
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).chars().allMatch(c -> c > ' ' && c < 0x7F)) {
                name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                value = new StringBuilder(line.substring(colon + 1).strip());
            }
        }

        void add(String fieldName, String fieldValue) {
            if (fields++ < FIELDS_MAX) {
                values.computeIfAbsent(fieldName.toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(fieldValue.strip());
            }
        }

        private void end() {
            if (!name.isEmpty()) {
                add(name, value.toString());
            }
            name = "";
            value = new StringBuilder();
        }

        private void addTo(List<Headers> blocks) {
            var block = build();
            if (!block.values().isEmpty()) {
                blocks.add(block);
            }
        }

        Headers build() {
            end();
            return new Headers(values);
        }
    }
}
