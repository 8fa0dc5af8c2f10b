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

    private void bring() {
        page().setViewportSize(1280, 860);
        page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
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
    }

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
    }

    @BeforeEach
    void fill() {
        var tag = server.tag("Customer");
        course.change(json("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}"));
        var orders = server.sequence(
                json("{'name':'After the first order','time_zone':'Europe/Berlin'}"),
                hours("Thank you for your order", 1),
                days("How do you like it?", 10));
        for (int day = 0; day < 9; day++) {
            for (var name : NAMES) {
                var email = name.toLowerCase(Locale.ROOT) + day + "@example.org";
                server.post("/v4/subscribers", TestServer.text(Map.of("email_address", email, "first_name", name)));
                server.post(course.path() + "/subscribers", TestServer.text(Map.of("email_address", email)));
            }
            server.subscriber("ida" + day + "@example.org", orders).getsTag(tag);
            server.subscriber("leo" + day + "@example.org").unsubscribes();
            server.advance(Duration.ofDays(1));
        }
    }

    private void take(String name, String path, int width, int height, ColorScheme scheme) {
        page().setViewportSize(width, height);
        page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
        visit(path);
        take(name);
    }

    private void take(String name) {
        page().waitForLoadState(LoadState.NETWORKIDLE);
        page().screenshot(new Page.ScreenshotOptions().setPath(FOLDER.resolve(name + ".png")));
    }

    private void desktop(String name, String path) {
        take(name, path, 1280, 860, ColorScheme.LIGHT);
    }

    @Test
    void pictures_of_every_part_in_light_and_dark_on_a_desk_and_on_a_telephone() {
        desktop("login", "/login");
        page().fill("#email", "author@example.com");
        page().fill("#password", server.password());
        page().click("button");
        page().waitForURL(url("/"));
        var home = "/sequences/" + course.id();
        var ida = server.subscriber("ida3@example.org").id();
        var ben = server.subscriber("ben2@example.org").id();

        desktop("home", "/");
        desktop("sequences", "/sequences");
        desktop("timeline", home);
        take("timeline-dark", home, 1280, 860, ColorScheme.DARK);
        take("timeline-phone", home, 375, 812, ColorScheme.LIGHT);
        desktop("settings", home + "/settings");
        desktop("editor", home + "/emails/" + course.email("How hot should the water be?"));
        page().fill("#delay_value", "5");
        page().click("text=Save");
        page().waitForSelector(".option");
        take("impact");
        desktop("people", "/people?q=b");
        desktop("person", "/people/" + ben);
        take("person-dark", "/people/" + ida, 1280, 860, ColorScheme.DARK);
        take("person-phone", "/people/" + ben, 375, 812, ColorScheme.DARK);
        bring();
        desktop("sending", "/sending?state=skipped");
        desktop("health", "/sending/health");
        desktop("account", "/settings");
        desktop("team", "/settings/people");
        visit("/you");
        page().click("text=Set it up");
        take("factor", "/you", 375, 812, ColorScheme.DARK);
    }
}
