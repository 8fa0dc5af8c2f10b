package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Browser;
import reynard.testing.TestServer;

/// What strangers call themselves is text, wherever it is shown. Every payload goes everywhere, over HTTP.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTextTest {
    private static final String HARMLESS = "Mei";

    private final TestServer server = TestServer.start();
    private final Browser browser = new Browser(server);
    private final Map<String, Long> people = new LinkedHashMap<>();

    @BeforeAll
    void fill() {
        browser.logIn("author@example.com", server.password());
        server.field("Tea");
        for (var name : payloads()) {
            var address = "reader" + people.size() + "@example.org";
            var saved = server.post(
                    "/v4/subscribers",
                    text(Map.of("email_address", address, "first_name", name, "fields", Map.of("tea", name))));
            people.put(name, saved.at("/subscriber/id").asLong());
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static List<String> payloads() {
        try (var stream = HostileTextTest.class.getResourceAsStream("/hostile-markup.txt")) {
            var lines = new java.util.ArrayList<>(new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList());
            lines.addFirst(HARMLESS);
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A page as a tree without its words: what strangers write must not change it.
    private static List<String> shape(Document page) {
        return page.getAllElements().stream()
                .map(element -> element.normalName() + " " + attributes(element))
                .toList();
    }

    private static String attributes(Element element) {
        return element.attributes().asList().stream()
                .map(attribute -> attribute.getKey())
                .sorted()
                .toList()
                .toString();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    @Test
    void in_an_email() {
        var sequence = server.sequence(immediate("For {{ subscriber.first_name }}")
                .saying("<h1>{{ subscriber.first_name }}</h1><p title=\"{{ subscriber.tea }}\">{{ snippet.card }}</p>")
                .draft());
        server.post(
                "/v4/snippets",
                json("{'name':'Card','snippet_type':'block',"
                        + "'document_attributes':{'value_html':'<i>{{ subscriber.first_name }}</i>'}}"));
        var email = "/ext/v1/sequences/" + sequence.id() + "/emails/"
                + sequence.email("For {{ subscriber.first_name }}") + "/preview?subscriber_id=";
        var expected = shape(Jsoup.parse(server.post(email + people.get(HARMLESS), "{}")
                .at("/preview/html")
                .asText()));

        people.forEach((name, id) -> {
            var preview = server.post(email + id, "{}").at("/preview");
            var html = Jsoup.parse(preview.get("html").asText());
            assertThat(shape(html)).as(name).isEqualTo(expected);
            assertThat(html.select("h1").text()).isEqualTo(words(name));
            assertThat(html.select("p[title]").attr("title")).isEqualTo(name);
            assertThat(html.select("i").text()).isEqualTo(words(name));
            assertThat(preview.get("subject").asText()).isEqualTo("For " + name);
            assertThat(preview.get("text").asText()).contains(words(name));
        });
    }

    @Test
    void on_the_pages_of_the_workplace() {
        var expected = shape(browser.page("/people/" + people.get(HARMLESS)));

        people.forEach((name, id) -> {
            var page = browser.page("/people/" + id);
            assertThat(shape(page)).as(name).isEqualTo(expected);
            assertThat(page.select("[name=first_name]").attr("value")).isEqualTo(name);
        });
        var list = browser.page("/people");
        assertThat(list.select("script:not([src]), [onerror], [onload], [onclick], iframe, object, embed, base"))
                .isEmpty();
    }

    @Test
    void on_the_pages_of_readers_whatever_an_author_calls_things() {
        var reader = server.subscriber("leaves@example.org", server.sequence(immediate("Hello")));
        server.settle();
        var link = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        var path = link.substring("<https://mail.example.com".length(), link.length() - 1);
        var expected = shape(page(path));

        for (var name : people.keySet()) {
            server.put("/ext/v1/account", text(Map.of("name", name)));
            var page = page(path);
            assertThat(shape(page)).as(name).isEqualTo(expected);
            assertThat(page.select("h1").text()).contains(words(name));
        }
        server.put("/ext/v1/account", json("{'name':'Tea Letters'}"));
    }

    private Document page(String path) {
        return Jsoup.parse(server.send("GET", path, null, Map.of()).raw().body());
    }
}
