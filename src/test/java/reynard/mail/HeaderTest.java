package reynard.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HeaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\nBcc: v@example.org",
                "a\nb",
                "a\rb",
                "a\u0000b",
                "a\u000Bb",
                "a\tb",
                "a\u007Fb",
                "a\u0085b",
                "a\u2028b",
                "a\u2029b"
            })
    void controls_are_refused_in_values_whichever_way_they_come(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Header.of("X-A", value));
        assertThatIllegalArgumentException().isThrownBy(() -> Header.text("X-A", value));
        assertThatIllegalArgumentException().isThrownBy(() -> Header.named("X-A", value, "id"));
        assertThatIllegalArgumentException().isThrownBy(() -> Header.named("X-A", "name", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "X: a\r\nBcc", "X\r\n", "X Y", "X:", "Ä", "X\u0000", "X\u760A"})
    void a_header_name_is_printable_ascii_without_a_colon(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Header.of(name, "a"));
    }

    @Test
    void an_exact_value_is_ascii_without_words_that_no_line_can_hold() {
        assertThatIllegalArgumentException().isThrownBy(() -> Header.of("X-A", "é"));
        assertThatIllegalArgumentException().isThrownBy(() -> Header.of("X-A", "a".repeat(901)));
        assertThatIllegalArgumentException().isThrownBy(() -> Header.of("X-A", " a"));
        assertThat(Header.of("X-A", "a".repeat(900)).value()).hasSize(900);
    }

    @Test
    void display_names_are_atoms_then_quoted_then_encoded() {
        assertThat(Header.named("List-Id", "Tea daily", "tea.example.org").value())
                .isEqualTo("Tea daily <tea.example.org>");
        assertThat(Header.named("List-Id", "Tea, \"daily\"", "tea.example.org").value())
                .isEqualTo("\"Tea, \\\"daily\\\"\" <tea.example.org>");
        assertThat(Header.named("List-Id", "Thé", "tea.example.org").value())
                .isEqualTo("=?UTF-8?B?VGjDqQ==?= <tea.example.org>");
        assertThat(Header.named("List-Id", "", "tea.example.org").value()).isEqualTo("<tea.example.org>");
    }

    @Test
    void the_shorter_encoding_is_taken() {
        assertThat(Header.text("Subject", "A long and plain text with one é").value())
                .isEqualTo("=?UTF-8?Q?A_long_and_plain_text_with_one_=C3=A9?=");
        assertThat(Header.text("Subject", "こんにちは").value()).startsWith("=?UTF-8?B?");
    }

    @Test
    void text_that_looks_encoded_is_encoded() {
        assertThat(Header.text("Subject", "=?UTF-8?Q?not_me?=").value()).isNotEqualTo("=?UTF-8?Q?not_me?=");
    }

    @Test
    void cleaning_turns_controls_into_spaces_and_leaves_the_rest() {
        assertThat(Header.cleaned("Bob\r\nBcc: v@x\u0000\u0085\u2028\t!")).isEqualTo("Bob  Bcc: v@x    !");
        assertThat(Header.cleaned("Zoë 👩‍👩‍👧 \u760A")).isEqualTo("Zoë 👩‍👩‍👧 \u760A");
    }
}
