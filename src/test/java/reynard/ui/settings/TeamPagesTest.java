package reynard.ui.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.access.Invitations;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.account.Members;
import reynard.account.Role;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.http.Routes;
import reynard.testing.Browser;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeamPagesTest {
    /// What is everybody's own, looks only, or is open to strangers.
    private static final List<String> NOBODYS_ROLE =
            List.of("/you", "/login/code", "/invitation/", "/preview", "/health/check", "/segments/builder");

    private final TestServer server = TestServer.start();
    private final Browser owner = new Browser(server);

    @BeforeAll
    void logIn() {
        owner.logIn("author@example.com", server.password());
    }

    @AfterAll
    void close() {
        server.close();
    }

    private String invited(String email, String role) {
        var form = Browser.form(owner.page("/settings/people"), "/settings/people");
        var made = Browser.parse(owner.submit(form, Map.of("email_address", email, "role", role)));
        return made.select("[role=status] code").text().replaceFirst("^https://[^/]*", "");
    }

    private Browser joined(String email, String role) {
        var link = invited(email, role);
        var browser = new Browser(server);
        var answer = browser.submit(Browser.form(browser.page(link), link), Map.of("password", "correct horse"));
        assertThat(answer.status()).isEqualTo(303);
        return browser;
    }

    @Test
    void somebody_is_invited_by_mail_chooses_a_password_and_is_in() {
        var link = invited("ed@example.org", "editor");
        server.settle();
        assertThat(server.get("/ext/v1/inbox?to=ed@example.org").each("messages", "subject"))
                .singleElement()
                .asString()
                .startsWith("Work on ");
        var browser = new Browser(server);
        var form = Browser.form(browser.page(link), link);
        assertThat(browser.submit(form, Map.of("password", "short")).status()).isEqualTo(422);

        var home = browser.follow(
                browser.submit(Browser.form(browser.page(link), link), Map.of("password", "correct horse")));

        assertThat(home.select(".who").text()).contains("ed@example.org");
        assertThat(browser.get(link).status()).as("used up").isEqualTo(404);
        assertThat(new Browser(server).logIn("ED@example.org", "correct horse").status())
                .isEqualTo(303);
    }

    @Test
    void a_viewer_sees_every_page_and_every_form_refuses_them() {
        var viewer = joined("vera@example.org", "viewer");
        for (var path : List.of("/", "/sequences", "/people", "/sending", "/settings", "/you")) {
            assertThat(viewer.get(path).status()).as(path).isEqualTo(200);
        }
        var csrf = viewer.page("/you").select("[name=csrf]").attr("value");

        var let = server.routes().stream()
                .filter(route -> route.door() == Routes.Door.PAGE && route.verb() == Routes.Verb.POST)
                .map(Routes.Route::path)
                .filter(path -> NOBODYS_ROLE.stream().noneMatch(path::contains))
                .filter(path -> viewer.post(path.replaceAll("\\{[^}]*}", "1"), Map.of("csrf", csrf))
                                .status()
                        != 403)
                .toList();

        assertThat(let).isEmpty();
        assertThat(viewer.get("/settings/people").status()).isEqualTo(403);
        assertThat(viewer.get("/people/changes/new?all=1").status()).isEqualTo(403);
        assertThat(viewer.page("/people").select("input.tick, button[name=all]"))
                .isEmpty();
        assertThat(viewer.get("/people/export.csv").status())
                .as("the whole list")
                .isEqualTo(403);
    }

    @Test
    void an_editor_writes_and_makes_no_keys() {
        var editor = joined("erin@example.org", "editor");
        var settings = editor.page("/settings");

        assertThat(editor.submit(Browser.form(settings, "/settings"), Map.of("name", "Erin’s letters"))
                        .status())
                .isEqualTo(303);
        assertThat(editor.submit(Browser.form(settings, "/settings/keys"), Map.of("key_name", "mine"))
                        .status())
                .isEqualTo(403);
        assertThat(editor.get("/settings/people").status()).isEqualTo(403);
    }

    @Test
    void who_is_taken_out_is_out_at_once_and_the_last_owner_stays() {
        var viewer = joined("vic@example.org", "viewer");
        var team = owner.page("/settings/people");
        var row =
                team.select("tr:contains(vic@example.org) form[action$=remove]").attr("action");

        owner.submit(Browser.form(team, row), Map.of());

        assertThat(viewer.get("/").status()).isEqualTo(303);
        assertThat(viewer.logIn("vic@example.org", "correct horse").status()).isEqualTo(422);
        var mine = team.select("tr:contains(author@example.com) form[action$=remove]")
                .attr("action");
        assertThat(owner.follow(owner.submit(Browser.form(team, mine), Map.of()))
                        .select("[role=status]")
                        .text())
                .contains("always has an owner");
    }

    @Test
    void who_works_in_two_accounts_goes_from_one_to_the_other() {
        var both = joined("bo@example.org", "viewer");
        assertThat(both.page("/").select(".who a[href=/you/accounts]")).isEmpty();
        var link = invitedByStranger("bo@example.org");

        assertThat(new Browser(server).page(link).select("main a.button").attr("href"))
                .startsWith("/login?next=");
        both.submit(Browser.form(both.page(link), link), Map.of());

        assertThat(both.page("/").select(".who").text()).contains("Stranger", "Another account");
        var places = both.page("/you/accounts");
        var id = places.select("button[name=account]").attr("value");
        assertThat(both.follow(both.submit(Browser.form(places, "/you/accounts"), Map.of("account", id)))
                        .select(".who")
                        .text())
                .doesNotContain("Stranger");
    }

    /// @return the path of the link
    private String invitedByStranger(String email) {
        var key = server.stranger();
        try (var database = Database.open(server.databaseUrl(), 1)) {
            var ids = new IdBlocks(database);
            var clock = InstantSource.fixed(server.now());
            var account =
                    new ApiKeys(database, ids, clock).find(key).orElseThrow().account();
            var invitations =
                    new Invitations(database, new Accounts(database, ids, clock), new Members(database, clock), clock);
            return "/invitation/" + database.inTx(tx -> invitations.invite(tx, account, email, Role.VIEWER));
        }
    }
}
