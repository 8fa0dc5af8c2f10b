package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.access.Apps;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.http.Routes;
import reynard.testing.Axe;
import reynard.testing.Browser;
import reynard.testing.BrowserTest;
import reynard.testing.FakeReceiver;
import reynard.testing.TestServer;

/// Every page that the server has, with something on it: for those who see badly, by day and by night, and on a
/// telephone. A page that is new is looked at by itself when its path says what it shows, and else needs an example.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPageInABrowserTest extends BrowserTest {
    /// What nobody looks at by itself: files, frames, streams, answers for machines. And the reference of the API,
    /// which
    /// Swagger UI draws.
    private static final Set<String> NO_PAGES = Set.of(
            "/assets/{name}",
            "/inbox/{id}/html",
            "/forms/{account}/{uid}/embed",
            "/c/{token}",
            "/healthz",
            "/readyz",
            "/metrics",
            "/docs/api",
            "/docs/api/{asset}");

    private static boolean isPage(String path) {
        return !NO_PAGES.contains(path)
                && !ON_THE_WAY_IN.contains(path)
                && !path.endsWith("/progress")
                && !path.matches(".*\\.[a-z]+");
    }

    /// Pages on the way in, which whoever is in does not see: [reynard.access.AuthorsInABrowserTest] looks at them.
    private static final Set<String> ON_THE_WAY_IN = Set.of("/login/code");

    private final Map<String, List<String>> examples = new HashMap<>();
    private TestServer server;
    private FakeReceiver receiver;
    private TestServer.Sequence sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        receiver = FakeReceiver.start();
        var author = new Browser(server);
        author.logIn("author@example.com", server.password());
        fillAudience();
        fillSequence();
        fillForms();
        fillPrograms();
        fillBroadcasts();
        fillImports(author);
        fillChanges(author);
        fillTeam(author);
        server.post("/ext/v1/suppressions", json("{'email_address':'never@example.org'}"));
        server.settle();
        examples.put("/sending/{id}", List.of("/sending/" + first("/ext/v1/deliveries", "deliveries")));
        examples.put("/inbox/{id}", List.of("/inbox/" + first("/ext/v1/inbox?to=anna@example.org", "messages")));
        examples.put("/sending", List.of("/sending", "/sending?state=failed", "/sending?to=nobody@example.org"));
        examples.put("/people", List.of("/people", "/people?q=anna", "/people?q=nobody"));
    }

    private long first(String path, String plural) {
        return server.get(path).at("/" + plural + "/0/id").asLong();
    }

    private long made(String path, String noun, String body) {
        var answer = server.post(path, json(body));
        assertThat(answer.status()).as(path + " " + answer.errors()).isIn(200, 201);
        return answer.at("/" + noun + "/id").asLong();
    }

    private void only(String pattern, Object id) {
        examples.put(pattern, List.of(pattern.replaceFirst("\\{[a-z_]+}", id.toString())));
    }

    private void fillAudience() {
        only("/tags/{id}", server.tag("Customer"));
        server.field("Favourite tea");
        only(
                "/segments/{id}",
                made(
                        "/ext/v1/segments",
                        "segment",
                        "{'name':'All','filter':[{'all':[{'type':'opens'},"
                                + "{'type':'subscribed','after':'2025-12-24'},{'type':'state','state':'active'}]}]}"));
    }

    private void fillSequence() {
        sequence = server.sequence(
                immediate("Hello").saying("<p><a href=\"https://tea.example/\">Tea</a></p>"),
                days("Tips", 2),
                days("Draft", 1).draft(),
                days("Offer", 3));
        var anna = server.subscriber("anna@example.org", sequence);
        server.settle();
        anna.opens();
        anna.follows("Tea");
        var leaving = anna.lastMail().at("/headers/List-Unsubscribe").asText().replaceAll("[<>\\s]", "");
        examples.put("/u/{account}/{token}", List.of(leaving));
        server.send(
                "POST",
                path(leaving) + "/address",
                "email=anna@example.net".getBytes(StandardCharsets.UTF_8),
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
        examples.put("/address/{account}/{token}", List.of(mailed("anna@example.net", "/address/[\\w-]+/[\\w-]+")));
        only("/people/{id}", anna.id());
        var paused = server.sequence(days("Later", 1));
        server.subscriber("bert@example.org", paused);
        paused.change("{'active':false}");

        var home = "/sequences/" + sequence.id();
        var tips = home + "/emails/" + sequence.email("Tips");
        only("/sequences/{id}", sequence.id());
        only("/sequences/{id}/settings", sequence.id());
        only("/sequences/{id}/delete", sequence.id());
        only("/sequences/{id}/stats/days", sequence.id());
        examples.put(
                "/sequences/{id}/stats", List.of(home + "/stats", home + "/stats?email=" + sequence.email("Hello")));
        examples.put("/sequences/{id}/emails/new", List.of(home + "/emails/new?at=1"));
        examples.put("/sequences/{id}/emails/{email_id}", List.of(tips));
        examples.put("/sequences/{id}/emails/{email_id}/versions", List.of(tips + "/versions"));
    }

    private static String path(String address) {
        return address.replaceFirst("^https://mail\\.example\\.com", "");
    }

    /// The path of a link that was mailed to an address.
    private String mailed(String to, String link) {
        server.settle();
        var mail = server.get("/ext/v1/inbox/" + first("/ext/v1/inbox?to=" + to, "messages"));
        var found = Pattern.compile("https://mail\\.example\\.com(" + link + ")")
                .matcher(mail.at("/message/text").asText());
        assertThat(found.find()).as(link).isTrue();
        return found.group(1);
    }

    private void fillForms() {
        long id = server.form("Letter", "hosted");
        only("/forms/{id}", id);
        var page = server.put("/ext/v1/forms/" + id + "/page", json("{'heading':'Tea by mail'}"));
        var path = path(page.at("/page/url").asText());
        examples.put("/forms/{account}/{uid}", List.of(path));
        var reader = new Browser(server);
        var form = Browser.form(reader.page(path), path);
        server.advance(Duration.ofSeconds(5));
        reader.submit(form, Map.of("email", "carla@example.org"));
        examples.put("/confirm/{account}/{token}", List.of(mailed("carla@example.org", "/confirm/[\\w-]+/[\\w-]+")));
    }

    private void fillPrograms() {
        only(
                "/templates/{id}",
                made(
                        "/ext/v1/email_templates",
                        "email_template",
                        "{'name':'Plain','html':'<p>{{ message_content }}{{ unsubscribe_link }}</p>'}"));
        only(
                "/snippets/{id}",
                made("/v4/snippets", "snippet", "{'name':'Greeting','snippet_type':'inline','content':'Hello'}"));
        long webhook = made(
                "/v4/webhook_endpoints",
                "webhook_endpoint",
                "{'name':'Shop','url':'" + receiver.url() + "','events':['tag.created']}");
        server.tag("News");
        server.settle();
        only("/settings/webhooks/{id}", webhook);
        examples.put(
                "/settings/webhooks/{id}/deliveries/{delivery_id}",
                List.of("/settings/webhooks/" + webhook + "/deliveries/"
                        + first("/v4/webhook_endpoints/" + webhook + "/deliveries", "deliveries")));
        server.post(
                "/ext/v1/sending_addresses", json("{'email_address':'mei@tea.example.com','from_name':'Mei of Tea'}"));
        examples.put("/sender/{account}/{token}", List.of(mailed("mei@tea.example.com", "/sender/[\\w-]+/[\\w-]+")));
        try (var database = Database.open(server.databaseUrl(), 2)) {
            var app = new Apps(database, new IdBlocks(database), InstantSource.fixed(Instant.parse(TestServer.MONDAY)))
                    .register("Shop", List.of("https://client.example/back"), true)
                    .app();
            examples.put(
                    "/v4/oauth/authorize",
                    List.of("/v4/oauth/authorize?"
                            + Browser.form(Map.of(
                                    "client_id",
                                    app.clientId(),
                                    "redirect_uri",
                                    "https://client.example/back",
                                    "response_type",
                                    "code",
                                    "code_challenge",
                                    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                                    "code_challenge_method",
                                    "S256"))));
        }
    }

    private void fillBroadcasts() {
        long draft = made("/v4/broadcasts", "broadcast", "{'subject':'News','content':'<p>Hello</p>'}");
        var answer = server.post(
                "/v4/broadcasts",
                json("{'subject':'Old news','content':'<p>Hi</p>','public':true,'send_at':'2026-01-05'}"));
        server.settle();
        examples.put(
                "/broadcasts/{id}",
                List.of(
                        "/broadcasts/" + draft,
                        "/broadcasts/" + answer.at("/broadcast/id").asLong()));
        only("/broadcasts/{id}/send", draft);
        only("/broadcasts/{id}/versions", draft);
        examples.put("/broadcasts", List.of("/broadcasts", "/broadcasts?state=completed"));
        var post = path(answer.at("/broadcast/public_url").asText());
        examples.put("/p/{account}/{slug}", List.of(post));
        examples.put("/p/{account}", List.of(post.substring(0, post.lastIndexOf('/'))));
    }

    private void fillImports(Browser author) {
        var waiting = bring(author, "email,name\nzoe@example.org,Zoe\n");
        var done = bring(author, "email,name\nzoe@example.org,Zoe\nnobody,Nobody\n");
        var form = Browser.form(author.page(done), done);
        form.attr("action", done + "/start");
        author.submit(form, Map.of());
        examples.put("/people/import/{id}", List.of(waiting, done));
    }

    /// @return the path of its page
    private static String bring(Browser author, String table) {
        var form = Browser.form(author.page("/people/import"), "/people/import");
        var answer = author.upload(form, "file", "list.csv", table.getBytes(StandardCharsets.UTF_8));
        return answer.raw().headers().firstValue("Location").orElseThrow();
    }

    private void fillChanges(Browser author) {
        var asked = "/people/changes/new?all=1";
        examples.put("/people/changes/new", List.of(asked));
        var form = author.page(asked).forms().stream()
                .filter(one -> !one.select("[name=tag_name]").isEmpty())
                .findFirst()
                .orElseThrow();
        var answer = author.submit(form, Map.of("tag_name", "Everybody"));
        var work = answer.raw().headers().firstValue("Location").orElseThrow();
        examples.put("/people/changes/{id}", List.of(work));
    }

    private void fillTeam(Browser author) {
        author.submit(
                Browser.form(author.page("/settings/people"), "/settings/people"),
                Map.of("email_address", "erin@example.org", "role", "editor"));
        only(
                "/invitation/{token}",
                mailed("erin@example.org", "/invitation/[\\w-]+").replaceFirst(".*/", ""));
        var stranger = new Browser(server);
        stranger.submit(
                Browser.form(stranger.page("/login/forgotten"), "/login/forgotten"),
                Map.of("email", "author@example.com"));
        only(
                "/login/reset/{token}",
                mailed("author@example.com", "/login/reset/[\\w-]+").replaceFirst(".*/", ""));
    }

    @AfterAll
    void stop() {
        server.close();
        receiver.close();
    }

    @Override
    protected TestServer server() {
        return server;
    }

    @BeforeEach
    void logIn() {
        logIn("author@example.com", server.password());
    }

    /// Every page of the server's, some more than once.
    private List<String> pages() {
        return server.routes().stream()
                .filter(route -> route.verb() == Routes.Verb.GET && route.open())
                .map(Routes.Route::path)
                .filter(EveryPageInABrowserTest::isPage)
                .flatMap(path -> examples.containsKey(path) ? examples.get(path).stream() : Stream.of(path))
                .toList();
    }

    @Test
    void no_page_has_what_somebody_could_not_use_or_see_by_day_by_night_or_on_a_telephone() {
        assertThat(pages().stream().filter(path -> path.contains("{")))
                .as("without an example")
                .isEmpty();
        var wrong = new ArrayList<String>();
        for (var path : pages()) {
            daylight();
            var answer = page().navigate(url(path));
            if (answer.status() != 200 || !page().url().equals(url(path))) {
                wrong.add(path + " is not shown: " + answer.status() + " at " + page().url());
            }
            wrong.addAll(wrongWith(path));
        }

        assertThat(wrong).isEmpty();
    }

    private void daylight() {
        page().setViewportSize(1280, 900);
        light(ColorScheme.LIGHT);
    }

    /// At once: colours that change by and by would be looked at half-way.
    private void light(ColorScheme scheme) {
        page().emulateMedia(
                        new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
    }

    /// Of the page that is open.
    private List<String> wrongWith(String name) {
        var wrong = new ArrayList<String>();
        Axe.violations(page()).forEach(violation -> wrong.add(name + " by day: " + violation));
        cutOff().forEach(panel -> wrong.add(name + " on a desk is cut off: " + panel));
        page().setViewportSize(360, 740);
        light(ColorScheme.DARK);
        Axe.contrast(page()).forEach(violation -> wrong.add(name + " by night: " + violation));
        cutOff().forEach(panel -> wrong.add(name + " on a telephone is cut off: " + panel));
        int tooWide = (Integer)
                page().evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        if (tooWide > 0) {
            wrong.add(name + " is " + tooWide + " too wide for a telephone");
        }
        return wrong;
    }

    /// What is wider than the panel it is in, and cannot be reached.
    private List<String> cutOff() {
        var found = (List<?>) page().evaluate("() => [...document.querySelectorAll('.panel')]"
                + ".filter(panel => panel.scrollWidth > panel.clientWidth).map(panel => panel.innerText)");
        return found.stream().map(String::valueOf).toList();
    }

    /// Sends a form from the page that is open, as another version of it might.
    private void send(String path, Map<String, String> fields) {
        var script = "([path, fields]) => { const form = document.createElement('form');"
                + " form.method = 'post'; form.action = path;"
                + " for (const [name, value] of Object.entries(fields)) {"
                + " const field = document.createElement('input');"
                + " field.name = name; field.value = value; form.append(field); }"
                + " document.body.append(form);"
                + " document.body.dataset.left = 'yes'; form.submit(); }";
        page().evaluate(script, List.of(path, fields));
        page().waitForSelector("body:not([data-left])");
    }

    private Map<String, String> with(Map<String, String> fields) {
        var all = new HashMap<>(fields);
        all.put("csrf", page().locator("[name=csrf]").first().inputValue());
        return all;
    }

    @Test
    void what_forms_answer_can_be_used_by_everybody_too() {
        var home = "/sequences/" + sequence.id();
        var path = home + "/emails/" + sequence.email("Tips");
        var letter = Map.of("subject", "Tips", "content", "<p>New</p>", "delay_value", "9", "delay_unit", "days");
        var wrong = new ArrayList<String>();

        visit(path);
        var basedOn = page().locator("[name=based_on]").inputValue();
        var current = new HashMap<>(letter);
        current.put("based_on", basedOn);
        send(path, with(current));
        assertThat(page().locator(".option").count()).as("asks first").isPositive();
        wrong.addAll(wrongWith("a question"));

        sequence.changeEmail("Tips", "{'content':'<p>Theirs</p>'}");
        daylight();
        send(path, with(current));
        assertThat(page().locator(".compare").count()).as("a conflict").isPositive();
        wrong.addAll(wrongWith("a conflict"));

        for (var form : List.of("/sequences", "/people", "/settings/webhooks/new", "/settings/senders", "/tags")) {
            daylight();
            visit("/");
            send(form, with(Map.of()));
            assertThat(page().locator(".fault, .note.bad").count()).as(form).isPositive();
            wrong.addAll(wrongWith("refused: " + form));
        }

        daylight();
        visit("/nowhere");
        wrong.addAll(wrongWith("no such page"));
        page().context().clearCookies();
        daylight();
        visit("/login");
        send("/login", with(Map.of("email", "author@example.com", "password", "wrong")));
        assertThat(page().locator(".note.bad").count()).isEqualTo(1);
        wrong.addAll(wrongWith("a wrong password"));
        send("/sequences", Map.of("name", "Tea"));
        assertThat(page().locator("h1").innerText()).isEqualTo("You have been logged out");
        wrong.addAll(wrongWith("a session that has ended"));

        assertThat(wrong).isEmpty();
    }
}
