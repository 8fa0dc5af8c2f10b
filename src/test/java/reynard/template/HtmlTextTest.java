package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HtmlTextTest {
    @Test
    void links_are_numbered_and_listed_once_each() {
        assertThat(HtmlText.of(
                        "<p>Read <a href='https://a.example/x'>this</a> and <a href='https://b.example'>that</a>,"
                                + " <a href='https://a.example/x'>again</a> or <a href='#top'>up</a>.</p>"
                                + "<a href='https://c.example'>https://c.example</a>"))
                .isEqualTo("""
                        Read this [1] and that [2], again [1] or up.

                        https://c.example

                        [1] https://a.example/x
                        [2] https://b.example
                        """);
    }

    @Test
    void paragraphs_lists_cells_and_breaks_keep_their_lines() {
        assertThat(HtmlText.of("<h1>Tea</h1><p>one<br>two</p><ul><li>a</li><li>b</li></ul>"
                        + "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table><pre>x  y\n z</pre><hr>end"))
                .isEqualTo("""
                        Tea

                        one
                        two

                        - a
                        - b

                        1 2
                        3

                        x  y
                         z

                        ---
                        end
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a < b & c &lt; d|a < b & c < d",
                "<p>a<!-- <p>b --><!--[if mso]><p>c</p><![endif]--><!--[if !mso]><!-->d<!--<![endif]-->|ad",
                "<p style=display:none>a<p>b|b",
                "<div hidden><div>a</div>b</div>c|c",
                "<a href=https://x.example/?a=1&amp;b=2 title='>'>x</a>|x [1]  [1] https://x.example/?a=1&b=2",
                "<script>a</b>'</script>c<style>d|c",
                "a<p|a",
                "<!doctype html><HTML><HEAD><title>t</title><BODY>b|b",
                "a&nbsp;&nbsp;b<b>c</b> <i> d</i>|a bc d"
            })
    void odd_html_is_read_as_mail_programs_do(String html, String text) {
        assertThat(HtmlText.of(html).strip().replace('\n', ' ')).isEqualTo(text);
    }

    @Test
    void what_never_ends_is_read_in_no_time() {
        for (var piece :
                List.of("<", "<a", "<!--", "<style>", "<p style='", "<a href=x>", "<div style=display:none>", "&")) {
            var html = piece.repeat(1_000_000 / piece.length());
            assertTimeout(Duration.ofSeconds(5), () -> HtmlText.of(html));
        }
    }

    @Test
    void what_is_hidden_stays_hidden_and_pictures_say_what_they_show() {
        assertThat(HtmlText.of("<head><title>t</title></head><style>a{}</style><p>a</p>"
                        + "<p style='Display : none !important'>b</p><p style='font-size:0'>c</p>"
                        + "<div style='max-height:0'><p>d</p></div><p style='font-size:0.9em'>e</p>"
                        + "<img src='x' alt='A cup'><a href='https://a.example'><img src='y'></a>"))
                .isEqualTo("a\n\ne\n\nA cup [1]\n\n[1] https://a.example\n");
    }
}
