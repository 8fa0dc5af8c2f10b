package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;

import org.jsoup.Jsoup;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class StyleInlinerTest {
    private static String inlined(String css, String body) {
        var document = Jsoup.parse("<head><style>" + css + "</style></head><body>" + body + "</body>");
        document.outputSettings().prettyPrint(false);
        new StyleInliner().inline(document);
        return document.head().html() + document.body().html();
    }

    @Test
    void a_rule_is_written_into_the_elements_it_means() {
        assertThat(inlined("p, .a > b { color : red; margin:0 }", "<p>x</p><div class=a><b>y</b><i>z</i></div>"))
                .isEqualTo("<p style=\"color:red;margin:0\">x</p>"
                        + "<div class=\"a\"><b style=\"color:red;margin:0\">y</b><i>z</i></div>");
    }

    @Test
    void ids_beat_classes_beat_names_beat_earlier_rules_and_the_element_itself_beats_all() {
        assertThat(inlined("#i{top:1}.c{top:2;left:2}p{top:3;left:3;right:3}p{right:4}", "<p id=i class=c>x</p>"))
                .endsWith("<p id=\"i\" class=\"c\" style=\"right:4;left:2;top:1\">x</p>");
        assertThat(inlined("#i{top:1}p{left:3}", "<p id=i style='top:9;left:9'>x</p>"))
                .contains("style=\"top:9;left:9\"");
    }

    @Test
    void what_is_important_beats_the_element_itself() {
        assertThat(inlined("p{top:1 !important;left:1}", "<p style='top:9;left:9'>x</p>"))
                .contains("style=\"top:1 !important;left:9\"");
    }

    @Test
    void what_only_the_mail_program_can_judge_stays_in_the_style() {
        var html = inlined(
                "@import url('x;y.css');a{top:1}a:hover{top:2}@media (max-width:600px){a{top:3}}/* p{top:4} */@font-face{font-family:x}",
                "<a>x</a>");

        assertThat(html)
                .contains("a:hover {top:2}")
                .contains("@media (max-width:600px){a{top:3}}")
                .contains("@font-face{font-family:x}")
                .contains("@import")
                .doesNotContain("a{top:1}")
                .doesNotContain("top:4")
                .endsWith("<a style=\"top:1\">x</a>");
    }

    @Test
    void several_sheets_are_one() {
        var document =
                Jsoup.parse("<style>p{top:1}</style><style>p{top:2}</style><style media=print>p{top:3}</style><p>x");
        new StyleInliner().inline(document);

        assertThat(document.select("p").attr("style")).isEqualTo("top:2");
        assertThat(document.select("style")).hasSize(1);
    }

    @Test
    void a_style_that_does_not_want_to_be_inlined_is_not() {
        var document = Jsoup.parse("<style data-inline=no>p{top:1}</style><p>x");

        assertThat(new StyleInliner().inline(document)).isFalse();
        assertThat(document.select("p").attr("style")).isEmpty();
    }

    @Test
    void semicolons_in_quotes_and_brackets_end_nothing() {
        assertThat(inlined("p{background:url(data:image/png;base64,AA==);font-family:'a;b'}", "<p>x</p>"))
                .contains("background:url(data:image/png;base64,AA==);font-family:'a;b'");
    }

    @Test
    void broken_css_and_strange_selectors_are_left_alone() {
        assertThat(inlined(
                        "p{top:1} }} ;; b[a~=(a+)+$]{top:2} i:contains(x){top:3} .u{top:4",
                        "<p>x</p><b>x</b><u class=u>x</u>"))
                .contains("<p style=\"top:1\">x</p><b>x</b>");
    }
}
