package reynard.access;

import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// The same request twice, by somebody who does not know whether the first came through (R25).
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RepetitionTest {
    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    private Answer post(String path, String key, String json) {
        return server.send(
                "POST",
                path,
                json.getBytes(StandardCharsets.UTF_8),
                Map.of("X-Kit-Api-Key", TestServer.API_KEY, "Idempotency-Key", key));
    }

    private Answer sequence(String key, String name) {
        return post("/v4/sequences", key, "{\"name\":\"" + name + "\"}");
    }

    private long sequencesNamed(String name) {
        var found = server.get("/v4/sequences?per_page=1000").at("/sequences");
        return found.findValuesAsText("name").stream().filter(name::equals).count();
    }

    @Test
    void what_comes_again_with_its_key_is_done_once_and_answered_the_same() {
        var first = sequence("order-1", "Once");
        var again = sequence("order-1", "Once");

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.raw().body()).isEqualTo(first.raw().body());
        assertThat(again.raw().headers().firstValue("Idempotency-Replayed")).contains("true");
        assertThat(sequencesNamed("Once")).isOne();
    }

    @Test
    void without_a_key_it_is_done_again() {
        server.post("/v4/sequences", "{\"name\":\"Twice\"}");
        server.post("/v4/sequences", "{\"name\":\"Twice\"}");

        assertThat(sequencesNamed("Twice")).isEqualTo(2);
    }

    @Test
    void a_key_of_one_request_is_refused_for_another() {
        sequence("order-2", "This");

        assertThat(sequence("order-2", "That").status()).isEqualTo(422);
        assertThat(post("/v4/tags", "order-2", "{\"name\":\"This\"}").status()).isEqualTo(422);
        assertThat(sequencesNamed("That")).isZero();
    }

    @Test
    void of_many_at_once_one_is_done_and_the_others_are_told_to_wait_or_get_its_answer() throws Exception {
        var requests = new ArrayList<Callable<Answer>>();
        for (int i = 0; i < 12; i++) {
            requests.add(() -> sequence("order-3", "Parallel"));
        }
        var answers = new ArrayList<Answer>();
        try (var work = Executors.newFixedThreadPool(12)) {
            for (var future : work.invokeAll(requests)) {
                answers.add(future.get());
            }
        }

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isIn(201, 409));
        assertThat(answers.stream()
                        .filter(answer -> answer.status() == 201)
                        .map(answer -> answer.raw().body())
                        .distinct())
                .hasSize(1);
        assertThat(sequencesNamed("Parallel")).isOne();
        assertThat(sequence("order-3", "Parallel").status()).isEqualTo(201);
    }

    @Test
    void a_request_that_was_refused_may_come_again_with_its_key() {
        assertThat(post("/v4/sequences", "order-4", "{}").status()).isEqualTo(422);
        assertThat(sequence("order-4", "Mended").status()).isEqualTo(201);
    }

    @Test
    void a_request_whose_server_died_before_it_answered_is_not_done_again() throws SQLException {
        sequence("order-5", "Unanswered");
        // As a server leaves it that dies between the work and its answer.
        execute("update repetition set answered_at = null, status = null, answer = null");

        var again = sequence("order-5", "Unanswered");

        assertThat(again.status()).isEqualTo(409);
        assertThat(again.errors().getFirst()).contains("was begun and has no answer");
        assertThat(sequencesNamed("Unanswered")).isOne();
    }

    @Test
    void an_enrollment_that_comes_again_mails_once_though_the_sequence_repeats() {
        var sequence = server.sequence(immediate("Hello"));
        server.put("/v4/sequences/" + sequence.id(), "{\"repeat\":true}");
        server.subscriber("eager@example.org");
        var path = "/v4/sequences/" + sequence.id() + "/subscribers";
        var json = "{\"email_address\":\"eager@example.org\"}";

        var first = post(path, "order-6", json);
        server.settle();
        var again = post(path, "order-6", json);
        server.settle();

        assertThat(List.of(first.status(), again.status())).containsExactly(201, 201);
        assertThat(server.get("/ext/v1/inbox?to=eager@example.org").at("/messages"))
                .hasSize(1);
    }

    @Test
    void a_key_belongs_to_its_account_for_a_day() {
        var stranger = server.stranger();
        sequence("order-7", "Mine");
        var theirs = server.send(
                "POST",
                "/v4/sequences",
                "{\"name\":\"Theirs\"}".getBytes(StandardCharsets.UTF_8),
                Map.of("X-Kit-Api-Key", stranger, "Idempotency-Key", "order-7"));
        assertThat(theirs.status()).isEqualTo(201);

        server.advance(ofHours(24));
        assertThat(sequence("order-7", "Mine").status()).isEqualTo(201);
        assertThat(sequencesNamed("Mine")).isEqualTo(2);
    }

    @Test
    void a_key_that_is_none_is_refused() {
        assertThat(sequence("", "Empty").status()).isEqualTo(422);
        assertThat(sequence("x".repeat(256), "Long").status()).isEqualTo(422);
    }

    @Test
    void what_is_kept_is_sealed_and_goes_when_somebody_is_erased() throws SQLException {
        var answer = post("/v4/subscribers", "order-8", "{\"email_address\":\"gone@example.org\"}");
        assertThat(execute("select answer from repetition where answer like '%gone@%'"))
                .isZero();

        server.delete("/ext/v1/subscribers/" + answer.at("/subscriber/id").asText());

        assertThat(execute("select answer from repetition where answer is not null and account_id = "
                        + "(select account_id from sequence order by id limit 1)"))
                .isZero();
    }

    /// @return how many rows there are in the answer
    private int execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            int rows = 0;
            if (statement.execute(sql)) {
                var found = statement.getResultSet();
                while (found.next()) {
                    rows++;
                }
            }
            return rows;
        }
    }
}
