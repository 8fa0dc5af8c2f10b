package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.SnippetId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EmailRendererTest {
    private static final Instant NOW = Instant.parse("2026-01-05T12:00:00Z");
    private static final String LEAVE = "https://mail.example.com/u/a/b";
    private static final String BARE = "<body>{{ message_content }}</body>";

    private final EmailRenderer renderer = new EmailRenderer();
    private final Map<String, Snippet> snippets = new HashMap<>();

    private void snippet(String key, Snippet.Kind kind, String content) {
        snippets.put(key, new Snippet(new SnippetId(1), key, kind, key, content, false, NOW, NOW));
    }

    private EmailRenderer.Rendered render(String subject, String preview, String content, String layout) {
        return render(new EmailRenderer.Source(subject, preview, content, layout), "Mei");
    }

    private EmailRenderer.Rendered render(EmailRenderer.Source source, String name) {
        return renderer.render(
                source,
                new EmailRenderer.Values(
                        Map.of("first_name", name), snippets, LEAVE, "1 Tea Street\nLondon", NOW, ZoneOffset.UTC));
    }

    private EmailRenderer.Rendered content(String content) {
        return render("Hello", "", content, BARE);
    }

    @Test
    void an_inline_snippet_is_text_and_a_block_is_html() {
        snippet("sign-off", Snippet.Kind.INLINE, "Tom & {{ subscriber.first_name }} <3");
        snippet("box", Snippet.Kind.BLOCK, "<div>{{ subscriber.first_name }} & {{ snippet.sign-off }}</div>");

        var email = render(
                new EmailRenderer.Source(
                        "{{ snippet.sign-off }} / {{ snippet.box }}",
                        "",
                        "<p>{{ snippet.sign-off }}</p>{{ snippet.box }}",
                        BARE),
                "<b>Mei</b>");

        assertThat(email.html())
                .contains("<p>Tom &amp; &lt;b&gt;Mei&lt;/b&gt; &lt;3</p>")
                .contains("<div>&lt;b&gt;Mei&lt;/b&gt; & Tom &amp; &lt;b&gt;Mei&lt;/b&gt; &lt;3</div>");
        assertThat(email.subject()).isEqualTo("Tom & <b>Mei</b> <3 / <b>Mei</b> & Tom & <b>Mei</b> <3");
    }

    @Test
    void a_snippet_that_nobody_has_is_empty() {
        assertThat(content("<p>a{{ snippet.gone }}b</p>").html()).contains("<p>ab</p>");
    }

    @Test
    void snippets_may_stand_five_deep_in_one_another() {
        for (int i = 1; i <= 6; i++) {
            snippet("s" + i, Snippet.Kind.INLINE, i == 6 ? "end" : i + " {{ snippet.s" + (i + 1) + " }}");
        }

        assertThat(content("<p>{{ snippet.s2 }}</p>").html()).contains("<p>2 3 4 5 end</p>");
        assertThatThrownBy(() -> content("{{ snippet.s1 }}"))
                .isInstanceOf(BrokenEmail.class)
                .hasMessage("snippet s6 is more than 5 snippets deep: s1 -> s2 -> s3 -> s4 -> s5 -> s6");
        assertThatThrownBy(() -> content("{{ snippet.s6 }} {{ snippet.s3 }} {{ snippet.s1 }}"))
                .hasMessageContaining("is more than 5 snippets deep");
    }

    @Test
    void a_snippet_that_leads_back_to_itself_is_a_named_error() {
        snippet("a", Snippet.Kind.INLINE, "{{ snippet.b }}");
        snippet("b", Snippet.Kind.BLOCK, "{{ snippet.a }}");

        assertThatThrownBy(() -> content("{{ snippet.a }}")).hasMessage("snippet a leads back to itself: a -> b -> a");
    }

    @Test
    void an_error_says_which_piece_and_where() {
        snippet("broken", Snippet.Kind.INLINE, "one\n{{ 'a' | divided_by: 0 }}");

        assertThatThrownBy(() -> render("{% if %}", "", "x", BARE)).hasMessageStartingWith("subject line 1, column ");
        assertThatThrownBy(() -> content("{{ snippet.broken }}"))
                .hasMessageStartingWith("snippet broken line 2, column ");
        assertThatThrownBy(() -> render("a", "", "x", "{{ message_content }}\n\n{% nope %}"))
                .hasMessageStartingWith("email_template line 3, column ");
    }

    @Test
    void one_budget_bounds_the_whole_email() {
        // Four tenths of the characters that may be written, twice: into the layout too. Time would differ by machine.
        var half = "{% for i in (1..4000) %}" + "x".repeat(100) + "{% endfor %}";
        snippet("half", Snippet.Kind.INLINE, half);

        assertThat(content(half).html()).contains("<body>");
        assertThatThrownBy(() -> content(half + "{{ snippet.half }}")).isInstanceOf(BrokenEmail.class);
        assertThatThrownBy(() -> render(half, "", half, BARE)).isInstanceOf(BrokenEmail.class);
    }

    @Test
    void a_readers_values_are_escaped_in_html_unless_the_author_says_raw() {
        var source = new EmailRenderer.Source(
                "Hi {{ subscriber.first_name }}",
                "",
                "<p>{{ subscriber.first_name }}</p><i>{{ subscriber.first_name | raw }}</i>",
                BARE);

        var email = render(source, "<script>x</script>");

        assertThat(email.html())
                .contains("<p>&lt;script&gt;x&lt;/script&gt;</p>")
                .contains("<i><script>x</script></i>");
        assertThat(email.subject()).isEqualTo("Hi <script>x</script>");
    }

    @Test
    void address_and_way_out_are_added_where_the_layout_lacks_or_hides_them() {
        var added = content("<p>Hello</p>");
        assertThat(added.html()).contains("<p>1 Tea Street<br>London</p><p><a href=\"" + LEAVE + "\">");
        assertThat(added.text()).contains("1 Tea Street\nLondon").contains(LEAVE);

        var hidden = render(
                "a",
                "",
                "x",
                "<style>.f{display:none}</style><body>{{ message_content }}<p class=f>{{ address }}{{ unsubscribe_link }}</p></body>");
        var visible = Jsoup.parse(hidden.html());
        visible.select("[style]").remove();
        assertThat(visible.text()).contains("1 Tea Street London").contains("Unsubscribe");

        var there = render("a", "", "x", "{{ message_content }}<p>{{ address }} {{ unsubscribe_link }}</p>");
        assertThat(there.html()).isEqualTo("x<p>1 Tea Street<br>London <a href=\"" + LEAVE + "\">Unsubscribe</a></p>");
    }

    @Test
    void the_preview_text_is_padded_and_put_in_where_the_layout_lacks_it() {
        var email = render(
                "a", "Tea & {{ subscriber.first_name }}", "<p>x</p>", "<BODY class=a>{{ message_content }}</BODY>");

        assertThat(email.html())
                .startsWith(
                        "<BODY class=a><div style=\"display:none;max-height:0;overflow:hidden\">Tea &amp; Mei&#847;");
        assertThat(email.text()).startsWith("x");
        assertThat(render("a", "", "x", "{{ preview_text }}|{{ message_content }}")
                        .html())
                .startsWith("|x");
    }

    @Test
    void images_and_what_only_Outlook_reads_stay_as_they_are() {
        var content =
                "<!--[if mso]><v:rect href=\"https://a.example\"><![endif]--><img src=\"https://a.example/x.png?a=1&b=2\" width=600>";

        assertThat(content(content).html()).contains(content);
    }

    @Test
    void Markdown_becomes_html_and_a_readers_name_is_never_Markdown() {
        var source = new EmailRenderer.Source("a", "", """
                # Hello {{ subscriber.first_name | default: "friend" }}

                {% if subscriber.first_name %}

                *Green* [tea](https://tea.example/?n={{ subscriber.first_name | url_encode }})

                {% endif %}

                | a | b |
                |---|---|
                | 1 | 2 |
                """, BARE, Format.MARKDOWN);

        var email = render(source, "*M*[x](javascript:1)");

        assertThat(email.html())
                .contains("<h1>Hello *M*[x](javascript:1)</h1>")
                .contains(
                        "<p><em>Green</em> <a href=\"https://tea.example/?n=%2AM%2A%5Bx%5D%28javascript%3A1%29\">tea</a></p>")
                .contains("<td>1</td>")
                .doesNotContain("<p></p>");
    }

    @Test
    void an_error_in_Markdown_names_the_authors_own_line() {
        assertThatThrownBy(() -> render(
                        new EmailRenderer.Source("a", "", "one\n\ntwo\n\n{% nope %}", BARE, Format.MARKDOWN), "Mei"))
                .hasMessageStartingWith("content line 5, column ");
    }
}
