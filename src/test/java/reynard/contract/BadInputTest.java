package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.assertError;
import static reynard.testing.TestServer.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// Whatever comes, the answer is JSON with `errors`, never a 500, and nothing is half stored.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private final TestServer server = TestServer.start();
    private long subscriber;
    private long tag;
    private long sequence;
    private long email;
    private long template;
    private String before = "";

    @BeforeAll
    void fill() {
        var walk = server.sequence(TestServer.immediate("Hello"));
        sequence = walk.id();
        email = walk.email("Hello");
        subscriber = server.subscriber("a@example.org", walk).id();
        tag = server.tag("VIP");
        server.field("Role");
        template = server.get("/v4/email_templates").at("/email_templates/0/id").asLong();
        before = everything();
    }

    @AfterAll
    void nothing_has_changed() {
        try (server) {
            assertThat(everything()).isEqualTo(before);
        }
    }

    private String everything() {
        return Stream.of(
                        "/v4/account",
                        "/v4/subscribers?status=all",
                        "/v4/custom_fields",
                        "/v4/tags?include=subscriber_count",
                        "/v4/sequences",
                        "/v4/sequences/" + sequence + "/subscribers",
                        "/v4/sequences/" + sequence + "/emails?include_content=true",
                        "/v4/email_templates")
                .map(path -> server.get(path).raw().body())
                .reduce("", String::concat);
    }

    private List<String> bodyRoutes() {
        return List.of(
                "POST /v4/subscribers",
                "PUT /v4/subscribers/" + subscriber,
                "POST /v4/custom_fields",
                "POST /v4/tags",
                "POST /v4/tags/" + tag + "/subscribers",
                "DELETE /v4/tags/" + tag + "/subscribers",
                "POST /v4/sequences",
                "PUT /v4/sequences/" + sequence,
                "POST /v4/sequences/" + sequence + "/subscribers",
                "POST /v4/sequences/" + sequence + "/emails",
                "PUT /v4/sequences/" + sequence + "/emails/" + email);
    }

    private List<String> routes() {
        return Stream.concat(
                        bodyRoutes().stream(),
                        Stream.of(
                                "GET /v4/account",
                                "GET /v4/subscribers",
                                "GET /v4/subscribers/" + subscriber,
                                "POST /v4/subscribers/" + subscriber + "/unsubscribe",
                                "GET /v4/custom_fields",
                                "GET /v4/tags",
                                "POST /v4/tags/" + tag + "/subscribers/" + subscriber,
                                "DELETE /v4/tags/" + tag + "/subscribers/" + subscriber,
                                "GET /v4/sequences",
                                "GET /v4/sequences/" + sequence,
                                "DELETE /v4/sequences/" + sequence,
                                "GET /v4/sequences/" + sequence + "/subscribers",
                                "POST /v4/sequences/" + sequence + "/subscribers/" + subscriber,
                                "GET /v4/sequences/" + sequence + "/emails",
                                "GET /v4/sequences/" + sequence + "/emails/" + email,
                                "DELETE /v4/sequences/" + sequence + "/emails/" + email,
                                "GET /v4/email_templates",
                                "GET /v4/tags/" + tag + "/subscribers"))
                .toList();
    }

    private Answer send(String route, String body) {
        var parts = route.split(" ", 2);
        return server.send(parts[0], parts[1], body.isEmpty() ? null : body);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void without_a_good_key_every_route_is_401(String route) {
        var parts = route.split(" ", 2);
        for (var headers : List.of(
                Map.<String, String>of(),
                Map.of("X-Kit-Api-Key", "wrong-key-0123456789abcdef"),
                Map.of("X-Kit-Api-Key", ""),
                Map.of("X-Kit-Api-Key", TestServer.API_KEY + "x"),
                Map.of("X-Kit-Api-Key", "k".repeat(4_000)),
                Map.of("Authorization", "Bearer " + TestServer.API_KEY))) {
            assertError(server.send(parts[0], parts[1], null, headers), 401, "The access token is invalid");
        }
    }

    @Test
    void of_a_thousand_wrong_keys_the_first_are_401_then_429_and_the_right_one_still_works() {
        var statuses = new ArrayList<Integer>();
        // A server of its own: whoever guesses is remembered.
        try (var guessed = TestServer.start()) {
            for (int n = 0; n < 1_000; n++) {
                var headers = Map.of("X-Kit-Api-Key", TestServer.API_KEY.replaceFirst(".{4}$", "%04d".formatted(n)));
                statuses.add(guessed.send("GET", "/v4/account", null, headers).status());
            }
            assertThat(guessed.get("/v4/account").status()).isEqualTo(200);
        }
        assertThat(statuses.getFirst()).isEqualTo(401);
        assertThat(statuses.getLast()).isEqualTo(429);
        assertThat(statuses).containsOnly(401, 429).isSorted();
    }

    @Test
    void a_connection_that_is_given_up_is_said_to_be() {
        for (var line : List.of("GET /v4/subscribers/%00", "GET /v4/tags?after=" + "A".repeat(100_000))) {
            var answer = RawHttp.send(server, line, "", "", "keep-alive");
            assertThat(answer.status()).isIn(400, 414);
            assertThat(answer.head().toLowerCase(java.util.Locale.ROOT)).contains("connection: close");
        }
    }

    @Test
    void a_path_nobody_has_is_404_with_and_without_a_key() {
        for (var path : List.of("/v4/nothing", "/v4", "/v4/sequences/1/2/3", "/v5/account", "/v4/accounts")) {
            assertError(server.get(path), 404, "Not Found");
            assertError(server.send("GET", path, null, Map.of()), 404, "Not Found");
            assertError(server.post(path, "{}"), 404, "Not Found");
        }
    }

    @Test
    void a_doubled_slash_is_404() {
        for (var path : List.of(
                "/v4/subscribers//unsubscribe",
                "/v4//subscribers",
                "//v4/subscribers",
                "/v4/tags//subscribers",
                "/v4/sequences//emails",
                "/v4/subscribers//")) {
            assertError(server.post(path, "{}"), 404, "Not Found");
            assertError(server.get(path), 404, "Not Found");
        }
    }

    @Test
    void ids_that_are_none_are_404() {
        for (var id : List.of(
                "0",
                "999999",
                "abc",
                "-1",
                "1.0",
                "1e3",
                "9223372036854775808",
                "99999999999999999999",
                "%0d%0a",
                "%2e%2e",
                "1%2f2",
                "'",
                "1;drop",
                "%F0%9F%A6%8A",
                "%20" + subscriber,
                "٣")) {
            for (var path : List.of(
                    "/v4/subscribers/" + id,
                    "/v4/sequences/" + id,
                    "/v4/sequences/" + id + "/emails",
                    "/v4/sequences/" + sequence + "/emails/" + id,
                    "/v4/tags/" + id + "/subscribers")) {
                var answer = server.get(path);
                assertThat(answer.status()).as(path).isEqualTo(404);
                assertThat(answer.errors()).as(path).containsExactly("Not Found");
            }
        }
    }

    @Test
    void a_wrong_verb_is_405_and_says_which_are_right() {
        for (var route : List.of(
                "DELETE /v4/account",
                "PATCH /v4/sequences/" + sequence,
                "PUT /v4/tags",
                "OPTIONS /v4/subscribers",
                "DELETE /v4/subscribers",
                "POST /v4/email_templates",
                "PUT /v4/account")) {
            assertError(send(route, ""), 405, "Method Not Allowed");
        }
        var allow = send("PATCH /v4/sequences/" + sequence, "").raw().headers().firstValue("Allow");
        assertThat(allow.orElseThrow().split(", ")).containsExactlyInAnyOrder("GET", "HEAD", "PUT", "DELETE");
    }

    @Test
    void the_method_is_the_requests_own() {
        var answer = server.send(
                "POST",
                "/v4/sequences/" + sequence,
                null,
                Map.of("X-Kit-Api-Key", TestServer.API_KEY, "X-HTTP-Method-Override", "DELETE"));

        assertError(answer, 405, "Method Not Allowed");
    }

    @ParameterizedTest
    @MethodSource("bodyRoutes")
    void what_is_no_JSON_is_400(String route) {
        for (var body : List.of(
                "{",
                "{\"name\":}",
                "name=x",
                "{\"name\":NaN}",
                "{'name':'x'}",
                "{\"name\":\"x\"} {}",
                "{\"a\":1,\"a\":2}",
                "[".repeat(100_000),
                "{\"a\":".repeat(65) + "1" + "}".repeat(65),
                "{\"send_hour\":" + "9".repeat(41) + "}",
                "{\"" + "n".repeat(1_001) + "\":1}",
                "\"\\q\"",
                "\u0000")) {
            var started = System.nanoTime();
            var answer = send(route, body);
            assertThat(answer.status())
                    .as(body.substring(0, Math.min(40, body.length())))
                    .isEqualTo(400);
            assertThat(answer.errors()).hasSize(1);
            assertThat(answer.errors().getFirst().length()).isLessThan(300);
            assertThat(answer.errors().getFirst()).doesNotContain("Exception", "jackson");
            assertThat(System.nanoTime() - started).isLessThan(2_000_000_000L);
        }
    }

    @ParameterizedTest
    @MethodSource("bodyRoutes")
    void what_is_no_object_is_400(String route) {
        for (var body : List.of("5", "\"text\"", "true", "null", "[1]", "[{}]")) {
            assertError(send(route, body), 400, "The request body must be a JSON object");
        }
    }

    @ParameterizedTest
    @MethodSource("bodyRoutes")
    void what_is_no_UTF_8_is_400(String route) {
        var parts = route.split(" ", 2);
        for (var bytes : List.of(
                new byte[] {'{', '"', 'n', '"', ':', '"', (byte) 0xC0, (byte) 0xAF, '"', '}'},
                new byte[] {'{', '"', 'n', '"', ':', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', '}'},
                new byte[] {(byte) 0xFF, (byte) 0xFE, '{', 0, '}', 0},
                "{\"name\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1))) {
            var answer = server.send(parts[0], parts[1], bytes, Map.of("X-Kit-Api-Key", TestServer.API_KEY));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.errors()).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("bodyRoutes")
    void two_megabytes_are_413_with_and_without_a_length(String route) {
        var body = "{\"name\":\"" + "x".repeat(2_000_000) + "\"}";

        var whole = RawHttp.send(server, route, "Content-Length: " + body.length() + "\r\n", body);
        var chunked = RawHttp.send(
                server,
                route,
                "Transfer-Encoding: chunked\r\n",
                Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n");

        for (var answer : List.of(whole, chunked)) {
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.isJson()).isTrue();
            assertThat(answer.body()).contains("\"errors\"");
        }
    }

    @Test
    void a_body_that_nobody_reads_is_413_too_when_it_says_so() {
        var answer =
                RawHttp.send(server, "POST /v4/subscribers/999999/unsubscribe", "Content-Length: 2000000\r\n", "{}");

        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void broken_requests_are_JSON_too() {
        for (var line : List.of(
                "GET /v4/subscribers?email_address=%zz",
                "GET /v4/subscribers?email_address=%ff",
                "GET /v4/subscribers/%zz",
                "GET /v4/tags?after=" + "A".repeat(100_000),
                "BREW /v4/tags",
                "GET /v4/subscribers?email_address=a%00b",
                "GET /v4/%c0%af",
                "GET /v4/subscribers/%00",
                "GET /../../etc/passwd",
                "GET /v4/..;/tags",
                "GET /v4/tags?=&&=&%26")) {
            var answer = RawHttp.send(server, line, "", "");
            var what = line.substring(0, Math.min(60, line.length()));
            if (answer.status() != 200) {
                assertThat(answer.status()).as(what).isBetween(400, 499);
                assertThat(answer.isJson()).as(what).isTrue();
                assertThat(answer.body()).as(what).contains("{\"errors\":[");
            }
        }
        for (var headers : List.of(
                "X: " + "h".repeat(100_000) + "\r\n", "Content-Length: many\r\n", "Transfer-Encoding: rot13\r\n")) {
            var answer = RawHttp.send(server, "POST /v4/tags", headers, "");
            assertThat(answer.status()).isBetween(400, 499);
            assertThat(answer.body()).contains("{\"errors\":[");
        }
    }

    @Test
    void parameters_are_given_once_and_must_make_sense() {
        for (var query : List.of(
                "status=active&status=all",
                "include_total_count=maybe",
                "slim=2",
                "sort_field=email",
                "email_address=a%00b",
                "per_page=1;2",
                "created_after=1&created_after=2")) {
            var answer = server.get("/v4/subscribers?" + query);
            assertThat(answer.status()).as(query).isEqualTo(422);
            assertThat(answer.errors()).hasSize(1);
        }
        assertThat(server.get("/v4/tags?include=everything").status()).isEqualTo(422);
    }

    @Test
    void a_schedule_beyond_the_year_9999_is_refused() {
        var answer = server.post(
                "/ext/v1/schedule",
                json("{'time_zone':'Etc/UTC','send_hour':9,'entry_at':'9999-12-31T23:59:59Z',"
                        + "'emails':[{'delay_value':2,'delay_unit':'hours'}]}"));

        assertError(answer, 422, "emails must not go beyond the year 9999");
    }

    @Test
    void another_host_changes_no_answer() {
        var answer = RawHttp.send(
                server, "GET /v4/sequences", "X-Forwarded-Host: evil.example\r\nX-Forwarded-For: 1\r\n", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("evil");
    }

    @Test
    void answers_tell_browsers_to_keep_their_hands_off() {
        var headers = server.get("/v4/account").raw().headers();

        assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
        assertThat(headers.firstValue("Server")).isEmpty();
    }

    @Test
    void what_another_account_has_is_404_in_paths_and_unknown_in_bodies() {
        var key = Map.of("X-Kit-Api-Key", server.stranger());
        var foreign = List.of(
                "GET /v4/subscribers/" + subscriber,
                "PUT /v4/subscribers/" + subscriber,
                "POST /v4/subscribers/" + subscriber + "/unsubscribe",
                "POST /v4/tags/" + tag + "/subscribers",
                "DELETE /v4/tags/" + tag + "/subscribers",
                "GET /v4/tags/" + tag + "/subscribers",
                "POST /v4/tags/" + tag + "/subscribers/" + subscriber,
                "DELETE /v4/tags/" + tag + "/subscribers/" + subscriber,
                "GET /v4/sequences/" + sequence,
                "PUT /v4/sequences/" + sequence,
                "DELETE /v4/sequences/" + sequence,
                "GET /v4/sequences/" + sequence + "/subscribers",
                "POST /v4/sequences/" + sequence + "/subscribers",
                "POST /v4/sequences/" + sequence + "/subscribers/" + subscriber,
                "GET /v4/sequences/" + sequence + "/emails",
                "POST /v4/sequences/" + sequence + "/emails",
                "GET /v4/sequences/" + sequence + "/emails/" + email,
                "PUT /v4/sequences/" + sequence + "/emails/" + email,
                "DELETE /v4/sequences/" + sequence + "/emails/" + email);
        for (var route : foreign) {
            var parts = route.split(" ", 2);
            var body = parts[0].equals("GET") ? null : bytes("{'email_address':'a@example.org'}");
            var answer = server.send(parts[0], parts[1], body, key);
            assertThat(answer.status()).as(route).isEqualTo(404);
            assertError(answer, 404, "Not Found");
        }
        for (var list : List.of("subscribers", "tags", "custom_fields", "sequences")) {
            assertThat(server.send("GET", "/v4/" + list + "?include_total_count=true", null, key)
                            .at("/pagination/total_count")
                            .asInt())
                    .as(list)
                    .isZero();
        }
        assertError(
                server.send(
                        "POST",
                        "/v4/sequences",
                        bytes("{'name':'S','email_template_id':" + template
                                + ",'email_address':'author@example.com','exclude_subscriber_sources':[{'type':'tag','ids':["
                                + tag
                                + "]},{'type':'sequence','ids':[" + sequence + "]}]}"),
                        key),
                422,
                "email_address is not a valid sending address",
                "email_template_id not found",
                "exclude_subscriber_sources sequence not found: " + sequence,
                "exclude_subscriber_sources tag not found: " + tag);
        var own = server.send("POST", "/v4/sequences", bytes("{'name':'S'}"), key)
                .at("/sequence/id")
                .asLong();
        assertError(
                server.send(
                        "POST",
                        "/v4/sequences/" + own + "/emails",
                        bytes("{'subject':'H','delay_value':0,'delay_unit':'days','email_template_id':" + template
                                + "}"),
                        key),
                422,
                "email_template_id not found");
        assertError(
                server.send("POST", "/v4/sequences/" + own + "/subscribers/" + subscriber, null, key),
                404,
                "Not Found");
        assertError(
                server.send(
                        "POST",
                        "/v4/sequences/" + own + "/subscribers",
                        bytes("{'email_address':'a@example.org'}"),
                        key),
                404,
                "Not Found");
        assertError(server.send("GET", "/v4/sequences/" + own + "/emails/" + email, null, key), 404, "Not Found");
    }

    private static byte[] bytes(String body) {
        return json(body).getBytes(StandardCharsets.UTF_8);
    }
}
