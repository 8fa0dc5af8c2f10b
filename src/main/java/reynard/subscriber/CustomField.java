package reynard.subscriber;

import java.text.Normalizer;
import java.util.Locale;
import reynard.id.CustomFieldId;

/// Something an account wants to know of its subscribers.
///
/// @param key how templates and requests name it: ASCII, lower case, underscores
public record CustomField(CustomFieldId id, String key, String label) {
    /// The name in the HTML of forms (Kit: Create a custom field).
    public String name() {
        return "ck_field_" + id.value() + "_" + key;
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
