package reynard.ui.people;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImportPagesTest {
    private final TestServer server = TestServer.start();
    private final Browser browser = new Browser(server);

    @BeforeAll
    void logIn() {
        browser.logIn("author@example.com", server.password());
    }

    @AfterAll
    void close() {
        server.close();
    }

    private TestServer.Answer brought(byte[] content) {
        var form = Browser.form(browser.page("/people/import"), "/people/import");
        return browser.upload(form, "file", "list.csv", content);
    }

    private Document columns(String content) {
        return browser.follow(brought(content.getBytes(UTF_8)));
    }

    private static String home(Document columns) {
        return columns.select("form[action^=/people/import/]").attr("action");
    }

    private Document tried(Document columns, Map<String, String> changed) {
        var answer = browser.submit(Browser.form(columns, home(columns)), changed);
        assertThat(answer.status()).isEqualTo(200);
        return Browser.parse(answer);
    }

    private Document started(Document tried, Map<String, String> changed) {
        var home = home(tried);
        var form = Browser.form(tried, home);
        form.attr("action", home + "/start");
        var answer = browser.submit(form, changed);
        form.attr("action", home);
        return browser.follow(answer);
    }

    private static List<String> meanings(Document columns) {
        return columns.select("table select option[selected]").eachText();
    }

    @Test
    void a_table_is_tried_first_and_then_worked_off_with_fields_tags_and_a_sequence() {
        server.field("Favourite tea");
        server.subscriber("bert@example.org").unsubscribes();
        var sequence = server.sequence(days("Hello", 1));
        var columns = columns("""
                E-Mail;First name;favourite tea;Tags;Remark
                anna@example.org;Änne;"Sencha; mild";VIP, Berlin;x
                not an address;Nobody;;;
                BERT@example.org;Bert;;;
                anna@EXAMPLE.org;;;VIP;
                """);
        assertThat(meanings(columns))
                .containsExactly(
                        "Email address", "First name", "Favourite tea", "Tags, with commas between", "Leave out");

        var tried = tried(columns, Map.of("column-4", "new"));
        assertThat(tried.select("#h-trial").text()).isEqualTo("3 lines can be added");
        assertThat(tried.select("[role=status]").text())
                .contains("1 line repeats an address")
                .contains("1 address is on your list already")
                .contains("3 not an address This is no email address.");
        assertThat(browser.page("/people?q=anna").select("tbody th")).isEmpty();

        var begun = started(tried, Map.of("tag", "Imported", "sequence", Long.toString(sequence.id())));
        assertThat(begun.select("[data-words]").text()).isEqualTo("0 of 4 lines done.");
        server.settle();

        var done = browser.page(home(tried));
        assertThat(done.select("[data-words]").text()).isEqualTo("4 of 4 lines done, 1 of them in vain.");
        assertThat(done.select("table.sums tr").eachText())
                .containsExactly("New on your list 1", "On it already, and updated 2", "In vain 1", "All lines 4");
        assertThat(done.select("section table.cards tbody tr").eachText())
                .containsExactly("3 not an address This is no email address.");
        var anna = server.get("/v4/subscribers?email_address=anna@example.org").at("/subscribers/0");
        assertThat(anna.path("first_name").asText()).isEqualTo("Änne");
        assertThat(anna.at("/fields/favourite_tea").asText()).isEqualTo("Sencha; mild");
        assertThat(anna.at("/fields/remark").asText()).isEqualTo("x");
        assertThat(server.get("/v4/subscribers/" + anna.path("id").asText() + "/tags")
                        .each("tags", "name"))
                .containsExactlyInAnyOrder("Imported", "VIP", "Berlin");
        assertThat(server.get("/v4/subscribers?status=cancelled").each("subscribers", "email_address"))
                .containsExactly("bert@example.org");
        assertThat(sequence.members()).isEqualTo(1);
    }

    @Test
    void what_is_queued_is_worked_off_by_whichever_server_is_there() {
        var tried = tried(columns("email\ncarla@example.org\n"), Map.of());
        var begun = started(tried, Map.of());
        assertThat(begun.select("[data-progress]").attr("data-progress")).endsWith("/progress");

        try (var other = server.another()) {
            other.settle();
        }

        var told = browser.get(home(tried) + "/progress");
        assertThat(told.raw().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/event-stream");
        assertThat(told.raw().body())
                .startsWith("data: {")
                .contains("\"finished\":true", "\"words\":\"1 of 1 line done.\"")
                .endsWith("\n\n");
        assertThat(started(tried, Map.of()).select("h2").text()).isEqualTo("Done");
        assertThat(browser.page("/people?q=carla").select("tbody th").eachText())
                .containsExactly("carla@example.org");
        assertThat(browser.page("/people/import").select("tbody tr").text()).contains("list.csv 1 line Done");
    }

    @Test
    void lines_that_were_in_vain_are_downloaded_to_be_put_right() {
        var tried = tried(columns("email,name\n=1+1,Eve\nanna@example.org,Anna\n"), Map.of());
        started(tried, Map.of());
        server.settle();

        assertThat(browser.get(home(tried) + "/refused.csv").raw().body())
                .isEqualTo("\uFEFFline,email_address,first_name,why\r\n2,'=1+1,Eve,This is no email address.\r\n");
    }

    @Test
    void a_file_is_read_as_spreadsheets_write_it() {
        var windows = brought("Name;E-Mail\r\nJürgen;j@example.org\r\n".getBytes(Charset.forName("windows-1252")));
        assertThat(browser.follow(windows).select("table td").get(0).text()).isEqualTo("Jürgen");
        var marked = brought("\uFEFFmail\tx\nj@example.org\t1\n".getBytes(Charset.forName("UTF-16LE")));
        assertThat(meanings(browser.follow(marked))).containsExactly("Email address", "Leave out");
        assertThat(meanings(columns("j@example.org,Jo\n"))).containsExactly("Email address", "Leave out");
    }

    @Test
    void what_is_no_table_is_refused_beside_its_field() {
        for (var content : List.of("", "email\n", "PK\3\4\0\0", "a,\"b\nc")) {
            var answer = brought(content.getBytes(UTF_8));
            assertThat(answer.status()).as(content).isEqualTo(422);
            assertThat(Browser.parse(answer).select("#file-fault").text()).isNotEmpty();
        }
        var none = browser.submit(Browser.form(browser.page("/people/import"), "/people/import"), Map.of());
        assertThat(none.status()).isEqualTo(422);
        var columns = columns("name\nAnna\n");
        var answer = browser.submit(Browser.form(columns, home(columns)), Map.of());
        assertThat(answer.status()).isEqualTo(422);
        assertThat(Browser.parse(answer).select("[role=alert]").text()).contains("which one column");
    }

    @Test
    void a_table_from_another_page_is_refused() {
        var form = Browser.form(browser.page("/people/import"), "/people/import");
        form.select("[name=csrf]").val("made up");
        assertThat(browser.upload(form, "file", "list.csv", new byte[] {'a'}).status())
                .isEqualTo(403);
    }

    @Test
    void everybody_is_exported_and_can_be_brought_back() {
        server.field("Colour");
        var tag = server.tag("Exported");
        server.subscriber("dora@example.org").getsTag(tag);
        server.post("/v4/subscribers", TestServer.json("{'email_address':'eve@example.org','first_name':'=cmd'}"));

        var lines = browser.get("/people/export.csv").raw().body().lines().toList();
        assertThat(lines.getFirst())
                .startsWith("\uFEFFid,email_address,first_name,state,created_at,tags")
                .contains("colour");
        assertThat(lines).anyMatch(line -> line.contains(",dora@example.org,,active,2026-01-05T12:00:00Z,Exported,"));
        assertThat(lines).anyMatch(line -> line.contains(",'=cmd,"));
        assertThat(browser.get("/people/export.csv?tag=" + tag).raw().body().lines())
                .hasSize(2);
        assertThat(meanings(columns(String.join("\n", lines)))).contains("Email address", "First name");
    }
}
