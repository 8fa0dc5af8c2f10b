package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SnippetsApiTest {
    private final TestServer server = TestServer.at("2026-03-02T10:00:00Z");

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void an_inline_snippet_is_created_as_Kit_shows_it() {
        var created = server.post("/v4/snippets", """
                {"name":"Cat Fact of the Day","snippet_type":"inline","content":"Did you know?"}""");
        long id = created.at("/snippet/id").asLong();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/snippet").toString()).isEqualTo("""
                        {"id":%d,"name":"Cat Fact of the Day","snippet_type":"inline","archived":false,\
                        "key":"cat-fact-of-the-day","created_at":"2026-03-02T10:00:00Z",\
                        "updated_at":"2026-03-02T10:00:00Z","content":"Did you know?",\
                        "document":{"id":%d,"value":null,"value_html":null,"value_plain":null,"version":1}}""".formatted(id, id));
        assertThat(server.get("/v4/snippets/%d".formatted(id)).body()).isEqualTo(created.body());
        server.useKey(server.stranger());
        assertThat(server.get("/v4/snippets/%d".formatted(id)).status()).isEqualTo(404);
    }

    @Test
    void a_block_keeps_its_html_in_the_document() {
        var created = server.post("/v4/snippets", """
                {"name":"Block","snippet_type":"block","document_attributes":{"value_html":"<p>Hi</p>"}}""");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/snippet/content").asText()).isEmpty();
        assertThat(created.at("/snippet/document/value_html").asText()).isEqualTo("<p>Hi</p>");
    }

    @Test
    void a_snippet_needs_a_name_a_type_and_the_content_of_its_type() {
        assertThat(server.post("/v4/snippets", "{\"snippet_type\":\"inline\",\"content\":\"x\"}")
                        .errors())
                .containsExactly("name can't be blank");
        assertThat(server.post("/v4/snippets", "{\"name\":\"a\",\"snippet_type\":\"inline\"}")
                        .errors())
                .containsExactly("content can't be blank");
        assertThat(server.post("/v4/snippets", "{\"name\":\"a\",\"snippet_type\":\"block\",\"content\":\"x\"}")
                        .errors())
                .containsExactly("document_attributes value_html can't be blank");
        assertThat(server.post("/v4/snippets", "{\"name\":\"a\",\"content\":\"x\"}")
                        .errors())
                .containsExactly("snippet_type must be one of: inline, block");
        assertThat(server.post("/v4/snippets", "{\"name\":\"!\",\"snippet_type\":\"inline\",\"content\":\"x\"}")
                        .errors())
                .containsExactly("name must have a letter or digit to make a key of");
    }

    @Test
    void a_second_snippet_of_a_name_gets_a_key_of_its_own() {
        assertThat(inline("Cat", "a").at("/snippet/key").asText()).isEqualTo("cat");
        assertThat(inline("cat!", "b").at("/snippet/key").asText()).isEqualTo("cat-2");
        assertThat(inline("CAT", "c").at("/snippet/key").asText()).isEqualTo("cat-3");
    }

    @Test
    void renaming_keeps_the_key_and_what_is_not_sent() {
        long id = inline("Welcome message", "Hello").at("/snippet/id").asLong();
        server.advance(Duration.ofHours(1));

        var renamed = server.put("/v4/snippets/" + id, "{\"name\":\"Dog Fact\"}");

        assertThat(renamed.status()).isEqualTo(200);
        assertThat(renamed.at("/snippet/name").asText()).isEqualTo("Dog Fact");
        assertThat(renamed.at("/snippet/key").asText()).isEqualTo("welcome-message");
        assertThat(renamed.at("/snippet/content").asText()).isEqualTo("Hello");
        assertThat(renamed.at("/snippet/updated_at").asText()).isEqualTo("2026-03-02T11:00:00Z");
    }

    @Test
    void the_type_cannot_be_changed() {
        long id = inline("Cat", "a").at("/snippet/id").asLong();

        assertThat(server.put("/v4/snippets/" + id, "{\"snippet_type\":\"block\"}")
                        .errors())
                .containsExactly("snippet_type cannot be changed");
        assertThat(server.put("/v4/snippets/" + id, "{\"document_attributes\":{\"value_html\":\"x\"}}")
                        .errors())
                .containsExactly("snippet_type cannot be changed");
        assertThat(server.put("/v4/snippets/" + id, "{\"snippet_type\":\"inline\",\"content\":\"b\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.put("/v4/snippets/999999", "{}").status()).isEqualTo(404);
    }

    @Test
    void archived_snippets_are_listed_on_request_only() {
        long cat = inline("Cat", "a").at("/snippet/id").asLong();
        long dog = inline("Dog", "b").at("/snippet/id").asLong();
        server.put("/v4/snippets/" + cat, "{\"archived\":true}");

        assertThat(server.get("/v4/snippets").each("snippets", "id")).containsExactly("" + dog);
        assertThat(server.get("/v4/snippets?archived=true").each("snippets", "id"))
                .containsExactly("" + cat);
        server.put("/v4/snippets/" + cat, "{\"archived\":false}");
        assertThat(server.get("/v4/snippets").each("snippets", "id")).containsExactly("" + dog, "" + cat);
    }

    @Test
    void the_list_has_content_on_request_and_filters_by_type() {
        inline("Cat", "a");

        assertThat(server.get("/v4/snippets").at("/snippets/0").has("content")).isFalse();
        assertThat(server.get("/v4/snippets").at("/snippets/0").has("document")).isFalse();
        var full = server.get("/v4/snippets?include_content=true").at("/snippets/0");
        assertThat(full.path("content").asText()).isEqualTo("a");
        assertThat(full.path("document").has("value_html")).isTrue();
        assertThat(server.get("/v4/snippets?snippet_type=block").at("/snippets"))
                .isEmpty();
        assertThat(server.get("/v4/snippets?snippet_type=text").status()).isEqualTo(422);
    }

    @Test
    void circular_references_are_refused() {
        var itself = server.post("/v4/snippets", """
                {"name":"Self","snippet_type":"inline","content":"{{ snippet.self }}"}""");
        long cat = inline("Cat", "x").at("/snippet/id").asLong();
        inline("Dog", "{{ snippet.cat }}");

        var back = server.put("/v4/snippets/" + cat, "{\"content\":\"{{ snippet.dog }}\"}");

        assertThat(itself.status()).isEqualTo(422);
        assertThat(itself.errors()).containsExactly("content must not contain a circular reference: self -> self");
        assertThat(back.errors()).containsExactly("content must not contain a circular reference: cat -> dog -> cat");
        assertThat(server.get("/v4/snippets/%d".formatted(cat))
                        .at("/snippet/content")
                        .asText())
                .isEqualTo("x");
    }

    private TestServer.Answer inline(String name, String content) {
        return server.post(
                "/v4/snippets",
                "{\"name\":\"%s\",\"snippet_type\":\"inline\",\"content\":\"%s\"}".formatted(name, content));
    }
}
