package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TextLinksTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "see https://a.example/b, see [https://a.example/b]",
                "see (https://a.example/b)., see ([https://a.example/b]).",
                "`https://a.example/b, https://a.example/c!`, `[https://a.example/b], [https://a.example/c]!`",
                "https://a.example/wiki/Tea_(drink), [https://a.example/wiki/Tea_(drink)]",
                "<https://a.example/>, <[https://a.example/]>",
                "no xhttps://a.example/ here, no xhttps://a.example/ here",
                "HTTP://A.EXAMPLE, [HTTP://A.EXAMPLE]",
                "mailto:a@example.com, mailto:a@example.com",
            })
    void an_address_ends_where_a_reader_sees_its_end(String text, String expected) {
        assertThat(TextLinks.replaced(text, Map.of(), url -> Optional.of("[" + url + "]")))
                .isEqualTo(expected);
    }

    @Test
    void the_html_part_says_best_where_an_address_ends() {
        var known = Map.of("https://a.example/b.", "https://us.example/1");

        assertThat(TextLinks.replaced("Tea (https://a.example/b.)", known, _ -> Optional.empty()))
                .isEqualTo("Tea (https://us.example/1)");
    }
}
