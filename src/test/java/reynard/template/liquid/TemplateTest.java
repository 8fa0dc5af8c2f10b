package reynard.template.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TemplateTest {
    private static final Instant NOW = Instant.parse("2026-03-14T22:30:00Z");
    private static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    private static final Map<String, ?> ANNA = Map.of(
            "subscriber",
            Map.of("first_name", "Anna & \"<b>Co</b>\"", "city", "", "tags", List.of("a", "b")),
            "snippet",
            Map.of("welcome-message", "Hello!", "2024-offer", "10 % off"));

    private static String text(String source, Map<String, ?> data) {
        return Template.parse(source).render(data, new RenderOptions(new Budget(), Escaping.NONE, NOW, ZONE));
    }

    private static String html(String source, Map<String, ?> data) {
        return Template.parse(source).render(data, new RenderOptions(new Budget(), Escaping.HTML, NOW, ZONE));
    }

    private static LiquidError refused(String source) {
        return catchThrowableOfType(LiquidError.class, () -> text(source, Map.of()));
    }

    // Paths.

    @Test
    void a_path_may_have_hyphens_and_begin_with_digits_after_its_dot() {
        assertThat(text("{{ snippet.welcome-message }} {{ snippet.2024-offer }}", ANNA))
                .isEqualTo("Hello! 10 % off");
    }

    @Test
    void a_hyphen_before_the_closing_braces_trims_white_space_and_is_not_part_of_the_path() {
        assertThat(text("[{{ snippet.welcome-message -}}   ]", ANNA)).isEqualTo("[Hello!]");
    }

    @Test
    void a_variable_that_the_data_lack_is_empty() {
        assertThat(text("[{{ nobody.at.home }}{{ subscriber.nothing }}{{ nobody[3].x }}]", ANNA))
                .isEqualTo("[]");
    }

    @Test
    void default_stands_in_for_what_is_missing_or_empty_and_for_nothing_else() {
        assertThat(text(
                        "{{ subscriber.city | default: 'your city' }} {{ x | default: 'x' }} "
                                + "{{ snippet.welcome-message | default: 'y' }} {{ false | default: 'no' }} "
                                + "{{ false | default: 'no', allow_false: true }} {{ 0 | default: 7 }}",
                        ANNA))
                .isEqualTo("your city x Hello! no false 0");
    }

    @Test
    void a_template_tells_which_variables_it_names_but_not_those_it_sets() {
        var template = Template.parse("""
                {{ subscriber.first_name | default: company.name }} {{ snippet.welcome-message }}
                {% assign greeting = subscriber['last_name'] %}{{ greeting }}
                {% for tag in subscriber.tags %}{{ tag.name }}{{ forloop.index }}{% endfor %}
                {{ items[0].price }}{{ items[chosen].price }}{{ tag }}{% if plan == 'pro' and seats > 3 %}{% endif %}
                """);

        assertThat(template.variables())
                .containsExactly(
                        "subscriber.first_name",
                        "company.name",
                        "snippet.welcome-message",
                        "subscriber.last_name",
                        "subscriber.tags",
                        "items",
                        "chosen",
                        "tag",
                        "plan",
                        "seats");
    }

    // Escaping.

    @Test
    void in_HTML_values_are_escaped_and_the_template_is_not() {
        assertThat(html("<p title='x'>{{ subscriber.first_name }}</p>", ANNA))
                .isEqualTo("<p title='x'>Anna &amp; &quot;&lt;b&gt;Co&lt;/b&gt;&quot;</p>");
    }

    @Test
    void in_plain_text_nothing_is_escaped() {
        assertThat(text("{{ subscriber.first_name }}", ANNA)).isEqualTo("Anna & \"<b>Co</b>\"");
    }

    @Test
    void raw_as_the_last_filter_leaves_a_value_alone() {
        assertThat(html("{{ subscriber.first_name | raw }}", ANNA)).isEqualTo("Anna & \"<b>Co</b>\"");
        assertThat(text("{{ subscriber.first_name | raw }}", ANNA)).isEqualTo("Anna & \"<b>Co</b>\"");
    }

    @Test
    void raw_before_another_filter_does_not() {
        assertThat(html("{{ '<b>' | raw | upcase }}", ANNA)).isEqualTo("&lt;B&gt;");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ x | escape }}",
                "{{ x | escape_once }}",
                "{{ x | h }}",
                "{{ x | escape | append: '' }}",
                "{% assign y = x | escape %}{{ y }}",
                "{% capture y %}{{ x }}{% endcapture %}{{ y }}",
                "{% assign y = x | escape | strip %}{{ y | default: 'z' }}"
            })
    void what_is_escaped_is_not_escaped_again(String source) {
        assertThat(html(source, Map.of("x", "a<b & c"))).isEqualTo("a&lt;b &amp; c");
    }

    @Test
    void captured_markup_of_the_template_stays_markup() {
        assertThat(html("{% capture y %}<b>{{ x }}</b>{% endcapture %}{{ y }}", Map.of("x", "<i>")))
                .isEqualTo("<b>&lt;i&gt;</b>");
    }

    @Test
    void captured_markup_compares_as_the_text_it_is() {
        assertThat(html(
                        "{% capture y %}abc{% endcapture %}{% if y == 'abc' and y contains 'b' %}{{ y.size }}{% endif %}",
                        Map.of()))
                .isEqualTo("3");
    }

    @Test
    void newline_to_br_escapes_the_text_and_keeps_its_breaks() {
        assertThat(html("{{ x | newline_to_br }}", Map.of("x", "1 < 2\nyes"))).isEqualTo("1 &lt; 2<br />\nyes");
    }

    @Test
    void data_that_are_markup_are_written_as_they_are_and_stay_so_through_default() {
        var data = Map.of("content", new Markup("<p>Hi</p>"));

        assertThat(html("{{ content }}{{ content | default: 'none' }}", data)).isEqualTo("<p>Hi</p><p>Hi</p>");
        assertThat(html("{{ content | append: '<script>' }}", data)).doesNotContain("<script>");
        assertThat(text("{{ content | size }}", data)).isEqualTo("9");
    }

    @Test
    void a_list_and_a_map_are_escaped_like_text() {
        assertThat(html("{{ l }}{{ m }}", Map.of("l", List.of("<"), "m", Map.of("k", "<"))))
                .isEqualTo("&lt;{&quot;k&quot;=&gt;&quot;&lt;&quot;}");
    }

    // Dates.

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "'now' ; %Y-%m-%d %H:%M %Z ; 2026-03-14 23:30 CET",
                "'today' ; %A, %-d. %B %Y ; Saturday, 14. March 2026",
                "instant ; %Y-%m-%dT%H:%M:%S%:z ; 2026-03-29T03:00:00+02:00",
                "date ; %a %b %e %j %U %V ; Sun Mar  1 060 09 09",
                "zoned ; %l:%M %p %z ; 11:30 PM -0500",
                "'2026-03-14T09:30:15.25Z' ; %H:%M:%S.%L %s ; 09:30:15.250 1773480615",
                "'March 14th, 2026 9:05 pm' ; %F %T ; 2026-03-14 21:05:00",
                "'Sat, 14 Mar 2026 09:30:00 +0100' ; %FT%R %z ; 2026-03-14T09:30 +0100",
                "'2026-02-31' ; %F ; 2026-02-31",
                "'03/04/2026' ; %F ; 03/04/2026",
                "'tomorrow' ; %F ; tomorrow",
                "1773480615 ; %^a %y %% %5S %_m ; SAT 26 % 00015  3"
            })
    void dates_are_read_and_written(String value, String pattern, String expected) {
        var data = Map.of(
                "instant", Instant.parse("2026-03-29T01:00:00Z"),
                "date", LocalDate.of(2026, 3, 1),
                "zoned", ZonedDateTime.parse("2026-03-01T23:30:00-05:00[America/New_York]"));

        assertThat(text("{{ " + value + " | date: '" + pattern + "' }}", data)).isEqualTo(expected);
    }

    @Test
    void a_date_shows_without_a_filter() {
        assertThat(text("{{ d }}, {{ i }}", Map.of("d", LocalDate.of(2026, 3, 1), "i", NOW)))
                .isEqualTo("2026-03-01, 2026-03-14 23:30:00 +0100");
    }

    // Errors.

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{{ a.. }} ; 1 ; 5 ; unexpected",
                "ab\\n  {% nope %} ; 2 ; 3 ; unknown tag `nope`",
                "\\n{{ x \\n | shout }} ; 3 ; 4 ; unknown filter `shout`",
                "{% if x %} ; 1 ; 1 ; if is not closed: endif is missing",
                "a\\n{{ x ; 2 ; 1 ; output is not closed: }} is missing",
                "{{ 1 | plus }} ; 1 ; 8 ; filter `plus` takes 1 argument, not 0",
                "{% for x of y %} ; 1 ; 10 ; `in` is missing",
                "\\n\\n{{ 1 | divided_by: 0 }} ; 3 ; 8 ; divided by zero",
                "{% if 1 < 'a' %}{% endif %} ; 1 ; 1 ; a number cannot be compared with text",
                "{% endif %} ; 1 ; 1 ; `endif` closes nothing",
                "{% liquid\\n echo 1\\n nope %} ; 3 ; 2 ; unknown tag `nope`"
            })
    void an_error_names_its_line_and_column(String source, int line, int column, String problem) {
        var error = refused(source.replace("\\n", "\n"));

        assertThat(error.message()).startsWith(problem);
        assertThat(List.of(error.line(), error.column())).containsExactly(line, column);
        assertThat(error).hasMessage(error.message() + " (line " + line + ", column " + column + ")");
    }

    // Nothing but data.

    /// What a template must never reach.
    public static final class Account {
        public String secret = "s3cret";

        public String getSecret() {
            return secret;
        }

        @Override
        public String toString() {
            return secret;
        }
    }

    enum Secret {
        S3CRET
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ account }}", "{{ account.secret }}", "{{ account.getSecret }}", "{{ account['secret'] }}",
                "{{ account.class }}", "{{ account.class.classLoader }}", "{{ account | append: '' }}", "{{ key }}",
                "{{ key.name }}", "{{ counter }}", "{{ list }}", "{{ list | join: ',' | remove: ',' }}",
                "{{ list.first.secret }}", "{{ map.a }}", "{{ list | map: 'secret' }}",
                        "{{ account | size | at_most: -1 | plus: 1 | remove: 0 }}",
                "{{ x.class.classLoader }}", "{{ x.getClass }}", "{{ env }}", "{{ system.properties }}",
                "{% for a in account %}{{ a }}{% endfor %}", "{% if account %}yes{% endif %}"
            })
    void objects_are_empty(String source) {
        var data = new HashMap<String, Object>();
        data.put("account", new Account());
        data.put("key", Secret.S3CRET);
        data.put("counter", new AtomicInteger(7));
        data.put("list", Arrays.asList(new Account(), null));
        data.put("map", Map.of("a", new Account()));
        data.put("x", "text");

        assertThat(text(source, data)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ \"\".getClass() }}",
                "{% include '/etc/passwd' %}",
                "{% render 'a' %}",
                "{% layout 'a' %}",
                "{{ x | send: 'exit' }}"
            })
    void calls_and_files_are_errors(String source) {
        assertThat(refused(source)).isNotNull();
    }

    @Test
    void a_map_with_other_keys_than_text_is_no_trouble() {
        assertThat(text("[{{ m.name }}{{ m.size }}]", Map.of("m", new TreeMap<>(Map.of(1, "one")))))
                .isEqualTo("[1]");
    }

    // What standard Liquid leaves to us.

    @Test
    void break_outside_of_a_loop_ends_the_template() {
        assertThat(text("a{% break %}b", Map.of())).isEqualTo("a");
    }

    @Test
    void a_template_is_rendered_again_and_again_with_a_fresh_start() {
        var template = Template.parse("{% increment n %}{% cycle 'a', 'b' %}{% assign x = 1 %}");
        var options = new RenderOptions(new Budget(), Escaping.NONE, NOW, ZONE);

        assertThat(List.of(template.render(Map.of(), options), template.render(Map.of(), options)))
                .containsExactly("0a", "0a");
    }

    @Test
    void lengths_count_characters_and_never_cut_one_in_two() {
        assertThat(text(
                        "{{ x | truncate: 2, '' }} {{ x.size }} {{ x | slice: 1 }} {{ x | split: '' | last }}",
                        Map.of("x", "😀😁😂")))
                .isEqualTo("😀😁 3 😁 😂");
    }

    @Test
    void large_numbers_stay_exact_and_small_ones_stay_readable() {
        assertThat(text(
                        "{{ 9223372036854775807 | plus: 1 }} {{ 0.1 | plus: 0.2 }} {{ 7 | divided_by: 2.0 }} "
                                + "{{ -7 | divided_by: 2 }} {{ -7 | modulo: 3 }} {{ 2.5 | round }}",
                        Map.of()))
                .isEqualTo("9223372036854775808 0.3 3.5 -4 2 3");
    }
}
