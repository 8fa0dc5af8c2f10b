package reynard.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Optional;
import reynard.db.Cursor;

/// Cursors at the wire: base64 of a compact JSON array of the row's sort key (`WzNd` is `[3]`), as Kit's examples show.
final class Cursors {
    private static final int CHARACTERS_MAX = 1_500;

    private Cursors() {}

    static String text(Cursor cursor) {
        return Base64.getEncoder().encodeToString(Json.bytes(cursor.values()));
    }

    /// @return empty when the text is not a cursor at all
    static Optional<Cursor> parse(String text) {
        if (text.length() > CHARACTERS_MAX) {
            return Optional.empty();
        }
        try {
            // A client that does not escape "+" sends a space.
            var bytes = Base64.getDecoder().decode(text.replace(' ', '+').getBytes(StandardCharsets.US_ASCII));
            var array = Json.parse(bytes);
            if (!array.isArray() || array.isEmpty()) {
                return Optional.empty();
            }
            var values = new ArrayList<>();
            for (JsonNode item : array) {
                if (item.isIntegralNumber() && item.canConvertToLong()) {
                    values.add(item.longValue());
                } else if (item.isTextual()) {
                    values.add(item.textValue());
                } else {
                    return Optional.empty();
                }
            }
            return Optional.of(new Cursor(values));
        } catch (IllegalArgumentException | Json.Malformed e) {
            return Optional.empty();
        }
    }
}
