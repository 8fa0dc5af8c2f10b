package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SnippetTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Cat Fact of the Day  | cat-fact-of-the-day
            Welcome message      | welcome-message
            ' Ünïcode -- & Söhne! ' | unicode-sohne
            ﬁnal №2              | final-no2
            日本                  | ''
            """)
    void the_key_is_the_name_in_lower_case_ascii_with_hyphens(String name, String key) {
        assertThat(Snippet.keyOf(name)).isEqualTo(key);
    }
}
