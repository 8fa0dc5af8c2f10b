package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "https://example.com/, https://example.com/",
        "' https://example.com/a\t/b\n', https://example.com/a/b",
        "HTTPS://Example.com/a?b=c#d, HTTPS://Example.com/a?b=c#d",
        "https://example.com:8443/a b, https://example.com:8443/a%20b",
        "https://example.com/Käse?ü=%C3%BC, https://example.com/K%C3%A4se?%C3%BC=%C3%BC",
        "https://bücher.example/, https://xn--bcher-kva.example/",
        "https://example.com/\"<>, https://example.com/%22%3C%3E",
        "http://127.0.0.1/, http://127.0.0.1/",
    })
    void an_address_of_the_web_becomes_a_header(String href, String location) {
        assertThat(Target.of(href)).map(Target::location).contains(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "#top",
                "/relative",
                "//evil.example/",
                "mailto:a@example.com",
                "tel:+123",
                "javascript:alert(1)",
                "java\nscript:alert(1)",
                "data:text/html,hello",
                "ftp://example.com/",
                "https:example.com",
                "https:/example.com",
                "https:///example.com",
                "https://good.example@evil.example/",
                "https://good.example:pass@evil.example/",
                "https://evil.example\\@good.example/",
                "https://exa mple.com/",
                "https://example.com\u0000/",
                "https://example.com/\u0001",
                "https://exa%6dple.com/",
                "https://example.com:port/",
                "https://-ü.example/",
            })
    void everything_else_is_none(String href) {
        assertThat(Target.of(href)).isEmpty();
    }

    @Test
    void an_address_longer_than_two_thousand_bytes_is_none() {
        assertThat(Target.of("https://example.com/" + "a".repeat(1_980))).isPresent();
        assertThat(Target.of("https://example.com/" + "a".repeat(1_981))).isEmpty();
    }
}
