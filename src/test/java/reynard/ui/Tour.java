package reynard.ui;

import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.LoadState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.BrowserTest;
import reynard.testing.FakeReceiver;
import reynard.testing.TestServer;

/// Takes the pictures of `docs/tour.md`: `bin/test --screenshots`.
@DisplayNameGeneration(ReplaceUnderscores.class)
class Tour extends BrowserTest {
    private static final Path FOLDER = Path.of("docs/tour");
    private static final List<String> NAMES = List.of(
            "Anna", "Ben", "Chloe", "Dan", "Eva", "Finn", "Greta", "Hugo", "Ida", "Jan", "Kaya", "Leo", "Mia", "Noah");

    private final TestServer server = TestServer.at("2026-01-05T09:30:00Z");
    private final TestServer.Sequence course = server.sequence(
            json("{'name':'Tea for beginners','time_zone':'Europe/Berlin','send_hour':9,"
                    + "'send_days':['monday','tuesday','wednesday','thursday','friday']}"),
            immediate("Welcome to the tea course").saying(letter("three cups, and why the third is the best")),
            days("How hot should the water be?", 2).saying(letter("water, and why it matters more than the leaves")),
            days("A small tour of green teas", 3).saying(letter("five green teas from three countries")),
            hours("Answer me: what do you drink?", 36).saying(letter("you")),
            days("Black tea, properly", 4).saying(letter("black tea")).draft(),
            days("Your tea shelf, and an offer", 7).saying(letter("a shelf of your own")));

    private final FakeReceiver receiver = FakeReceiver.start();
    private long customer;
    private long segment;
    private long form;
    private long layout;
    private long webhook;

    private static String letter(String about) {
        return "<p>Hello {{ subscriber.first_name | default: \"there\" }},</p>\n<p>today it is about " + about
                + ".</p>\n<p><a href=\"https://example.com/tea\">Read more</a></p>\n<p>Yours, Maren</p>\n";
    }

    @Override
    protected TestServer server() {
        return server;
    }

    @AfterEach
    void close() {
        server.close();
        receiver.close();
    }

