package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.assertError;
import static reynard.testing.TestServer.json;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// What programs written for Kit do, and must be able to do here.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientHabitsTest {
    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @Test
    void an_empty_array_an_empty_object_or_nothing_is_a_body_without_fields() {
        var sequence = server.sequence();
        long tag = server.tag("Habit");
        long reader = server.subscriber("habit@example.org").id();
        for (var body : List.of("[]", "{}", "", " [ ] ", "\n")) {
            assertThat(server.post("/v4/tags/" + tag + "/subscribers/" + reader, body)
                            .status())
                    .isBetween(200, 201);
            assertThat(server.post(sequence.path() + "/subscribers/" + reader, body)
                            .status())
                    .isBetween(200, 201);
            assertThat(server.put(sequence.path(), body).status()).isEqualTo(200);
            assertThat(server.put("/v4/subscribers/" + reader, body).status()).isEqualTo(200);
            assertThat(server.send("DELETE", "/v4/tags/" + tag + "/subscribers/" + reader, body)
                            .status())
                    .isEqualTo(204);
            assertThat(server.send("DELETE", server.sequence().path(), body).status())
                    .isEqualTo(204);
            assertError(server.post("/v4/tags", body), 422, "Name can't be blank");
        }
    }

    @Test
    void booleans_in_the_query_have_four_spellings_and_empty_values_are_not_given() {
        for (var yes : List.of("1", "true")) {
            assertThat(server.get("/v4/tags?include_total_count=" + yes)
                            .at("/pagination")
                            .has("total_count"))
                    .isTrue();
        }
        for (var no : List.of("0", "false", "")) {
            assertThat(server.get("/v4/tags?include_total_count=" + no)
                            .at("/pagination")
                            .has("total_count"))
                    .isFalse();
        }
        assertThat(server.get(
                                "/v4/subscribers?after=&before=&per_page=&status=&created_after=&email_address=&include=&sort_field=")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void unknown_fields_and_parameters_are_ignored() {
        assertThat(server.post("/v4/tags", json("{'name':'Unknown','colour':'red','id':1,'created_at':5}"))
                        .status())
                .isEqualTo(201);
        assertThat(server.get("/v4/tags?colour=red").status()).isEqualTo(200);
    }

    @Test
    void any_content_type_or_none_will_do() {
        int count = 0;
        for (var type : List.of(
                "",
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8",
                "text/plain",
                "application/vnd.api+json",
                "application/x-www-form-urlencoded",
                "nonsense")) {
            var headers = new LinkedHashMap<>(Map.of("X-Kit-Api-Key", TestServer.API_KEY));
            if (!type.isEmpty()) {
                headers.put("Content-Type", type);
            }
            var body = json("{'name':'Type " + count++ + "'}").getBytes(StandardCharsets.UTF_8);
            assertThat(server.send("POST", "/v4/tags", body, headers).status())
                    .as(type)
                    .isEqualTo(201);
        }
    }

    @Test
    void a_trailing_slash_is_the_same_resource() {
        var sequence = server.sequence();

        assertThat(server.get("/v4/account/").body())
                .isEqualTo(server.get("/v4/account").body());
        assertThat(server.get(sequence.path() + "/").body())
                .isEqualTo(server.get(sequence.path()).body());
        assertThat(server.get(sequence.path() + "/emails/").status()).isEqualTo(200);
        assertThat(server.post("/v4/tags/", json("{'name':'Slash'}")).status()).isEqualTo(201);
    }

    @Test
    void HEAD_works_where_GET_does() {
        for (var path : List.of(
                "/v4/account",
                "/v4/subscribers",
                "/v4/tags",
                "/v4/sequences",
                server.sequence().path())) {
            var answer = server.send("HEAD", path, null);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.raw().body()).isEmpty();
            assertThat(answer.raw().headers().firstValue("Content-Type")).hasValue("application/json;charset=utf-8");
        }
        assertThat(server.send("HEAD", "/v4/sequences/999999", null).status()).isEqualTo(404);
        assertThat(server.send("HEAD", "/v4/nothing", null).status()).isEqualTo(404);
        assertThat(server.send("HEAD", "/v4/account", null, Map.of()).status()).isEqualTo(401);
    }

    @Test
    void an_empty_object_of_fields_may_be_an_array() {
        assertThat(server.post("/v4/subscribers", json("{'email_address':'php@example.org','fields':[]}"))
                        .status())
                .isEqualTo(201);
        assertError(
                server.post("/v4/subscribers", json("{'email_address':'php@example.org','fields':['x']}")),
                422,
                "fields must be an object");
    }

    @Test
    void the_same_things_at_the_same_moment_are_created_once_and_never_fail() {
        var sequence = server.sequence();
        long reader = server.subscriber("crowd@example.org").id();
        long tag = server.tag("Crowd");
        long other = server.subscriber("other@example.org").id();
        var calls = Map.<String, Callable<Answer>>of(
                "subscriber", () -> server.post("/v4/subscribers", json("{'email_address':'same@example.org'}")),
                "tag", () -> server.post("/v4/tags", json("{'name':'Same'}")),
                "field", () -> server.post("/v4/custom_fields", json("{'label':'Same'}")),
                "tagging", () -> server.post("/v4/tags/" + tag + "/subscribers/" + reader, "{}"),
                "enrollment", () -> server.post(sequence.path() + "/subscribers/" + reader, "{}"));
        calls.forEach((what, call) -> assertThat(atOnce(call))
                .as(what)
                .filteredOn(status -> status == 201)
                .hasSize(1));
        calls.forEach((what, call) -> assertThat(atOnce(call)).as(what).containsOnly(200));
        var moves = IntStream.range(0, 12)
                .mapToObj(i -> (Callable<Answer>) () -> server.put(
                        "/v4/subscribers/" + (i % 2 == 0 ? reader : other),
                        json("{'email_address':'moved@example.org'}")))
                .toList();
        assertThat(atOnce(moves)).containsOnly(200, 422);
    }

    @Test
    void two_edits_of_different_fields_at_once_both_last() {
        var sequence = server.sequence(TestServer.days("Hello", 1));
        var path = sequence.path() + "/emails/" + sequence.email("Hello");
        var fields = Map.of("subject", "'S%d'", "preview_text", "'P%d'", "content", "'C%d'");
        for (int round = 0; round < 5; round++) {
            int now = round;
            atOnce(fields.entrySet().stream()
                    .map(entry -> (Callable<Answer>) () -> server.put(
                            path,
                            json("{'" + entry.getKey() + "':" + entry.getValue().formatted(now) + "}")))
                    .toList());
            var email = server.get(path).at("/email");
            assertThat(email.get("subject").asText()).isEqualTo("S" + round);
            assertThat(email.get("preview_text").asText()).isEqualTo("P" + round);
            assertThat(email.get("content").asText()).isEqualTo("C" + round);
        }
    }

    private static List<Integer> atOnce(Callable<Answer> call) {
        return atOnce(java.util.Collections.nCopies(12, call));
    }

    private static List<Integer> atOnce(List<Callable<Answer>> calls) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = new java.util.ArrayList<Integer>();
            for (var future : threads.invokeAll(calls)) {
                statuses.add(future.get().status());
            }
            assertThat(statuses).allMatch(status -> status < 500);
            return statuses;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
