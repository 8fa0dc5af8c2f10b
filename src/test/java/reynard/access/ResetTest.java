package reynard.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.Browser;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResetTest {
    private static final String AUTHOR = "author@example.com";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    private static Answer asks(Browser browser, String email) {
        return browser.submit(
                Browser.form(browser.page("/login/forgotten"), "/login/forgotten"), Map.of("email", email));
    }

    /// The paths of the links that were mailed, newest first.
    private List<String> links(String to) {
        server.settle();
        return server.get("/ext/v1/inbox?to=" + to).each("messages", "id").stream()
                .map(id -> server.get("/ext/v1/inbox/" + id).body().toString())
                .map(mail -> mail.replaceFirst("(?s).*?(/login/reset/[A-Za-z0-9_-]+).*", "$1"))
                .toList();
    }

    private static String withoutTokens(Answer page) {
        return page.raw().body().replaceAll("value=\"[^\"]*\"", "");
    }

    @Test
    void a_forgotten_password_is_chosen_anew_by_a_link_that_works_once_and_ends_every_session() {
        server.advance(Duration.ofHours(2));
        var elsewhere = new Browser(server);
        elsewhere.logIn(AUTHOR, server.password());
        var browser = new Browser(server);
        var known = asks(browser, "AUTHOR@example.com");
        var unknown = asks(new Browser(server), "nobody@example.com");
        assertThat(known.status()).isEqualTo(200);
        assertThat(withoutTokens(unknown)).isEqualTo(withoutTokens(known));
        var link = links(AUTHOR).getFirst();
        var form = Browser.form(browser.page(link), link);
        assertThat(browser.submit(form, Map.of("password", "short")).status()).isEqualTo(422);

        var changed = browser.submit(Browser.form(browser.page(link), link), Map.of("password", "correct horse"));

        assertThat(changed.status()).isEqualTo(303);
        assertThat(browser.get(link).status()).isEqualTo(404);
        assertThat(elsewhere.get("/").status()).isEqualTo(303);
        assertThat(new Browser(server).logIn(AUTHOR, server.password()).status())
                .isEqualTo(422);
        assertThat(new Browser(server).logIn(AUTHOR, "correct horse").status()).isEqualTo(303);
    }

    @Test
    void a_link_is_too_old_after_an_hour_and_nobodys_mailbox_is_filled() {
        server.advance(Duration.ofHours(4));
        var browser = new Browser(server);
        asks(browser, AUTHOR);
        var first = links(AUTHOR).getFirst();
        asks(browser, AUTHOR);
        assertThat(browser.get(first).status()).as("a newer one was sent").isEqualTo(404);
        // Two at once would come in any order.
        server.settle();
        asks(browser, AUTHOR);
        assertThat(asks(browser, AUTHOR).status()).isEqualTo(429);
        var last = links(AUTHOR).getFirst();
        assertThat(browser.get(last).status()).isEqualTo(200);
        server.advance(Duration.ofMinutes(61));
        assertThat(browser.get(last).status()).isEqualTo(404);
    }
}
