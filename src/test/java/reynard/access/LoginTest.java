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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.Browser;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LoginTest {
    private static final String AUTHOR = "author@example.com";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    private static String location(Answer answer) {
        return answer.raw().headers().firstValue("Location").orElse("");
    }

    private Browser loggedIn() {
        var browser = new Browser(server);
        assertThat(browser.logIn(AUTHOR, server.password()).status()).isEqualTo(303);
        return browser;
    }

    private static boolean isLoggedIn(Browser browser) {
        return browser.get("/login").raw().body().contains("You are logged in");
    }

    @Test
    void the_right_password_opens_a_session_that_only_this_host_gets_back() {
        var browser = new Browser(server);

        var answer = browser.logIn("AUTHOR@example.com", server.password());

        assertThat(answer.status()).isEqualTo(303);
        assertThat(answer.raw().headers().allValues("Set-Cookie"))
                .filteredOn(cookie -> cookie.startsWith("__Host-reynard_session="))
                .singleElement()
                .asString()
                .contains("; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Secure")
                .doesNotContain("Domain");
        assertThat(isLoggedIn(browser)).isTrue();
    }

    @Test
    void a_wrong_password_and_an_unknown_address_get_the_same_answer() {
        server.advance(Duration.ofMinutes(20));
        var wrong = new Browser(server).logIn(AUTHOR, "wrong");
        var unknown = new Browser(server).logIn("nobody@example.com", "wrong");

        assertThat(wrong.status()).isEqualTo(422);
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(withoutTokens(unknown)).isEqualTo(withoutTokens(wrong));
    }

    private static String withoutTokens(Answer page) {
        return page.raw().body().replaceAll("(name=\"csrf\"|autocomplete=\"username\") value=\"[^\"]*\"", "");
    }

    @Test
    void a_cookie_of_the_strangers_choice_does_not_become_a_session() {
        server.advance(Duration.ofMinutes(20));
        var browser = new Browser(server);
        browser.cookies().put("__Host-reynard_session", "reynard_session_chosen");
        browser.logIn(AUTHOR, server.password());

        assertThat(browser.cookies().get("__Host-reynard_session")).isNotEqualTo("reynard_session_chosen");
    }

    @Test
    void after_logging_out_the_old_cookie_opens_nothing() {
        server.advance(Duration.ofMinutes(20));
        var browser = loggedIn();
        var old = Map.copyOf(browser.cookies());

        var answer = browser.post("/logout", Browser.fields(browser.get("/login")));
        browser.cookies().putAll(old);

        assertThat(answer.status()).isEqualTo(303);
        assertThat(isLoggedIn(browser)).isFalse();
    }

    @Test
    void a_session_ends_after_twelve_silent_hours_and_after_fourteen_days_in_any_case() {
        server.advance(Duration.ofMinutes(20));
        var silent = loggedIn();
        var busy = loggedIn();

        server.advance(Duration.ofHours(11));
        assertThat(isLoggedIn(busy)).isTrue();
        server.advance(Duration.ofHours(2));
        assertThat(isLoggedIn(silent)).isFalse();
        for (int half = 0; half < 27; half++) {
            assertThat(isLoggedIn(busy)).as("after %d halves of a day", half).isTrue();
            server.advance(Duration.ofHours(12).minusSeconds(1));
        }
        assertThat(isLoggedIn(busy)).isFalse();
    }

    @Test
    void a_form_from_elsewhere_is_refused() {
        server.advance(Duration.ofMinutes(20));
        var browser = new Browser(server);
        var fields = Browser.fields(browser.get("/login"));
        fields.put("email", AUTHOR);
        fields.put("password", server.password());

        for (var headers : List.<Map<String, String>>of(
                Map.of(),
                Map.of("Origin", "https://evil.example"),
                Map.of("Origin", "null"),
                Map.of("Sec-Fetch-Site", "cross-site", "Origin", "https://mail.example.com"),
                Map.of("Sec-Fetch-Site", "same-site"))) {
            var answer = browser.post("/login", fields, headers);
            assertThat(answer.status()).as(headers.toString()).isEqualTo(403);
        }
        fields.put("csrf", "guessed");
        assertThat(browser.post("/login", fields).status()).isEqualTo(403);
        assertThat(isLoggedIn(browser)).isFalse();
    }

    @Test
    void a_browser_that_names_only_the_origin_gets_in() {
        server.advance(Duration.ofMinutes(20));
        var browser = new Browser(server);
        var fields = Browser.fields(browser.get("/login"));
        fields.put("email", AUTHOR);
        fields.put("password", server.password());

        var answer = browser.post("/login", fields, Map.of("Origin", "https://mail.example.com"));

        assertThat(answer.status()).isEqualTo(303);
    }

    @Test
    void ten_wrong_passwords_for_one_author_are_enough_for_a_quarter_of_an_hour() {
        server.advance(Duration.ofMinutes(20));
        for (int attempt = 0; attempt < 10; attempt++) {
            assertThat(new Browser(server)
                            .logIn("throttled@example.com", "wrong")
                            .status())
                    .isEqualTo(422);
        }

        var eleventh = new Browser(server).logIn("Throttled@example.com", "wrong");

        assertThat(eleventh.status()).isEqualTo(429);
        assertThat(eleventh.raw().headers().firstValue("Retry-After")).isPresent();
        assertThat(new Browser(server).logIn(AUTHOR, server.password()).status())
                .as("others get in")
                .isEqualTo(303);
        server.advance(Duration.ofMinutes(16));
        assertThat(new Browser(server).logIn("throttled@example.com", "wrong").status())
                .isEqualTo(422);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example/", "//evil.example", "/\\evil.example", "/%5Cevil", "evil", "javascript:1"
            })
    void the_way_on_is_never_to_another_server(String next) {
        server.advance(Duration.ofMinutes(20));
        var browser = new Browser(server);
        var fields = Browser.fields(browser.get(
                "/login?next=" + java.net.URLEncoder.encode(next, java.nio.charset.StandardCharsets.UTF_8)));
        fields.put("next", next);
        fields.put("email", AUTHOR);
        fields.put("password", server.password());

        assertThat(location(browser.post("/login", fields))).isEqualTo("/");
    }
}
