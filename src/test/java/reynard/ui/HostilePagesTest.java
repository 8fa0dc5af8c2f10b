package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.Browser;
import reynard.testing.TestServer;

/// Whatever somebody calls a thing, a page shows it as text.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePagesTest {
    private TestServer server;
    private Browser browser;
    private long layout;

    @BeforeAll
    void start() {
        server = TestServer.start();
        browser = new Browser(server);
        browser.logIn("author@example.com", server.password());
        layout = make(
                "/ext/v1/email_templates",
                "email_template",
                Map.of("name", "L", "html", "<p>{{ message_content }}{{ unsubscribe_link }}</p>"));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private long make(String path, String noun, Map<String, ?> fields) {
        var answer = server.post(path, text(fields));
        assertThat(answer.status()).as(path + answer.errors()).isIn(200, 201);
        return answer.at("/" + noun + "/id").asLong();
    }

    /// Pages that show the name, each with where it shows it.
    private Map<String, String> pages(String name) {
        var pages = new LinkedHashMap<String, String>();
        long tag = make("/v4/tags", "tag", Map.of("name", name));
        pages.put("/tags", "tbody a[href=/tags/" + tag + "]");
        pages.put("/tags/" + tag, "h1");
        long field = make("/v4/custom_fields", "custom_field", Map.of("label", name + " " + tag));
        pages.put("/fields", "#field-" + field);
        long segment = make(
                "/ext/v1/segments",
                "segment",
                Map.of(
                        "name",
                        name,
                        "filter",
                        List.of(Map.of("any", List.of(Map.of("type", "email", "contains", name))))));
        pages.put("/segments", "a[href=/segments/" + segment + "]");
        pages.put("/segments/" + segment, "h1");
        long form = make("/ext/v1/forms", "form", Map.of("name", name, "type", "embed"));
        server.put(
                "/ext/v1/forms/" + form + "/page",
                text(Map.of(
                        "heading",
                        name,
                        "introduction",
                        name,
                        "button",
                        name,
                        "consent_text",
                        name,
                        "tag_ids",
                        List.of(tag))));
        pages.put("/forms", "a[href=/forms/" + form + "]");
        pages.put("/forms/" + form, "h1");
        server.put("/ext/v1/email_templates/" + layout, text(Map.of("name", name)));
        pages.put("/templates", "a[href=/templates/" + layout + "]");
        pages.put("/templates/" + layout, "h1");
        long snippet = make(
                "/v4/snippets",
                "snippet",
                Map.of(
                        "name",
                        name + " x",
                        "snippet_type",
                        "block",
                        "document_attributes",
                        Map.of("value_html", name + " x")));
        pages.put("/snippets", "a[href=/snippets/" + snippet + "]");
        pages.put("/snippets/" + snippet, "h1");
        long draft = make(
                "/v4/broadcasts",
                "broadcast",
                Map.of(
                        "subject", name,
                        "content", name,
                        "description", name,
                        "email_template_id", layout,
                        "subscriber_filter",
                                List.of(Map.of("any", List.of(Map.of("type", "tag", "ids", List.of(tag)))))));
        pages.put("/broadcasts", "a[href=/broadcasts/" + draft + "]");
        pages.put("/broadcasts/" + draft, "h1");
        pages.put("/broadcasts/" + draft + "/send", ".crumbs a[href=/broadcasts/" + draft + "]");
        long sent = make(
                "/v4/broadcasts",
                "broadcast",
                Map.of("subject", name, "content", name, "public", true, "send_at", "2026-01-05T00:00:00Z"));
        server.settle();
        pages.put("/broadcasts/" + sent, "h1");
        pages.put("/posts", "a[href=/broadcasts/" + sent + "]");
        long course = make("/v4/sequences", "sequence", Map.of("name", name));
        long email = make(
                "/v4/sequences/" + course + "/emails",
                "email",
                Map.of("subject", name, "content", name, "delay_value", 1, "delay_unit", "days"));
        pages.put("/sequences/" + course + "/stats", "h1");
        pages.put("/sequences/" + course + "/stats?email=" + email, "h1");
        pages.put("/sequences/" + course + "/stats/days", ".crumbs a[href$=stats]");
        long webhook = make(
                "/v4/webhook_endpoints",
                "webhook_endpoint",
                Map.of(
                        "name",
                        name,
                        "description",
                        name,
                        "url",
                        "https://hooks.example.com/",
                        "events",
                        List.of("tag.created")));
        pages.put("/settings/webhooks", "a[href=/settings/webhooks/" + webhook + "]");
        pages.put("/settings/webhooks/" + webhook, "h1");
        var token = Browser.form(browser.page("/settings/tokens"), "/settings/tokens");
        browser.submit(token, Map.of("name", name));
        return pages;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>document.title='run'</script>",
                "<img src=x onerror=alert(1)>",
                "\"><svg/onload=alert(1)>",
                "' autofocus onfocus='alert(1)",
                "\" autofocus onfocus=\"alert(1)",
                "</textarea><script>alert(1)</script>",
                "</title><script>alert(1)</script>",
                "--><script>alert(1)</script>",
                "<base href=https://evil.example/>",
                "<meta http-equiv=refresh content=0;url=https://evil.example/>",
                "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
                "<a href=javascript:alert(1)>x</a>",
                "javascript:alert(1)",
                "<style>@import 'https://evil.example/'</style>",
                "<details open ontoggle=alert(1)>",
                "<form action=https://evil.example/><button>x</button>",
                "${7*7}#{7*7}<%= 7*7 %>@template.x()",
                "{{constructor.constructor('alert(1)')()}}"
            })
    void a_name_is_text_on_every_page_that_shows_it(String name) {
        var shown = name.startsWith("{{") ? name.replace("{{", "{ {") : name;
        var wrong = new ArrayList<String>();
        pages(shown).forEach((path, place) -> {
            var page = browser.page(path);
            if (!page.select(place).text().contains(squeezed(shown))) {
                wrong.add(path + " does not show it: " + page.select(place).text());
            }
            wrong.addAll(harm(path, page));
        });
        wrong.addAll(harm("tokens", browser.page("/settings/tokens")));

        assertThat(wrong).isEmpty();
    }

    private static String squeezed(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    /// What of a page is not ours.
    private static List<String> harm(String path, Document page) {
        var harm = new ArrayList<String>();
        page.select("script:not([src^=/assets/]), style, base, meta[http-equiv], object, embed, [srcdoc],"
                        + " iframe:not([sandbox]), link:not([href^=/assets/]), [href~=(?i)^\\s*javascript:],"
                        + " [src~=(?i)^\\s*javascript:], [href*=//evil], [src*=//evil], [action*=//evil]")
                .forEach(element -> harm.add(path + ": " + element));
        page.getAllElements().stream()
                .filter(element -> element.attributes().asList().stream()
                        .anyMatch(attribute -> attribute.getKey().startsWith("on")))
                .forEach(element -> harm.add(path + ": " + element));
        return harm;
    }
}
