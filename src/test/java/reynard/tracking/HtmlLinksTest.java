package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class HtmlLinksTest {
    private static String replaced(String html) {
        return HtmlLinks.replaced(html, href -> href.startsWith("http") ? Optional.of("X") : Optional.empty())
                .toString();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "<a href=\"https://a.example/\">a</a>, <a href=\"X\">a</a>",
                "<A class=b HREF='https://a.example/' id=c>a</A>, <A class=b HREF=\"X\" id=c>a</A>",
                "<a href=https://a.example/>a</a>, <a href=\"X\">a</a>",
                "<a href = \"http://a\" >a</a>, <a href = \"X\" >a</a>",
                "`<a\n href=\"http://a\"\n>a</a>`, `<a\n href=\"X\"\n>a</a>`",
                "<area alt=a href=\"http://a\"/>, <area alt=a href=\"X\"/>",
                "<a title=\"> href='http://no'\" href=\"http://a\">, <a title=\"> href='http://no'\" href=\"X\">",
                "<a href=\"http://a\" href=\"http://b\">, <a href=\"X\" href=\"http://b\">",
                "<a data-href=\"http://a\" hrefs=\"http://b\">, <a data-href=\"http://a\" hrefs=\"http://b\">",
                "<a href=\"mailto:x@y\"><a href=\"#a\">, <a href=\"mailto:x@y\"><a href=\"#a\">",
                "<link href=\"http://a\"><base href=\"http://a\">, <link href=\"http://a\"><base href=\"http://a\">",
                "<!-- <a href=\"http://a\"> --><a href=\"http://a\">, <!-- <a href=\"http://a\"> --><a href=\"X\">",
                "<!--[if mso]><v:rect href=\"http://a\"/><![endif]-->, <!--[if mso]><v:rect href=\"X\"/><![endif]-->",
                "<!--[if !mso]><!--><a href=\"http://a\"><!--<![endif]-->, <!--[if !mso]><!--><a href=\"X\"><!--<![endif]-->",
                "<style>a:after{content:'<a href=\"http://a\">'}</style><a href=\"http://a\">, <style>a:after{content:'<a href=\"http://a\">'}</style><a href=\"X\">",
                "1 < 2 <3 <a href=\"http://a\">, 1 < 2 <3 <a href=\"X\">",
                "<a href=\"http://a, <a href=\"http://a",
                "<a href, <a href",
                "<a href=, <a href=",
                "<, <",
            })
    void the_address_of_each_link_is_replaced_and_nothing_else(String html, String expected) {
        assertThat(replaced(html)).isEqualTo(expected);
    }

    @Test
    void addresses_are_seen_without_their_escapes_and_written_with_them() {
        var seen = new ArrayList<String>();
        var html = HtmlLinks.replaced("<a href=\"http://a/?b=1&amp;c=&#50;\">", href -> {
            seen.add(href);
            return Optional.of("http://b/?c=\"&d");
        });

        assertThat(seen).containsExactly("http://a/?b=1&c=2");
        assertThat(html).hasToString("<a href=\"http://b/?c=&quot;&amp;d\">");
    }

    @Test
    void whatever_is_thrown_at_it_it_ends_and_finds_what_a_browser_finds() {
        var random = new Random(20260105);
        var pieces = List.of(
                "<a href=\"http://1/\">1</a>",
                "<a href='http://2/'>2</A>",
                "<a class=\"x>y\" href=http://3/ >3</a>",
                "<b>",
                "<br/>",
                "<img alt=\"<a href='http://4/'>\">",
                "<!-- <a href=\"http://5/\"> -->",
                "text & < text",
                "<td align=left/>",
                "\n",
                "<style>p{}</style>");
        for (int i = 0; i < 2_000; i++) {
            var html = new StringBuilder("<div>");
            for (int j = random.nextInt(12); j > 0; j--) {
                html.append(pieces.get(random.nextInt(pieces.size())));
            }
            var found = new ArrayList<String>();
            HtmlLinks.replaced(html.toString(), href -> {
                found.add(href);
                return Optional.empty();
            });

            assertThat(found)
                    .as("seed 20260105, %d: %s", i, html)
                    .containsExactlyElementsOf(
                            Jsoup.parse(html.toString()).select("a[href]").eachAttr("href"));
        }
    }
}