    @BeforeEach
    void fill() {
        customer = server.tag("Customer");
        server.tag("Asked for samples");
        server.field("Favourite tea");
        course.change(json("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + customer + "]}]}"));
        var orders = server.sequence(
                json("{'name':'After the first order','time_zone':'Europe/Berlin'}"),
                hours("Thank you for your order", 1),
                days("How do you like it?", 10));
        write();
        for (int day = 0; day < 9; day++) {
            for (var name : NAMES) {
                var email = name.toLowerCase(Locale.ROOT) + day + "@example.org";
                server.post("/v4/subscribers", TestServer.text(Map.of("email_address", email, "first_name", name)));
                server.post(course.path() + "/subscribers", TestServer.text(Map.of("email_address", email)));
            }
            server.subscriber("ida" + day + "@example.org", orders).getsTag(customer);
            server.subscriber("leo" + day + "@example.org").unsubscribes();
            read(day);
            if (day == 5) {
                broadcast("News from the tea garden", "'public':true,'send_at':'2026-01-05'");
                read(day);
            }
            server.advance(Duration.ofDays(1).minus(Duration.ofMinutes(day == 5 ? 40 : 20)));
        }
        broadcast("The spring harvest is here", "'send_at':'2026-01-19T08:00:00Z'");
        broadcast("Five questions about matcha", "'description':'Not finished'");
    }

    /// Some of those who came on a day look at what they got last, and some of them follow its link.
    private void read(int day) {
        // Whoever looks at once is a machine.
        server.advance(Duration.ofMinutes(20));
        for (int i = 0; i < NAMES.size(); i += 2) {
            var reader = server.subscriber(NAMES.get(i).toLowerCase(Locale.ROOT) + day + "@example.org");
            if (!reader.mail().isEmpty()) {
                reader.opens();
                if (i % 3 == 0) {
                    reader.follows("Read more");
                }
            }
        }
    }

    private long made(String path, String noun, String body) {
        var answer = server.post(path, json(body));
        if (answer.status() != 201) {
            throw new AssertionError(path + " " + answer.raw().body());
        }
        return answer.at("/" + noun + "/id").asLong();
    }

    private void broadcast(String subject, String more) {
        server.post(
                "/v4/broadcasts",
                TestServer.text(Map.of("subject", subject, "content", letter("what is new")))
                        .replaceFirst("}$", json("," + more + "}")));
    }

    /// What an author has beside sequences.
    private void write() {
        segment = made(
                "/ext/v1/segments",
                "segment",
                "{'name':'Read on, but no customers yet','filter':[{'all':[{'type':'opens','after':'2026-01-05'},"
                        + "{'type':'state','state':'active'}]},{'none':[{'type':'tag','id':" + customer + "}]}]}");
        form = server.form("The tea course, in seven letters", "hosted");
        server.form("Footer of the shop", "embed");
        server.put(
                "/ext/v1/forms/" + form + "/page",
                TestServer.text(Map.of(
                        "heading", "Seven letters about tea",
                        "introduction", "One every few days, for free. You can leave with every one of them.",
                        "button", "Send me the first")));
        layout = made(
                "/ext/v1/email_templates",
                "email_template",
                "{'name':'Letter with our sign','html':'<div style=\\'max-width:34em;margin:auto;font-family:Georgia,serif\\'>"
                        + "<p style=\\'color:#6b7a3a\\'>Tea Letters</p>{{ message_content }}<hr>"
                        + "<p><small>{{ address }}<br>{{ unsubscribe_link }}</small></p></div>'}");
        for (var name : List.of("Greeting", "Opening hours", "Sign-off")) {
            server.post(
                    "/v4/snippets",
                    TestServer.text(Map.of("name", name, "snippet_type", "inline", "content", "Yours, Maren")));
        }
        webhook = made(
                "/v4/webhook_endpoints",
                "webhook_endpoint",
                "{'name':'Shop','description':'Customers and tags','url':'" + receiver.url()
                        + "','events':['tag.created','subscriber.created']}");
    }

    // Pictures

    private void take(String name, String path, int width, int height, ColorScheme scheme) {
        look(width, height, scheme);
        visit(path);
        take(name);
    }

    private void look(int width, int height, ColorScheme scheme) {
        page().setViewportSize(width, height);
        page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    }

    private void take(String name) {
        page().waitForLoadState(LoadState.NETWORKIDLE);
        Picture.write(page().screenshot(), FOLDER.resolve(name + ".png"));
    }

    private void desktop(String name, String path) {
        take(name, path, 1280, 860, ColorScheme.LIGHT);
    }

    private void dark(String name, String path) {
        take(name, path, 1280, 860, ColorScheme.DARK);
    }

    private void phone(String name, String path, ColorScheme scheme) {
        take(name, path, 375, 812, scheme);
    }

    @Test
    void pictures_of_every_part_in_light_and_dark_on_a_desk_and_on_a_telephone() {
        desktop("login", "/login");
        page().fill("#email", "author@example.com");
        page().fill("#password", server.password());
        page().click("main button");
        page().waitForURL(url("/"));

        desktop("home", "/");
        phone("home-phone", "/", ColorScheme.DARK);
        sequences();
        people();
        audience();
        broadcasts();
        building();
        sending();
        settings();
    }

    private void sequences() {
        var home = "/sequences/" + course.id();
        desktop("sequences", "/sequences");
        desktop("timeline", home);
        dark("timeline-dark", home);
        phone("timeline-phone", home, ColorScheme.LIGHT);
        desktop("settings", home + "/settings");
        desktop("editor", home + "/emails/" + course.email("How hot should the water be?"));
        page().fill("#delay_value", "5");
        page().click("text=Save");
        page().waitForSelector(".option");
        take("impact");
        desktop("statistics", home + "/stats");
        dark("statistics-email", home + "/stats?email=" + course.email("Welcome to the tea course"));
    }

    private void people() {
        var ida = server.subscriber("ida3@example.org").id();
        var ben = server.subscriber("ben2@example.org").id();
        desktop("people", "/people?q=b");
        desktop("person", "/people/" + ben);
        dark("person-dark", "/people/" + ida);
        phone("person-phone", "/people/" + ben, ColorScheme.DARK);
        bring();
    }

    private void bring() {
        look(1280, 860, ColorScheme.LIGHT);
        visit("/people/import");
        var table = new StringBuilder("E-Mail;First name;Drinks;Tags\n");
        for (var name : NAMES) {
            table.append(name.toLowerCase(Locale.ROOT))
                    .append("@example.net;")
                    .append(name)
                    .append(";Sencha;VIP\n");
        }
        table.append("somebody;Nobody;;\n");
        page().setInputFiles(
                        "#file",
                        new FilePayload(
                                "readers.csv", "text/csv", table.toString().getBytes(StandardCharsets.UTF_8)));
        page().click("text=Go on");
        page().selectOption("[name=column-2]", "new");
        page().click("text=Try it");
        page().waitForSelector("#h-trial");
        take("import");
        page().click("text=Add 14 lines");
        page().waitForSelector("#h-progress");
        look(375, 812, ColorScheme.LIGHT);
        server.settle();
        page().waitForSelector("h2:has-text('Done')");
        take("import-done-phone");
    }

    private void audience() {
        desktop("segments", "/segments/" + segment);
        phone("tags-phone", "/tags", ColorScheme.LIGHT);
        desktop("forms", "/forms/" + form);
    }

    private void broadcasts() {
        desktop("broadcasts", "/broadcasts");
        var sent = server.get("/v4/broadcasts").each("broadcasts", "id").getLast();
        dark("broadcast-dark", "/broadcasts/" + sent);
    }

    private void building() {
        desktop("layouts", "/templates/" + layout);
        phone("snippets-phone", "/snippets", ColorScheme.DARK);
        desktop("webhooks", "/settings/webhooks/" + webhook);
        look(1280, 860, ColorScheme.DARK);
        page().click("tbody a");
        page().waitForSelector("pre");
        take("webhook-delivery-dark");
        desktop("tokens", "/settings/tokens");
    }

    private void sending() {
        desktop("sending", "/sending?state=skipped");
        desktop("health", "/sending/health");
    }

    private void settings() {
        desktop("account", "/settings");
        visit("/settings/people").fill("#email_address", "jonas@example.com");
        page().click("main form button.first");
        page().waitForSelector("[role=status]");
        desktop("team", "/settings/people");
        look(375, 812, ColorScheme.DARK);
        visit("/you").click("text=Set it up");
        page().waitForSelector(".qr");
        take("factor");
    }
}
