package reynard.subscriber;

import java.text.Normalizer;
import java.time.Instant;
import java.util.Locale;
import reynard.id.CustomFieldId;

/// Something an account wants to know of its subscribers.
///
/// @param name what the HTML of forms calls it, for good (Kit: Create a custom field)
/// @param key how templates and requests name it: ASCII, lower case, underscores
public record CustomField(CustomFieldId id, String name, String key, String label, Instant createdAt) {
    static CustomField created(CustomFieldId id, String key, String label, Instant at) {
        return new CustomField(id, "ck_field_" + id.value() + "_" + key, key, label, at);
    }

    /// The key that a label gives; may be empty when the label has no letter or digit that ASCII can show.
    public static String keyOf(String label) {
        return Normalizer.normalize(label, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_|_$", "");
    }
}
