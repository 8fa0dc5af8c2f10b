package reynard.page;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/// What readers are told, in one language: `src/main/resources/pages/reader_en.properties` and its sisters, which all
/// have the same keys.
///
/// Threads: any; it does not change.
public final class Texts {
    private static final Map<Language, Texts> ALL = new EnumMap<>(Language.class);

    static {
        for (var language : Language.values()) {
            ALL.put(language, new Texts(language, read("/pages/reader_" + language.tag() + ".properties")));
        }
    }

    private final Language language;
    private final Properties patterns;

    private Texts(Language language, Properties patterns) {
        this.language = language;
        this.patterns = patterns;
    }

    public static Texts in(Language language) {
        var texts = ALL.get(language);
        if (texts == null) {
            throw new IllegalStateException("no texts in " + language);
        }
        return texts;
    }

    private static Properties read(String resource) {
        var patterns = new Properties();
        try (var stream = Texts.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException("no resource " + resource);
            }
            patterns.load(new InputStreamReader(stream, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return patterns;
    }

    public Language language() {
        return language;
    }

    /// A sentence, its `{0}` and so on replaced. It is plain text: whoever shows it in HTML escapes it.
    public String get(String key, Object... values) {
        var pattern = patterns.getProperty(key);
        if (pattern == null) {
            throw new IllegalArgumentException("no text " + key + " in " + language);
        }
        return new MessageFormat(pattern, language.locale()).format(values);
    }

    Set<String> keys() {
        return patterns.stringPropertyNames();
    }
}
