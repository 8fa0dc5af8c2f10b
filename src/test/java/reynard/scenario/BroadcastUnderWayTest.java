package reynard.scenario;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

/// What happens while a broadcast is being sent: its first emails stand at the relay, and the rest is yet to be queued.
@DisplayNameGeneration(ReplaceUnderscores.class)
class BroadcastUnderWayTest {
    private static final int PEOPLE = 700;

    private final FakeSmtp relay = FakeSmtp.start();
    private final CountDownLatch gate = new CountDownLatch(1);
    private String database;

    @BeforeEach
    void prepare() {
        database = TestDatabase.fresh(Database::migrate);
    }

    @AfterEach
    void stop() {
        gate.countDown();
        relay.close();
        TestDatabase.drop(database);
    }

    private TestServer server() {
        return TestServer.on(database, Relay.parse(relay.url()));
    }

    private static String scheduled(TestServer server, String more) {
        return server.post(
                        "/v4/broadcasts",
                        json("{'subject':'News','content':'<p>Hi</p>','send_at':'" + TestServer.MONDAY + "'" + more
                                + "}"))
                .at("/broadcast/id")
                .asText();
    }

    /// Runs what is due until emails stand at the relay, does something, and lets them go.
    private void during(TestServer server, Runnable event) {
        var mail = relay.on(Verb.MAIL, 250, "2.1.0 ok");
        relay.on(Verb.RCPT, 250, "2.1.5 ok").after(gate);
        var sending = CompletableFuture.supplyAsync(server::settle);
        mail.awaitAnswered();
        event.run();
        gate.countDown();
        sending.join();
    }

    private List<String> recipients() {
        return relay.messages().stream().map(FakeSmtp.Received::recipient).toList();
    }

    @Test
    void who_gets_the_tag_in_the_middle_gets_it_if_the_walk_has_not_come_by() {
        try (var server = server()) {
            long tea = server.tag("Tea");
            var early = server.subscriber("early@example.org");
            Sql.people(database, PEOPLE);
            Sql.run(
                    database,
                    "insert into tagging (account_id, tag_id, subscriber_id, id, tagged_at)"
                            + " select account_id, " + tea + ", id, id, created_at from subscriber"
                            + " where email_address like 'p%' and email_address <> 'p" + PEOPLE + "@example.org'");
            var late = server.subscriber("p" + PEOPLE + "@example.org");
            scheduled(server, ",'subscriber_filter':[{'any':[{'type':'tag','ids':[" + tea + "]}]}]");

            during(server, () -> {
                early.getsTag(tea);
                late.getsTag(tea);
            });

            assertThat(recipients()).hasSize(PEOPLE).doesNotHaveDuplicates();
            assertThat(recipients()).noneMatch(recipient -> recipient.contains("early"));
            assertThat(recipients()).anyMatch(recipient -> recipient.contains(late.email()));
        }
    }

    @Test
    void a_broadcast_that_is_stopped_takes_back_what_is_queued_and_counts_what_is_sent() {
        try (var server = server()) {
            server.subscriber("first@example.org");
            Sql.people(database, PEOPLE);
            var id = scheduled(server, "");

            during(
                    server,
                    () -> assertThat(server.post("/ext/v1/broadcasts/" + id + "/abort", "{}")
                                    .at("/broadcast/status")
                                    .asText())
                            .isEqualTo("aborted"));
            server.advance(ofDays(7));

            int sent = relay.messages().size();
            assertThat(sent).isLessThan(50);
            var stats = server.get("/v4/broadcasts/" + id + "/stats").at("/broadcast/stats");
            assertThat(stats.get("status").asText()).isEqualTo("aborted");
            assertThat(stats.get("recipients").asInt()).isEqualTo(sent);
            assertThat(stats.get("progress").asDouble()).isLessThan(100);
            assertThat(Sql.count(
                            database,
                            "select count(*) from delivery where broadcast_id = " + id + " and state = 'skipped'"
                                    + " and reason = 'broadcast_aborted'"))
                    .isGreaterThan(400);
            assertThat(server.put("/v4/broadcasts/" + id, json("{'subject':'Again'}"))
                            .errors())
                    .containsExactly("Broadcast is already sending.");
        }
    }

    @Test
    void who_leaves_in_the_middle_gets_none() {
        try (var server = server()) {
            server.subscriber("first@example.org");
            Sql.people(database, PEOPLE);
            var leaves = server.subscriber("leaves@example.org");
            scheduled(server, "");

            during(server, leaves::unsubscribes);

            assertThat(recipients()).hasSize(PEOPLE + 1).noneMatch(recipient -> recipient.contains("leaves"));
        }
    }

    @Test
    void a_server_killed_in_the_middle_goes_on_where_it_was_and_nobody_is_missing_or_gets_it_twice_unnamed() {
        String id;
        try (var server = server()) {
            server.subscriber("first@example.org");
            Sql.people(database, PEOPLE);
            id = scheduled(server, "");
        }
        // The relay keeps silent before it takes anything: what is under way has not arrived.
        var mail = relay.on(Verb.MAIL, 250, "2.1.0 ok");
        relay.on(Verb.RCPT).staysSilent();
        killWhen(mail::awaitAnswered);
        assertThat(relay.messages()).isEmpty();
        relay.behave();
        killWhen(() -> relay.awaitMessages(100));

        try (var server = server()) {
            server.advance(ofHours(1));

            assertThat(Set.copyOf(recipients())).hasSize(PEOPLE + 1);
            assertThat(Sql.count(database, "select count(*) from delivery where uncertain_at is not null"))
                    .isGreaterThanOrEqualTo(recipients().size() - (PEOPLE + 1));
            assertThat(server.get("/v4/broadcasts/" + id)
                            .at("/broadcast/status")
                            .asText())
                    .isEqualTo("completed");
        }
    }

    private void killWhen(Runnable reached) {
        try (var process = ServerProcess.start(database, relay.url());
                var http = HttpClient.newHttpClient()) {
            var advance = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + process.port() + "/ext/v1/clock/advance"))
                    .header("X-Kit-Api-Key", TestServer.API_KEY)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"by\":\"PT0S\"}"))
                    .build();
            var answer = http.sendAsync(advance, HttpResponse.BodyHandlers.discarding());
            reached.run();
            process.kill();
            answer.cancel(true);
        }
    }
}
