package reynard.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TextsTest {
    @ParameterizedTest
    @EnumSource
    void every_language_has_every_text(Language language) {
        assertThat(Texts.in(language).keys())
                .isEqualTo(Texts.in(Language.ENGLISH).keys());
    }

    @ParameterizedTest
    @EnumSource
    void every_text_shows_the_same_values_as_in_English(Language language) {
        var values = new Object[] {"«0»", "«1»", "«2»"};
        for (var key : Texts.in(language).keys()) {
            var english = Texts.in(Language.ENGLISH).get(key, values);
            var text = Texts.in(language).get(key, values);

            assertThat(text).as(key).isNotBlank().doesNotContain("'", "{", "}");
            for (var value : values) {
                assertThat(text.contains((String) value))
                        .as(key + " shows " + value)
                        .isEqualTo(english.contains((String) value));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "de                            | GERMAN",
                "de-AT,de;q=0.9,en;q=0.5       | GERMAN",
                "pt-BR                         | PORTUGUESE",
                "sv,it;q=0.3,fr;q=0.8          | FRENCH",
                "ar-EG                         | ARABIC",
                "ja                            | ENGLISH",
                "*                             | ENGLISH",
                "en;q=0.1,nl;q=0               | ENGLISH",
                "''                            | ENGLISH",
                "de;q=x                        | ENGLISH",
                "../../etc/passwd              | ENGLISH"
            })
    void a_browser_gets_the_language_it_likes_best(String header, Language language) {
        assertThat(Language.preferred(header)).isEqualTo(language);
    }
}
