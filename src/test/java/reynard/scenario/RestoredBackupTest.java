package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.MONDAY;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.cli.Main;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Mail;

/// A database that looks restored from a backup, or long asleep: nothing goes out until the operator has said what to
/// do with the emails that are overdue.
@DisplayNameGeneration(ReplaceUnderscores.class)
class RestoredBackupTest {
    private static final String STATUS = "/ext/v1/status";

    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static Mail mail(String subject, String at) {
        return new Mail(subject, Instant.parse(at));
    }

    private static Answer resume(TestServer server, String body) {
        return server.post("/ext/v1/sending/resume", json(body));
    }

    private static String state(TestServer server) {
        return server.get(STATUS).at("/sending/state").asText();
    }

    /// A server on the same database, at a moment up to which none ran.
    private void after(String moment, Consumer<TestServer> work) {
        server.settle();
        TestServer.sleepUntil(server.databaseUrl(), moment);
        try (var back = server.another()) {
            work.accept(back);
        }
    }

    @Test
    void
            after_a_day_without_a_server_and_with_an_email_overdue_sending_is_paused_and_the_status_says_why_and_since_when() {
        server.subscriber("reader@example.org", server.sequence(days("Tips", 1)));

        after("2026-01-07T12:00:00Z", back -> {
            assertThat(back.advance(ofDays(2))).isZero();

            var sending = back.get(STATUS).at("/sending");
            assertThat(sending.at("/state").asText()).isEqualTo("paused");
            assertThat(sending.at("/since").asText()).isEqualTo("2026-01-07T12:00:00Z");
            assertThat(sending.at("/cause").asText()).isEqualTo("asleep");
            assertThat(sending.at("/last_sign_at").asText()).isEqualTo(MONDAY);
            assertThat(sending.at("/overdue").asLong()).isEqualTo(1);
            assertThat(sending.at("/sentence").asText())
                    .isEqualTo("The last sign of a server was at 2026-01-05T12:00:00Z, 2 days before, and 1 email is "
                            + "overdue: the database was restored from a backup, or was long asleep.");
        });
    }

