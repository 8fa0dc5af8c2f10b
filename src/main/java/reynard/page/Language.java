package reynard.page;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A language that readers' pages and mails to them are written in.
public enum Language {
    ENGLISH("en"),
    GERMAN("de"),
    FRENCH("fr"),
    SPANISH("es"),
    PORTUGUESE("pt"),
    DUTCH("nl"),
    ITALIAN("it"),
    ARABIC("ar");

    // A browser names a handful; who sends more sends something else.
    private static final int HEADER_CHARACTERS_MAX = 500;

    public static final List<String> TAGS =
            Arrays.stream(values()).map(Language::tag).toList();

    private final String tag;

    Language(String tag) {
        this.tag = tag;
    }

    /// Its tag (BCP 47), as `lang` in HTML writes it.
    public String tag() {
        return tag;
    }

    /// `rtl` or `ltr`, as `dir` in HTML writes it.
    public String direction() {
        return this == ARABIC ? "rtl" : "ltr";
    }

    public Locale locale() {
        return Locale.of(tag);
    }

    public static Optional<Language> tagged(String tag) {
        return Arrays.stream(values())
                .filter(language -> language.tag.equals(tag))
                .findFirst();
    }

    /// The one of ours that a browser likes best; English when it likes none, or says nothing that can be read.
    ///
    /// @param acceptLanguage the header (RFC 9110, 12.5.4)
    public static Language preferred(String acceptLanguage) {
        if (acceptLanguage.isBlank() || acceptLanguage.length() > HEADER_CHARACTERS_MAX) {
            return ENGLISH;
        }
        List<Locale> ours = Arrays.stream(values()).map(Language::locale).toList();
        try {
            var found = Locale.lookup(Locale.LanguageRange.parse(acceptLanguage), ours);
            return found == null ? ENGLISH : tagged(found.getLanguage()).orElse(ENGLISH);
        } catch (IllegalArgumentException e) {
            return ENGLISH;
        }
    }
}
