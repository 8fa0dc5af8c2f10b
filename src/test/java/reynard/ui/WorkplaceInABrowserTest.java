package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import com.microsoft.playwright.options.FilePayload;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Axe;
import reynard.testing.BrowserTest;
import reynard.testing.TestServer;

/// The workplace as its author has it before them.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkplaceInABrowserTest extends BrowserTest {
    private TestServer server;
    private TestServer.Sequence sequence;

    @BeforeAll
    void start() {
        server = TestServer.start();
        sequence = server.sequence(
                immediate("Hello"), days("Tips", 2), days("Draft", 1).draft(), days("Offer", 3));
        server.subscriber("anna@example.org", sequence);
        server.settle();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @Override
    protected TestServer server() {
        return server;
    }

    @BeforeEach
    void logIn() {
        logIn("author@example.com", server.password());
    }

    @Test
    void an_email_in_the_inbox_is_read_without_telling_that_it_was_opened() {
        var page = visit("/inbox");
        page.click("tbody a");

        page.frameLocator("iframe").locator("body").waitFor();
        assertThat(Axe.violations(page)).isEmpty();
        assertThat(visit("/sequences/" + sequence.id())
                        .locator(".mail .numbers")
                        .first()
                        .innerText())
                .contains("0.0%")
                .doesNotContain("100");
    }

    @Test
    void emails_change_places_by_keyboard_alone() {
        var other = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var page = visit("/sequences/" + other.id());

        page.focus("[aria-label='Move “Three” up']");
        page.keyboard().press("Enter");
        page.waitForSelector("[role=status]");

        assertThat(page.locator(".mail h3").allInnerTexts()).containsExactly("One", "Three", "Two");
    }

    @Test
    void emails_change_places_by_being_dragged() {
        var other = server.sequence(days("One", 1), days("Two", 1), days("Three", 1));
        var page = visit("/sequences/" + other.id());

        page.dragAndDrop(
                "[data-email='" + other.email("Three") + "'] .handle",
                "[data-email='" + other.email("One") + "'] .when");
        page.waitForSelector("[role=status]");

        assertThat(page.locator(".mail h3").allInnerTexts().indexOf("Three")).isLessThan(2);
    }

    @Test
    void the_preview_follows_what_is_typed_and_runs_nothing() {
        var page = visit("/sequences/" + sequence.id() + "/emails/" + sequence.email("Tips"));
        page.fill("#reader", "anna@example.org");
        write(
                page,
                "#content",
                "<p id=said>For {{ subscriber.email_address }}</p><script>document.title='run'</script>"
                        + "<svg onload=\"parent.document.title='run'\"></svg><a href=\"javascript:alert(1)\">x</a>");

        var said = page.frameLocator("iframe").locator("#said");
        said.filter(new com.microsoft.playwright.Locator.FilterOptions().setHasText("anna@example.org"))
                .waitFor();
        assertThat(page.title()).startsWith("Tips");
    }

    @Test
    void people_are_found_while_an_address_is_typed() {
        server.subscriber("zora@example.org");
        var page = visit("/people");

        page.locator("#q").pressSequentially("zor");
        page.waitForURL(found -> found.contains("q=zor"));

        assertThat(page.locator("tbody th").allInnerTexts()).containsExactly("zora@example.org");
    }

    @Test
    void an_edit_is_tried_on_those_inside_before_it_is_made() {
        var course = server.sequence(days("Hello", 3), days("Tips", 2));
        var ines = server.subscriber("ines@example.org", course);
        var page = visit("/sequences/" + course.id() + "/emails/" + course.email("Hello"));
        page.fill("#delay_value", "5");
        page.click("text=Save");

        page.waitForSelector(".option");
        assertThat(page.locator("main").innerText()).contains("1 person is inside", "Nothing has been changed yet");
        assertThat(page.locator(".option").allInnerTexts()).hasSize(3);
        var moved = Pattern.compile("1 person gets another date for the next email: (.*), 09:00 becomes ")
                .matcher(page.locator(".option").first().innerText());
        assertThat(moved.find()).isTrue();
        assertThat(course.showEmail("Hello").path("delay_value").asInt()).isEqualTo(3);
        page.check("[value=new_joiners_only]");
        page.click("main form button.first");
        page.waitForSelector("[role=status]:has-text('Saved.')");

        assertThat(course.showEmail("Hello").path("delay_value").asInt()).isEqualTo(5);
        assertThat(visit("/people/" + ines.id()).locator(".way li").first().innerText())
                .as("the date that they had")
                .contains(moved.group(1));
    }

    @Test
    void a_person_has_a_date_or_a_reason_for_every_email_and_the_reason_goes_with_its_cause() {
        long customer = server.tag("Customer");
        var course = server.sequence(
                "{'exclude_subscriber_sources':[{'type':'tag','ids':[" + customer + "]}]}",
                immediate("Hello"),
                days("Tips", 2),
                days("Draft", 1).draft());
        var kim = server.subscriber("kim@example.org", course);
        server.settle();
        kim.getsTag(customer);
        var page = visit("/people/" + kim.id());
        var lines = page.locator(".way li");
        assertThat(lines.allInnerTexts()).hasSize(3);
        assertThat(lines.nth(0).locator(".verdict").innerText()).isEqualTo("Sent");
        assertThat(lines.nth(1).locator(".why").innerText()).contains("Customer");
        assertThat(lines.nth(2).locator(".why").innerText()).contains("draft");

        page.click("button.tag:has-text('Customer')");

        page.waitForSelector("[role=status]");
        assertThat(lines.nth(1).innerText())
                .startsWith("Goes out")
                .contains("2 days from")
                .doesNotContain("Customer");
    }

    @Test
    void a_sequence_is_paused_at_once_and_resuming_asks_what_becomes_of_what_is_overdue() {
        var course = server.sequence(days("Hello", 1));
        var lou = server.subscriber("lou@example.org", course);
        var page = visit("/sequences/" + course.id());
        page.click("[aria-label='Send this sequence']");
        page.waitForSelector("[aria-label='Send this sequence'][aria-checked=false]");
        assertThat(page.locator(".note.warn").innerText()).contains("Nothing goes out");
        server.advance(Duration.ofDays(3));
        assertThat(lou.subjectsReceived()).isEmpty();

        logIn();
        visit("/sequences/" + course.id()).click("[aria-label='Send this sequence']");
        page.waitForSelector(".option");
        page.check("[value=now]");
        page.click("main form button.first");
        page.waitForSelector("[aria-label='Send this sequence'][aria-checked=true]");
        server.settle();

        assertThat(lou.subjectsReceived()).containsExactly("Hello");
    }

    @Test
    void ten_thousand_lines_are_brought_watched_left_alone_and_found_again_with_a_report_that_adds_up()
            throws SQLException {
        server.subscriber("line5000@example.org");
        var table = new StringBuilder("E-Mail;First name\n");
        for (int line = 0; line < 10_000; line++) {
            table.append("line")
                    .append(line)
                    .append(line % 1_000 == 7 ? "" : "@example.org")
                    .append(";Reader\n");
        }
        var page = visit("/people/import");
        page.setInputFiles(
                "#file",
                new FilePayload("list.csv", "text/csv", table.toString().getBytes(StandardCharsets.UTF_8)));
        page.click("text=Go on");
        assertThat(page.inputValue("[name=column-0]")).isEqualTo("email");
        assertThat(page.inputValue("[name=column-1]")).isEqualTo("first_name");
        page.click("text=Try it");
        page.waitForSelector("#h-trial:has-text('9,990 lines can be added')");
        assertThat(page.locator("[aria-labelledby=h-trial] tbody tr").allInnerTexts())
                .hasSize(10)
                .first()
                .asString()
                .contains("9", "line7", "This is no email address.");
        assertThat(Axe.violations(page)).isEmpty();
        page.click("text=Add 9,990 lines");
        page.waitForSelector("[data-words]:has-text('0 of 10,000 lines done.')");

        // Somebody in the middle of the table is held, so that the work stands still there for as long as it takes.
        CompletableFuture<Long> work;
        try (var holding = DriverManager.getConnection(server.databaseUrl())) {
            holding.setAutoCommit(false);
            holding.createStatement()
                    .execute("select from subscriber where email_address = 'line5000@example.org' for update");
            work = CompletableFuture.supplyAsync(server::settle);
            page.waitForSelector("progress:not([value='0'])");
            assertThat(Axe.violations(page)).isEmpty();
            visit("/people").click("text=Import");
            page.click("tbody tr:has-text('10,000 lines') a");
            page.waitForSelector("h2:has-text('Being added')");
            assertThat(Integer.parseInt(page.getAttribute("progress", "value"))).isBetween(1, 5_000);
            holding.rollback();
        }

        page.waitForSelector("h2:has-text('Done')");
        work.join();
        assertThat(page.locator("[data-words]").innerText())
                .isEqualTo("10,000 of 10,000 lines done, 10 of them in vain.");
        assertThat(page.locator("table.sums td").allInnerTexts()).containsExactly("9,989", "1", "10", "10,000");
        assertThat(Axe.violations(page)).isEmpty();
    }

    @Test
    void what_is_written_is_kept_by_itself_and_a_variable_put_where_the_cursor_stands() {
        var path = "/sequences/" + sequence.id() + "/emails/" + sequence.email("Offer");
        var page = visit(path);
        write(page, "#content", "Dear ");
        page.selectOption("[data-inserts]", "{{ subscriber.first_name | default: \"there\" }}");
        page.locator("[data-kept]:has-text('Your draft is kept.')").waitFor();

        assertThat(visit(path + "?draft=true").inputValue("#content"))
                .isEqualTo("Dear {{ subscriber.first_name | default: \"there\" }}");
    }

    @Test
    void a_hostile_name_runs_nothing_on_any_page_that_shows_it() {
        for (var name : List.of(
                "<img src=x onerror=\"document.title='run'\">",
                "\"><svg/onload=\"document.title='run'\">",
                "</textarea><script>document.title='run'</script>",
                "{{ 7 | times: 7 }}${7*7}javascript:alert(1)")) {
            server.post(
                    "/v4/subscribers", TestServer.text(Map.of("email_address", "eve@example.org", "first_name", name)));
            var page = visit("/people?q=eve");
            assertThat(page.locator("tbody td").first().innerText()).isEqualTo(name);
            page.click("tbody th a");
            page.waitForSelector("h1");
            assertThat(page.locator("h1").innerText()).isEqualTo(name);
            assertThat(page.title()).doesNotContain("run");
        }
    }
}
