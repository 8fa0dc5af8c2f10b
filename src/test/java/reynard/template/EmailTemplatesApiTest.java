package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.text;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EmailTemplatesApiTest {
    private static final String LAYOUT = "<body><h1>Tea</h1>{{ message_content }} {{ unsubscribe_link }}</body>";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer create(String html) {
        return server.post("/ext/v1/email_templates", text(Map.of("name", "Tea", "html", html)));
    }

    private static long created(String html) {
        return create(html).at("/email_template/id").asLong();
    }

    private static String path(long id) {
        return "/ext/v1/email_templates/" + id;
    }

    @Test
    void a_template_is_created_shown_and_changed() {
        var created = create(LAYOUT);
        assertThat(created.status()).isEqualTo(201);
        long id = created.at("/email_template/id").asLong();
        assertThat(server.get(path(id)).body()).isEqualTo(created.body());
        assertThat(server.get("/v4/email_templates").each("email_templates", "id"))
                .contains(Long.toString(id));

        var changed = server.put(path(id), "{\"name\":\"Green tea\"}");

        assertThat(changed.at("/email_template/name").asText()).isEqualTo("Green tea");
        assertThat(changed.at("/email_template/html").asText()).isEqualTo(LAYOUT);
    }

    @Test
    void a_template_has_a_place_for_the_content_and_a_way_to_leave() {
        assertThat(create("<p>Hello</p>").errors())
                .containsExactly(
                        "html must contain {{ message_content }}",
                        "html must contain {{ unsubscribe_link }} or {{ unsubscribe_url }}");
        assertThat(create("{{ message_content }} {% raw %}{{ unsubscribe_url }}{% endraw %}")
                        .errors())
                .containsExactly("html must contain {{ unsubscribe_link }} or {{ unsubscribe_url }}");
        assertThat(create("{{ message_content }}\n<a href='{{ unsubscribe_url }}'>{% if %}")
                        .errors())
                .singleElement()
                .asString()
                .startsWith("html line 2, column ");
        long id = created(LAYOUT);
        assertThat(server.put(path(id), "{\"html\":\"{{ message_content }}\"}").status())
                .isEqualTo(422);
        assertThat(server.put(path(id), "{\"html\":null}").errors()).containsExactly("html can't be blank");
    }

    @Test
    void an_email_that_names_a_template_looks_like_it_as_it_is_when_it_is_sent() {
        long id = created(LAYOUT);
        var sequence = server.sequence("{'email_template_id':" + id + "}", immediate("Hello"));
        server.put(path(id), text(Map.of("html", LAYOUT.replace("Tea", "Green tea"))));
        var reader = server.subscriber("layout@example.org", sequence);

        server.settle();

        assertThat(reader.lastMail().at("/html").asText()).contains("<h1>Green tea</h1>", "<p>Hello</p>");
    }

    @Test
    void another_template_becomes_the_default_and_there_always_is_one() {
        long before = theDefault();
        long id = created(LAYOUT);

        assertThat(server.put(path(id), "{\"is_default\":true}").status()).isEqualTo(200);

        assertThat(theDefault()).isEqualTo(id);
        assertThat(server.get(path(before)).at("/email_template/is_default").asBoolean())
                .isFalse();
        assertThat(server.put(path(id), "{\"is_default\":false}").errors())
                .containsExactly("is_default can't be taken away; make another template the default");
        assertThat(server.delete(path(id)).status()).isEqualTo(422);
        assertThat(server.put(path(before), "{\"is_default\":true}").status()).isEqualTo(200);
        assertThat(server.delete(path(id)).status()).isEqualTo(204);
    }

    private static long theDefault() {
        for (var row : server.get("/v4/email_templates").at("/email_templates")) {
            if (row.get("is_default").asBoolean()) {
                return row.get("id").asLong();
            }
        }
        throw new AssertionError("no default");
    }

    @Test
    void a_template_in_use_is_not_deleted_before_nobody_names_it() {
        long id = created(LAYOUT);
        var sequence = server.sequence("{'email_template_id':" + id + "}", immediate("Hello"));
        var other = server.sequence(immediate("Hello"), TestServer.days("More", 1));
        other.changeEmail("More", "{'email_template_id':" + id + "}");

        assertThat(server.delete(path(id)).errors())
                .containsExactlyInAnyOrder(
                        "Email template is used by sequence " + sequence.id(),
                        "Email template is used by sequence " + other.id());

        sequence.delete();
        other.deleteEmail("More");
        assertThat(server.delete(path(id)).status()).isEqualTo(204);
        assertThat(server.get(path(id)).status()).isEqualTo(404);
        assertThat(server.delete(path(id)).status()).isEqualTo(404);
    }
}
