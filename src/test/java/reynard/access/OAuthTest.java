package reynard.access;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.account.Accounts;
import reynard.account.Members;
import reynard.account.Role;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.testing.Browser;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OAuthTest {
    private static final String BACK = "https://client.example/back?from=reynard";
    private static final String NATIVE = "com.example.app:/back";

    private final TestServer server = TestServer.start();
    private final Browser browser = new Browser(server);
    private final Database database = Database.open(server.databaseUrl(), 2);
    private final IdBlocks ids = new IdBlocks(database);
    private final Apps apps = new Apps(database, ids, InstantSource.fixed(Instant.parse(TestServer.MONDAY)));
    private final Apps.Registered confidential = apps.register("Shop <b>", List.of(BACK, BACK + "2"), true);
    private final Apps.Registered open = apps.register("Reader", List.of(NATIVE), false);
    private final CodeVerifier verifier = new CodeVerifier();

    @BeforeAll
    void logIn() {
        assertThat(browser.logIn("author@example.com", server.password()).status())
                .isEqualTo(303);
    }

    @AfterAll
    void stop() {
        database.close();
        server.close();
    }

    // What an app does

    private Map<String, String> wish(Apps.Registered app) {
        var wish = new LinkedHashMap<String, String>();
        wish.put("client_id", app.app().clientId());
        wish.put("redirect_uri", app.app().redirectUris().getFirst());
        wish.put("response_type", "code");
        wish.put("state", "s t&ate");
        wish.put(
                "code_challenge",
                CodeChallenge.compute(CodeChallengeMethod.S256, verifier).getValue());
        wish.put("code_challenge_method", "S256");
        return wish;
    }

    private Answer ask(Map<String, String> wish) {
        return browser.get("/v4/oauth/authorize?" + Browser.form(wish));
    }

    private Answer decide(Map<String, String> wish, String decision) {
        // A session may be over after so many hours of other tests.
        if (ask(wish).status() == 303) {
            logIn();
        }
        var fields = Browser.fields(ask(wish));
        fields.put("decision", decision);
        return browser.post("/v4/oauth/authorize", fields);
    }

    private static Map<String, String> told(Answer redirect) {
        var query = URI.create(location(redirect)).getRawQuery();
        return Arrays.stream(query.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private static String location(Answer answer) {
        return answer.raw().headers().firstValue("Location").orElse("");
    }

    private String code(Apps.Registered app) {
        return code(wish(app));
    }

    private String code(Map<String, String> wish) {
        var code = told(decide(wish, "allow")).get("code");
        assertThat(code).isNotNull();
        return code;
    }

    private Map<String, String> exchange(Apps.Registered app, String code) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("grant_type", "authorization_code");
        fields.put("code", code);
        fields.put("redirect_uri", app.app().redirectUris().getFirst());
        fields.put("code_verifier", verifier.getValue());
        fields.put("client_id", app.app().clientId());
        app.secret().ifPresent(secret -> fields.put("client_secret", secret));
        return fields;
    }

    private Map<String, String> refresh(Apps.Registered app, String refreshToken) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("grant_type", "refresh_token");
        fields.put("refresh_token", refreshToken);
        fields.put("client_id", app.app().clientId());
        app.secret().ifPresent(secret -> fields.put("client_secret", secret));
        return fields;
    }

    private Answer post(String path, Map<String, String> fields) {
        return post(path, fields, Map.of());
    }

    private Answer post(String path, Map<String, String> fields, Map<String, String> more) {
        var headers = new HashMap<>(more);
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        return server.send("POST", path, Browser.form(fields).getBytes(StandardCharsets.UTF_8), headers);
    }

    private Answer token(Map<String, String> fields) {
        return post("/v4/oauth/token", fields);
    }

    private Answer tokens(Apps.Registered app) {
        var answer = token(exchange(app, code(app)));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer;
    }

    private static String access(Answer tokens) {
        return tokens.at("/access_token").asText();
    }

    private static String refresh(Answer tokens) {
        return tokens.at("/refresh_token").asText();
    }

    private Answer account(String accessToken) {
        return call("GET", "/v4/account", accessToken);
    }

    private Answer call(String method, String path, String accessToken) {
        return server.send(method, path, null, Map.of("Authorization", "Bearer " + accessToken));
    }

    private static void assertError(Answer answer, int status, String error) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(status);
        assertThat(answer.at("/error").asText()).isEqualTo(error);
        assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue("application/json;charset=utf-8");
        assertThat(answer.raw().headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    private static void assertInvalidToken(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.errors()).containsExactly("The access token is invalid");
    }

    // Asking

    @Test
    void only_an_owner_lets_an_app_in() {
        var accounts = new Accounts(database, ids, InstantSource.fixed(Instant.parse(TestServer.MONDAY)));
        var account = accounts.all().getFirst();
        database.useTx(tx -> {
            var editor = accounts.addUser(tx, "editor@example.com", "correct horse");
            new Members(database, InstantSource.fixed(Instant.parse(TestServer.MONDAY)))
                    .add(tx, account, editor.id(), Role.EDITOR);
        });
        var other = new Browser(server);
        other.logIn("editor@example.com", "correct horse");

        var asked = other.get("/v4/oauth/authorize?" + Browser.form(wish(confidential)));

        assertThat(asked.status()).isEqualTo(403);
        assertThat(asked.raw().body()).contains("Only an owner");
    }

    @Test
    void whoever_is_not_logged_in_logs_in_first_and_comes_back() {
        var stranger = new Browser(server);
        var path = "/v4/oauth/authorize?" + Browser.form(wish(confidential));

        var redirect = stranger.get(path);
        assertThat(redirect.status()).isEqualTo(303);
        var form = Browser.fields(stranger.get(location(redirect)));
        form.put("email", "author@example.com");
        form.put("password", server.password());

        assertThat(location(stranger.post("/login", form))).isEqualTo(path);
        assertThat(stranger.get(path).status()).isEqualTo(200);
    }

    @Test
    void the_page_says_who_asks_for_what_and_may_lead_only_there() {
        decide(wish(confidential), "deny");
        var page = ask(wish(confidential));

        assertThat(page.raw().body())
                .contains("Shop &lt;b&gt;", "Tea Letters", "author@example.com", "client.example", "read and change")
                .doesNotContain("Shop <b>");
        assertThat(page.raw().headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("form-action 'self' https://client.example;", "frame-ancestors 'none'");
        assertThat(page.raw().headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    @Test
    void an_unknown_app_or_address_is_told_to_the_author_and_leads_nowhere() {
        var wishes = List.of(
                Map.of("client_id", "unknown"),
                Map.of("client_id", ""),
                Map.of("redirect_uri", "https://evil.example/back"),
                Map.of("redirect_uri", BACK + "/"),
                Map.of("redirect_uri", BACK + "&x=1"),
                Map.of("redirect_uri", NATIVE),
                Map.of("redirect_uri", ""));
        for (var change : wishes) {
            var wish = wish(confidential);
            wish.putAll(change);
            var answer = ask(wish);
            assertThat(answer.status()).as(change.toString()).isEqualTo(400);
            assertThat(answer.raw().headers().firstValue("Location")).isEmpty();
        }
        var twice = browser.get(
                "/v4/oauth/authorize?" + Browser.form(wish(confidential)) + "&redirect_uri=https://evil.example");
        assertThat(twice.status()).isEqualTo(400);
    }

    @Test
    void what_else_is_wrong_is_told_to_the_app_with_its_state() {
        var faults = Map.of(
                Map.of("response_type", "token"), "unsupported_response_type",
                Map.of("response_type", ""), "invalid_request",
                Map.of("scope", "public admin"), "invalid_scope",
                Map.of("code_challenge_method", "plain"), "invalid_request",
                Map.of("code_challenge_method", ""), "invalid_request");
        faults.forEach((change, error) -> {
            var wish = wish(confidential);
            wish.putAll(change);
            wish.values().removeIf(String::isEmpty);
            var answer = ask(wish);
            assertThat(answer.status()).as(change.toString()).isEqualTo(303);
            assertThat(location(answer)).startsWith(BACK + "&");
            assertThat(told(answer)).containsEntry("error", error).containsEntry("state", "s t&ate");
        });
    }

    @Test
    void an_app_without_a_secret_must_send_a_challenge() {
        var wish = wish(open);
        wish.remove("code_challenge");
        wish.remove("code_challenge_method");

        assertThat(told(ask(wish))).containsEntry("error", "invalid_request");
    }

    @Test
    void whoever_says_no_gives_no_code() {
        var answer = decide(wish(confidential), "deny");

        assertThat(answer.status()).isEqualTo(303);
        assertThat(told(answer))
                .containsEntry("error", "access_denied")
                .containsEntry("state", "s t&ate")
                .doesNotContainKey("code");
    }

    @Test
    void a_consent_that_was_not_given_on_our_page_does_not_count() {
        decide(wish(confidential), "deny");
        var fields = Browser.fields(ask(wish(confidential)));
        fields.put("decision", "allow");

        var elsewhere = browser.post("/v4/oauth/authorize", fields, Map.of("Origin", "https://evil.example"));
        var silent = browser.post("/v4/oauth/authorize", fields, Map.of());
        var stranger = new Browser(server).post("/v4/oauth/authorize", fields);
        fields.put("csrf", "guessed");
        var guessed = browser.post("/v4/oauth/authorize", fields);

        for (var answer : List.of(elsewhere, silent, stranger, guessed)) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.raw().headers().firstValue("Location")).isEmpty();
        }
    }

    @Test
    void the_address_is_looked_at_again_when_the_answer_is_sent() {
        decide(wish(confidential), "deny");
        var fields = Browser.fields(ask(wish(confidential)));
        fields.put("decision", "allow");
        fields.put("redirect_uri", "https://evil.example/");

        assertThat(browser.post("/v4/oauth/authorize", fields).status()).isEqualTo(400);
    }

    // Codes

    @Test
    void a_code_becomes_two_tokens_that_open_the_account() {
        var answer = tokens(confidential);

        assertThat(answer.at("/token_type").asText()).isEqualTo("Bearer");
        assertThat(answer.at("/expires_in").asLong()).isEqualTo(7_200);
        assertThat(answer.at("/scope").asText()).isEqualTo("public");
        assertThat(answer.at("/created_at").asLong()).isEqualTo(server.now().getEpochSecond());
        assertThat(answer.raw().headers().firstValue("Cache-Control")).hasValue("no-store");
        var account = account(access(answer));
        assertThat(account.status()).isEqualTo(200);
        assertThat(account.at("/account/name").asText()).isEqualTo("Tea Letters");
    }

    @Test
    void an_app_without_a_secret_shows_its_verifier_instead() {
        var answer = tokens(open);

        assertThat(account(access(answer)).status()).isEqualTo(200);
        assertThat(token(refresh(open, refresh(answer))).status()).isEqualTo(200);
    }

    @Test
    void a_secret_may_come_in_the_header_and_the_rest_as_json() {
        var fields = exchange(confidential, code(confidential));
        fields.remove("client_secret");
        var basic = Base64.getEncoder()
                .encodeToString((confidential.app().clientId() + ":"
                                + confidential.secret().orElseThrow())
                        .getBytes(StandardCharsets.US_ASCII));

        var answer = server.send(
                "POST",
                "/v4/oauth/token",
                text(fields).getBytes(StandardCharsets.UTF_8),
                Map.of("Authorization", "Basic " + basic, "Content-Type", "application/json"));

        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
    }

    @Test
    void without_a_challenge_a_secret_is_enough() {
        var wish = wish(confidential);
        wish.remove("code_challenge");
        wish.remove("code_challenge_method");
        var fields = exchange(confidential, code(wish));
        fields.remove("code_verifier");

        assertThat(token(fields).status()).isEqualTo(200);
    }

    @Test
    void an_unknown_app_or_a_wrong_secret_is_an_invalid_client() {
        var code = code(confidential);
        for (var change : List.of(
                Map.of("client_secret", "wrong"),
                Map.of("client_secret", ""),
                Map.of("client_id", "unknown"),
                Map.of("client_id", open.app().clientId()))) {
            var fields = exchange(confidential, code);
            fields.putAll(change);
            fields.values().removeIf(String::isEmpty);
            assertError(token(fields), 401, "invalid_client");
        }
        var basic = Base64.getEncoder().encodeToString("unknown:wrong".getBytes(StandardCharsets.US_ASCII));
        var fields = exchange(confidential, code);
        fields.remove("client_secret");
        fields.remove("client_id");
        var answer = post("/v4/oauth/token", fields, Map.of("Authorization", "Basic " + basic));
        assertError(answer, 401, "invalid_client");
        assertThat(answer.raw().headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Basic");
        assertThat(token(exchange(confidential, code)).status())
                .as("the code is good all the same")
                .isEqualTo(200);
    }

    @Test
    void a_code_is_good_for_its_app_its_address_and_its_verifier_only() {
        var other = apps.register("Other", List.of(BACK), true);
        var code = code(confidential);

        assertError(token(exchange(other, code)), 400, "invalid_grant");
        for (var change : List.of(
                Map.of("redirect_uri", BACK + "2"),
                Map.of("redirect_uri", ""),
                Map.of("code_verifier", new CodeVerifier().getValue()),
                Map.of("code_verifier", ""),
                Map.of("code", "unknown"))) {
            var fields = exchange(confidential, code);
            fields.putAll(change);
            fields.values().removeIf(String::isEmpty);
            assertError(token(fields), 400, "invalid_grant");
        }
        assertThat(token(exchange(confidential, code)).status()).isEqualTo(200);
    }

    @Test
    void a_verifier_for_a_code_without_a_challenge_is_refused() {
        var wish = wish(confidential);
        wish.remove("code_challenge");
        wish.remove("code_challenge_method");

        assertError(token(exchange(confidential, code(wish))), 400, "invalid_grant");
    }

    @Test
    void a_code_shown_twice_ends_what_it_has_opened() {
        var code = code(confidential);
        var first = token(exchange(confidential, code));

        assertError(token(exchange(confidential, code)), 400, "invalid_grant");
        assertInvalidToken(account(access(first)));
        assertError(token(refresh(confidential, refresh(first))), 400, "invalid_grant");
    }

    @Test
    void a_code_ends_after_five_minutes() {
        var late = code(confidential);
        server.advance(Duration.ofMinutes(5));

        assertError(token(exchange(confidential, late)), 400, "invalid_grant");
    }

    @Test
    void a_message_that_is_none_is_an_invalid_request() {
        var fields = exchange(confidential, "x");
        assertError(token(with(fields, "grant_type", "password")), 400, "invalid_request");
        assertError(token(with(fields, "grant_type", "client_credentials")), 400, "unsupported_grant_type");
        assertError(token(with(fields, "grant_type", "magic")), 400, "unsupported_grant_type");
        assertError(token(with(fields, "grant_type", "")), 400, "invalid_request");
        assertError(token(with(fields, "code", "")), 400, "invalid_request");
        assertThat(token(Map.of()).status()).isEqualTo(400);
        assertThat(server.send("POST", "/v4/oauth/token", "[".getBytes(StandardCharsets.US_ASCII), Map.of())
                        .status())
                .isEqualTo(400);
    }

    private static Map<String, String> with(Map<String, String> fields, String name, String value) {
        var changed = new LinkedHashMap<>(fields);
        changed.put(name, value);
        changed.values().removeIf(String::isEmpty);
        return changed;
    }

    // Tokens

    @Test
    void an_access_token_ends_after_two_hours_and_says_so() {
        var answer = tokens(confidential);
        server.advance(Duration.ofHours(2).minusSeconds(1));
        assertThat(account(access(answer)).status()).isEqualTo(200);
        server.advance(Duration.ofSeconds(1));

        var expired = account(access(answer));

        assertThat(expired.status()).isEqualTo(401);
        assertThat(expired.errors()).containsExactly("The access token expired");
        assertThat(expired.raw().headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer");
        assertThat(account(access(token(refresh(confidential, refresh(answer)))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_refresh_token_that_is_shown_twice_ends_the_whole_family() {
        var first = tokens(confidential);
        var second = token(refresh(confidential, refresh(first)));
        assertThat(account(access(second)).status()).isEqualTo(200);

        assertError(token(refresh(confidential, refresh(first))), 400, "invalid_grant");

        assertInvalidToken(account(access(first)));
        assertInvalidToken(account(access(second)));
        assertError(token(refresh(confidential, refresh(second))), 400, "invalid_grant");
    }

    @Test
    void another_consent_of_the_same_author_is_another_family() {
        var stolen = tokens(confidential);
        var other = tokens(confidential);
        token(refresh(confidential, refresh(stolen)));
        token(refresh(confidential, refresh(stolen)));

        assertThat(account(access(other)).status()).isEqualTo(200);
    }

    @Test
    void a_refresh_token_is_good_for_its_app_only_and_for_half_a_year() {
        var answer = tokens(confidential);

        assertError(token(refresh(open, refresh(answer))), 400, "invalid_grant");
        assertError(token(refresh(confidential, "unknown")), 400, "invalid_grant");
        assertError(token(refresh(confidential, access(answer))), 400, "invalid_grant");
        server.advance(Tokens.REFRESH_LIFETIME);
        assertError(token(refresh(confidential, refresh(answer))), 400, "invalid_grant");
    }

    @Test
    void a_scope_can_become_narrower_and_never_wider() {
        var wish = wish(confidential);
        wish.put("scope", "read write");
        var tokens = token(exchange(confidential, code(wish)));
        assertThat(tokens.at("/scope").asText()).isEqualTo("read write");

        var wider = with(refresh(confidential, refresh(tokens)), "scope", "public");
        assertError(token(wider), 400, "invalid_scope");
        var unknown = with(refresh(confidential, refresh(tokens)), "scope", "admin");
        assertError(token(unknown), 400, "invalid_scope");
        var reading = token(with(refresh(confidential, refresh(tokens)), "scope", "read"));

        assertThat(reading.at("/scope").asText()).isEqualTo("read");
        assertThat(account(access(reading)).status()).isEqualTo(200);
        var refused = call("DELETE", "/v4/custom_fields/1", access(reading));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.errors())
                .containsExactly(
                        "You do not have sufficient permissions to access this resource. Please contact support.");
        assertThat(token(refresh(confidential, refresh(reading))).at("/scope").asText())
                .as("the grant is as wide as before")
                .isEqualTo("read write");
    }

    @Test
    void a_revoked_access_token_opens_nothing_and_its_refresh_token_still_does() {
        var tokens = tokens(confidential);
        var revoked = post("/v4/oauth/revoke", revoking(confidential, access(tokens)));

        assertThat(revoked.status()).isEqualTo(200);
        assertThat(revoked.raw().body()).isEqualTo("{}");
        assertInvalidToken(account(access(tokens)));
        assertThat(token(refresh(confidential, refresh(tokens))).status()).isEqualTo(200);
    }

    @Test
    void a_revoked_refresh_token_ends_the_whole_family() {
        var tokens = tokens(confidential);
        post("/v4/oauth/revoke", revoking(confidential, refresh(tokens)));

        assertInvalidToken(account(access(tokens)));
        assertError(token(refresh(confidential, refresh(tokens))), 400, "invalid_grant");
    }

    @Test
    void nobody_revokes_anothers_token_and_nobody_learns_whether_it_is_one() {
        var tokens = tokens(confidential);

        assertThat(post("/v4/oauth/revoke", revoking(open, access(tokens))).status())
                .isEqualTo(200);
        assertThat(post("/v4/oauth/revoke", revoking(open, refresh(tokens))).status())
                .isEqualTo(200);
        assertThat(post("/v4/oauth/revoke", revoking(confidential, "unknown")).status())
                .isEqualTo(200);
        assertError(
                post("/v4/oauth/revoke", with(revoking(confidential, access(tokens)), "client_secret", "wrong")),
                401,
                "invalid_client");
        assertError(post("/v4/oauth/revoke", with(revoking(confidential, "x"), "token", "")), 400, "invalid_request");
        assertThat(account(access(tokens)).status()).isEqualTo(200);
    }

    private static Map<String, String> revoking(Apps.Registered app, String token) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("token", token);
        fields.put("client_id", app.app().clientId());
        app.secret().ifPresent(secret -> fields.put("client_secret", secret));
        return fields;
    }

    @Test
    void revoking_an_app_ends_all_its_tokens() {
        var app = apps.register("Short-lived", List.of(BACK), true);
        var tokens = tokens(app);

        assertThat(apps.revoke(app.app().id())).isTrue();

        assertInvalidToken(account(access(tokens)));
        assertError(token(refresh(app, refresh(tokens))), 401, "invalid_client");
        assertThat(ask(wish(app)).status()).isEqualTo(400);
        assertThat(apps.revoke(app.app().id())).isFalse();
    }

    @Test
    void a_personal_token_opens_the_account_until_it_is_revoked() {
        var key = server.stranger();
        server.useKey(key);
        var token = server.token();
        server.useKey(TestServer.API_KEY);

        assertThat(account(token).at("/account/name").asText()).isEqualTo("Stranger");
        var tokens = new Tokens(database, ids, InstantSource.fixed(Instant.parse(TestServer.MONDAY)));
        var owner = new reynard.account.ApiKeys(database, ids, InstantSource.system())
                .find(key)
                .orElseThrow()
                .account();
        var grant = tokens.list(owner).getFirst();
        assertThat(grant.expiresAt()).isEmpty();
        assertThat(tokens.revoke(owner, grant.id())).isTrue();
        assertInvalidToken(account(token));
    }

    @Test
    void of_a_key_and_a_token_the_token_decides() {
        var bad = server.send(
                "GET",
                "/v4/account",
                null,
                Map.of("X-Kit-Api-Key", TestServer.API_KEY, "Authorization", "Bearer unknown"));
        var other = server.send(
                "GET", "/v4/account", null, Map.of("X-Kit-Api-Key", TestServer.API_KEY, "Authorization", "Basic dTpw"));

        assertInvalidToken(bad);
        assertThat(other.status()).as("a proxy's own password is none of ours").isEqualTo(200);
    }

    @Test
    void no_secret_is_in_the_database() {
        var code = code(confidential);
        var tokens = token(exchange(confidential, code));

        var dump = database.inTx(tx -> tx.query("""
                        select (select string_agg(c::text, ' ') from authorization_code c)
                               || (select string_agg(a::text, ' ') from access_token a)
                               || (select string_agg(r::text, ' ') from refresh_token r)
                               || (select string_agg(s::text, ' ') from session s)
                               || (select string_agg(p::text, ' ') from app p)
                        """).mapTo(String.class).one());

        assertThat(dump)
                .contains(BACK)
                .doesNotContain(
                        code.substring(13),
                        access(tokens),
                        refresh(tokens),
                        confidential.secret().orElseThrow(),
                        browser.cookies().get("__Host-reynard_session"));
    }

    @Test
    void what_has_ended_is_forgotten_a_day_later_and_nothing_else() {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        var then = new Tokens(database, ids, InstantSource.fixed(now));
        var account = database.inTx(tx -> tx.query("select id from account order by id limit 1")
                .mapTo(Long.class)
                .one());
        var owner = new reynard.id.AccountId(account);
        var code = then.consent(owner, confidential.app(), BACK, java.util.Optional.empty(), Scope.PUBLIC);
        var pair = ((Tokens.Exchange.Issued)
                        then.exchangeCode(confidential.app(), code, BACK, java.util.Optional.empty()))
                .pair();
        var later = new Tokens(database, ids, InstantSource.fixed(now.plus(Duration.ofDays(2))));
        later.sweep();

        assertThat(later.find(pair.accessToken())).isInstanceOf(Tokens.Found.Unknown.class);
        assertThat(later.refresh(confidential.app(), pair.refreshToken(), java.util.Optional.empty()))
                .isInstanceOf(Tokens.Exchange.Issued.class);
        var end = new Tokens(database, ids, InstantSource.fixed(now.plus(Duration.ofDays(400))));
        end.sweep();
        assertThat(end.list(owner)).noneMatch(grant -> grant.app().isPresent());
    }
}