    @Test
    void while_it_is_paused_why_and_the_forecast_promise_no_date() {
        var sequence = server.sequence(days("Tips", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        after("2026-01-07T12:00:00Z", back -> {
            back.advance(ofDays(1));
            var why = "/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id();
            var line = back.get(why).at("/why/emails/0");
            assertThat(line.at("/verdict").asText()).isEqualTo("waiting");
            assertThat(line.at("/rule/code").asText()).isEqualTo("sending_paused");
            assertThat(line.at("/rule/cause").asText()).isEqualTo("asleep");
            assertThat(line.at("/sentence").asText())
                    .isEqualTo(
                            "“Tips” has no date yet: all sending waits for the operator since 2026-01-07T12:00:00Z.");
            assertThat(back.get("/ext/v1/forecast")
                            .at("/forecast/sending/since")
                            .asText())
                    .isEqualTo("2026-01-07T12:00:00Z");

            back.resume();
            assertThat(back.get(why).at("/why/emails/0/verdict").asText()).isEqualTo("will_send");
            assertThat(back.get("/ext/v1/forecast").at("/forecast/sending").isNull())
                    .isTrue();
        });
    }

    @Test
    void an_overdue_broadcast_waits_for_the_operator_too() {
        server.subscriber("reader@example.org");
        server.post(
                "/v4/broadcasts", json("{'subject':'News','content':'<p>Hello</p>','send_at':'2026-01-06T09:00:00Z'}"));

        after("2026-01-07T12:00:00Z", back -> {
            assertThat(back.advance(ofDays(1))).isZero();
            assertThat(back.get(STATUS).at("/sending/overdue").asLong()).isEqualTo(1);

            back.resume();
            assertThat(back.advance(ofDays(1))).isEqualTo(1);
        });
    }

    @Test
    void another_start_changes_nothing_about_it() {
        server.subscriber("reader@example.org", server.sequence(days("Tips", 1)));

        after("2026-01-07T12:00:00Z", back -> back.advance(ofDays(1)));
        try (var again = server.another()) {
            assertThat(again.advance(ofDays(1))).isZero();
            assertThat(again.get(STATUS).at("/sending/since").asText()).isEqualTo("2026-01-07T12:00:00Z");
        }
    }

    @Test
    void while_it_is_paused_people_join_and_authors_edit_and_nothing_goes_out() {
        var sequence = server.sequence(immediate("Welcome"));
        var late = server.sequence(days("Tips", 1));
        var reader = server.subscriber("reader@example.org", late);

        after("2026-01-07T12:00:00Z", back -> {
            var joined = back.post("/v4/sequences/" + sequence.id() + "/subscribers/" + reader.id(), "{}");
            assertThat(joined.status()).isEqualTo(201);
            assertThat(back.put(sequence.path(), json("{'send_hour':15}")).status())
                    .isEqualTo(200);
            assertThat(back.advance(ofDays(1))).isZero();
            assertThat(back.get("/ext/v1/deliveries").at("/deliveries")).isEmpty();

            back.resume();
            assertThat(back.advance(ofDays(1))).isEqualTo(2);
        });
    }

    @Test
    void resumed_with_catch_up_each_sequence_handles_what_is_overdue_as_it_says() {
        var patient = server.sequence(days("Tips", 1));
        var hasty = server.sequence(days("News", 1));
        server.put("/ext/v1/sequences/" + hasty.id(), json("{'catch_up':'at_once'}"));
        var reader = server.subscriber("reader@example.org", patient);
        reader.joins(hasty);

        after("2026-01-08T12:00:00Z", back -> {
            assertThat(resume(back, "{'overdue':'catch_up'}")
                            .at("/sending/state")
                            .asText())
                    .isEqualTo("on");
            back.advance(ofDays(1));
        });

        assertThat(reader.mail())
                .containsExactly(mail("News", "2026-01-08T12:00:00Z"), mail("Tips", "2026-01-09T09:00:00Z"));
    }

    @Test
    void what_was_due_until_a_moment_can_be_treated_as_sent_and_the_rest_of_the_course_keeps_its_dates() {
        var sequence = server.sequence(days("One", 1), days("Two", 1), days("Three", 1), days("Four", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        after("2026-01-08T12:00:00Z", back -> {
            resume(back, "{'overdue':'treat_as_sent','until':'2026-01-08T00:00:00Z'}");
            assertThat(state(back)).isEqualTo("resuming");
            back.advance(ofDays(2));
            assertThat(state(back)).isEqualTo("on");
        });

        // Three was due after that moment, at nine on Thursday, while no server ran: it is caught up with.
        assertThat(reader.mail())
                .containsExactly(mail("Three", "2026-01-09T09:00:00Z"), mail("Four", "2026-01-10T09:00:00Z"));
        assertThat(reader.deliveries())
                .extracting(row -> row.path("state").asText() + " "
                        + row.path("reason").asText() + " " + row.path("due_at").asText())
                .startsWith(
                        "skipped treated_as_sent 2026-01-06T09:00:00Z", "skipped treated_as_sent 2026-01-07T09:00:00Z");
        var why = server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id());
        assertThat(why.at("/why/emails/0/sentence").asText())
                .contains("said that all which was due until 2026-01-08T00:00:00Z had been sent");
    }

    @Test
    void what_was_queued_until_a_moment_can_be_treated_as_sent_too() {
        try (var deaf = TestServer.with(Relay.parse("smtp://127.0.0.1:1?starttls=off"))) {
            var sequence = deaf.sequence(immediate("One"), days("Two", 3));
            var reader = deaf.subscriber("reader@example.org", sequence);
            deaf.settle();
            TestServer.sleepUntil(deaf.databaseUrl(), "2026-01-07T12:00:00Z");
            try (var back = deaf.another()) {
                assertThat(back.get(STATUS).at("/sending/overdue").asLong()).isEqualTo(1);
                resume(back, "{'overdue':'treat_as_sent','until':'2026-01-07T12:00:00Z'}");
                back.advance(ofDays(3));
            }

            assertThat(reader.mail()).containsExactly(mail("Two", "2026-01-08T09:00:00Z"));
            assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("treated_as_sent");
        }
    }

    @Test
    void a_broadcast_that_was_due_can_be_treated_as_sent_whether_it_had_begun_or_not() {
        try (var deaf = TestServer.with(Relay.parse("smtp://127.0.0.1:1?starttls=off"))) {
            var reader = deaf.subscriber("reader@example.org");
            var news = "{'subject':'%s','content':'<p>Hello</p>','send_at':'%s'}";
            long begun = deaf.post("/v4/broadcasts", json(news.formatted("Begun", "2026-01-05T12:00:00Z")))
                    .at("/broadcast/id")
                    .asLong();
            long waiting = deaf.post("/v4/broadcasts", json(news.formatted("Waiting", "2026-01-06T09:00:00Z")))
                    .at("/broadcast/id")
                    .asLong();
            deaf.settle();
            TestServer.sleepUntil(deaf.databaseUrl(), "2026-01-07T12:00:00Z");
            try (var back = deaf.another()) {
                resume(back, "{'overdue':'treat_as_sent','until':'2026-01-07T12:00:00Z'}");
                back.advance(ofDays(3));
                for (long broadcast : List.of(begun, waiting)) {
                    assertThat(back.get("/v4/broadcasts/" + broadcast)
                                    .at("/broadcast/status")
                                    .asText())
                            .isEqualTo("completed");
                }
            }

            assertThat(reader.mail()).isEmpty();
            assertThat(reader.deliveries())
                    .extracting(delivery -> delivery.get("reason").asText())
                    .containsExactly("treated_as_sent");
        }
    }

    @Test
    void an_older_copy_of_the_database_repeats_nothing_that_was_sent_after_it_and_gives_out_other_ids() {
        var original = TestDatabase.fresh(Database::migrate);
        try (var before = TestServer.on(original)) {
            var sequence = before.sequence(days("One", 1), days("Two", 1), days("Three", 1));
            before.subscriber("a@example.org", sequence);
            before.subscriber("b@example.org", sequence);
            before.advance(ofDays(1));
        }
        var backup = TestDatabase.copyOf(original);
        long idAfterBackup;
        try (var lost = TestServer.on(original)) {
            assertThat(lost.advance(java.time.Duration.ofHours(23))).isEqualTo(2);
            idAfterBackup = lost.subscriber("c@example.org").id();
        }
        TestServer.sleepUntil(backup, "2026-01-07T11:00:00Z");
        try (var restored = TestServer.on(backup)) {
            assertThat(restored.get(STATUS).at("/sending/cause").asText()).isEqualTo("moved");
            assertThat(restored.settle()).isZero();
            resume(restored, "{'overdue':'treat_as_sent','until':'2026-01-07T11:00:00Z'}");
            restored.advance(ofDays(3));

            assertThat(restored.get("/ext/v1/inbox").each("messages", "subject"))
                    .containsExactly("Three", "Three", "One", "One");
            assertThat(restored.get("/ext/v1/inbox")
                            .at("/messages/0/received_at")
                            .asText())
                    .isEqualTo("2026-01-08T09:00:00Z");
            assertThat(restored.subscriber("d@example.org").id()).isGreaterThan(idAfterBackup);
        } finally {
            TestDatabase.drop(backup);
            TestDatabase.drop(original);
        }
    }

    @Test
    void after_an_hour_a_hundred_overdue_emails_are_enough() {
        var sequence = server.sequence(days("Tips", 1));
        for (int i = 0; i < 100; i++) {
            server.subscriber("reader" + i + "@example.org", sequence);
        }
        server.advanceTo("2026-01-06T08:30:00Z");

        after("2026-01-06T09:40:00Z", back -> {
            assertThat(back.settle()).isZero();
            assertThat(back.get(STATUS).at("/sending/overdue").asLong()).isEqualTo(100);
        });
    }

    @Test
    void a_few_hours_and_a_few_emails_are_an_outage_and_sending_goes_on_by_itself() {
        var reader = server.subscriber("reader@example.org", server.sequence(days("Tips", 1)));

        after("2026-01-06T11:59:00Z", back -> {
            assertThat(state(back)).isEqualTo("on");
            back.advance(ofDays(1));
        });

        assertThat(reader.mail()).containsExactly(mail("Tips", "2026-01-07T09:00:00Z"));
    }

    @Test
    void a_long_sleep_in_which_nothing_fell_due_needs_no_answer() {
        var reader = server.subscriber("reader@example.org", server.sequence(days("Tips", 30)));

        after("2026-01-20T12:00:00Z", back -> back.advance(ofDays(30)));

        assertThat(reader.mail()).containsExactly(mail("Tips", "2026-02-04T09:00:00Z"));
    }

    @Test
    void the_operator_resumes_from_the_command_line_too() {
        var reader = server.subscriber("reader@example.org", server.sequence(days("One", 1), days("Two", 1)));

        after("2026-01-07T08:00:00Z", back -> {
            assertThat(command("--treat-as-sent-until", "2026-01-07T08:00:01Z"))
                    .contains("--treat-as-sent-until must not be later than now, 2026-01-07T08:00:00Z");
            assertThat(command("--treat-as-sent-until", "now")).contains("1 email is overdue");
            back.advance(ofDays(1));
            assertThat(command()).contains("Sending is not paused.");
        });

        assertThat(reader.mail()).containsExactly(mail("Two", "2026-01-07T09:00:00Z"));
    }

    private String command(String... arguments) {
        var said = new StringWriter();
        var line = Main.commandLine().setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        var all = new java.util.ArrayList<>(
                java.util.List.of("resume", "--database-url=" + server.databaseUrl(), "--clock=virtual"));
        all.addAll(java.util.List.of(arguments));
        line.execute(all.toArray(String[]::new));
        return said.toString();
    }

    @Test
    void the_answer_of_the_operator_is_read_and_checked() {
        var from = "overdue must be one of: catch_up, treat_as_sent";
        assertThat(resume(server, "{}").errors()).containsExactly(from);
        assertThat(resume(server, "{'overdue':'shrug'}").errors()).containsExactly(from);
        assertThat(resume(server, "{'overdue':'treat_as_sent'}").errors()).containsExactly("until can't be blank");
        assertThat(resume(server, "{'overdue':'catch_up','until':'2026-01-05'}").errors())
                .containsExactly("until is for overdue treat_as_sent");
        assertThat(resume(server, "{'overdue':'treat_as_sent','until':'2026-01-06'}")
                        .errors())
                .containsExactly("until must not be later than now, 2026-01-05T12:00:00Z");
        assertThat(resume(server, "{'overdue':'catch_up'}").at("/sending/state").asText())
                .isEqualTo("on");
    }
}
