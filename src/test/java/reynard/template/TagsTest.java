package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TagsTest {
    private final List<String> read = new ArrayList<>();
    private final Tags<Whole> tags = new Tags<>((html, at) -> {
        var tag = whole(html, at);
        read.add(tag.text());
        return tag;
    });

    private record Whole(String text) implements Tags.Tag {
        @Override
        public int length() {
            return text.length();
        }
    }

    /// A tag ends at the first `>` that stands in no quotes.
    private static Whole whole(String html, int at) {
        char quote = 0;
        for (int i = at; i < html.length(); i++) {
            char c = html.charAt(i);
            if (quote == 0 && c == '>') {
                return new Whole(html.substring(at, i + 1));
            }
            if (c == '"' || c == '\'') {
                quote = quote == 0 ? c : quote == c ? 0 : quote;
            }
        }
        return new Whole(html.substring(at));
    }

    private List<String> walked(String html) {
        var found = new ArrayList<String>();
        var walk = tags.walk(html);
        for (int at = html.indexOf('<');
                at >= 0;
                at = html.indexOf('<', at + found.getLast().length())) {
            found.add(walk.at(at).text());
        }
        return found;
    }

    @Test
    void a_tag_that_letters_have_in_common_is_read_once() {
        walked("<p>Mei<a href='1'>x</a> ");
        walked("<p>Ann<a href='2'>x</a> ");

        assertThat(read).containsExactly("<p>", "<a href='1'>", "</a>", "<a href='2'>");
    }

    @Test
    void one_that_goes_on_behind_its_first_bracket_is_not_taken_for_another() {
        assertThat(walked("<a x='>'> <b> ")).containsExactly("<a x='>'>", "<b>");
        assertThat(walked("<a x='>y'> <b> ")).containsExactly("<a x='>y'>", "<b>");
    }

    @Test
    void one_that_never_ends_says_nothing_about_one_that_does() {
        assertThat(walked("<a x='>")).containsExactly("<a x='>");
        assertThat(walked("<a x='>'> ")).containsExactly("<a x='>'>");
    }

    @Test
    void whatever_came_before_a_tag_is_what_it_would_be_alone() {
        var random = new Random(20261128);
        var pieces = List.of(
                "<p>",
                "</p>",
                "<a h='1'>",
                "<a h=\">\">",
                "<a h='",
                "'",
                "\"",
                ">",
                "<",
                "<td class=x>",
                "text",
                "<b",
                " ");
        for (int i = 0; i < 20_000; i++) {
            var html = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                html.append(pieces.get(random.nextInt(pieces.size())));
            }
            // More different tags than are remembered.
            html.append("<i n=").append(random.nextInt(5_000)).append('>');
            var alone = new ArrayList<String>();
            for (int at = html.indexOf("<");
                    at >= 0;
                    at = html.indexOf("<", at + alone.getLast().length())) {
                alone.add(whole(html.toString(), at).text());
            }

            assertThat(walked(html.toString()))
                    .as("seed 20261128, %d: %s", i, html)
                    .isEqualTo(alone);
        }
    }
}
