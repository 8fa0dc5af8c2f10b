package reynard.scenario;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.json;

import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Mail;

/// What becomes of emails that were due while their sequence was paused, or while no server ran.
@DisplayNameGeneration(ReplaceUnderscores.class)
class CatchUpTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void catchUp(TestServer.Sequence sequence, String settings) {
        var answer = server.put("/ext/v1/sequences/" + sequence.id(), json(settings));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
    }

    /// Paused before its email is due on Tuesday at nine, resumed on Thursday at noon.
    private TestServer.Reader pausedOver(TestServer.Sequence sequence) {
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        server.advance(ofDays(3));
        sequence.change("{'active':true}");
        server.settle();
        return reader;
    }

    private static Mail mail(String subject, String at) {
        return new Mail(subject, Instant.parse(at));
    }

    @Test
    void after_a_pause_an_email_goes_at_its_next_slot() {
        var reader = pausedOver(server.sequence(days("Tips", 1), hours("Soon", 1)));
        server.advance(ofDays(3));

        assertThat(reader.mail())
                .containsExactly(mail("Tips", "2026-01-09T09:00:00Z"), mail("Soon", "2026-01-09T10:00:00Z"));
    }

    @Test
    void at_once_sends_it_when_the_sequence_resumes_and_the_next_counts_from_then() {
        var sequence = server.sequence(days("Tips", 1), days("More", 1));
        catchUp(sequence, "{'catch_up':'at_once'}");
        var reader = pausedOver(sequence);
        server.advance(ofDays(3));

        assertThat(reader.mail())
                .containsExactly(mail("Tips", "2026-01-08T12:00:00Z"), mail("More", "2026-01-09T09:00:00Z"));
    }

    @Test
    void a_new_name_right_after_it_resumes_puts_nobody_off() {
        var sequence = server.sequence(days("Tips", 1));
        catchUp(sequence, "{'catch_up':'at_once'}");
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'active':false}");
        server.advance(ofDays(3));

        sequence.change("{'active':true}");
        sequence.change("{'name':'Renamed'}");
        server.settle();

        assertThat(reader.mail()).containsExactly(mail("Tips", "2026-01-08T12:00:00Z"));
    }

    @Test
    void spread_gives_each_reader_a_moment_of_their_own_within_the_hours() {
        var sequence = server.sequence(days("Tips", 1));
        catchUp(sequence, "{'catch_up':'spread','catch_up_hours':10}");
        var readers = new ArrayList<TestServer.Reader>();
        for (int i = 0; i < 20; i++) {
            readers.add(server.subscriber("reader" + i + "@example.org", sequence));
        }
        pausedOver(sequence);
        server.advance(ofHours(10));

        assertThat(readers)
                .extracting(reader -> reader.mail().getFirst().at())
                .doesNotHaveDuplicates()
                .allSatisfy(at -> assertThat(at)
                        .isBetween(Instant.parse("2026-01-08T12:00:00Z"), Instant.parse("2026-01-08T22:00:00Z")));
    }

    @Test
    void what_is_later_than_the_hours_is_skipped_and_said_so() {
        var sequence = server.sequence(days("Tips", 1), hours("Soon", 2));
        catchUp(sequence, "{'catch_up':'skip_if_later_than','catch_up_hours':24}");
        var reader = pausedOver(sequence);
        server.advance(ofDays(1));

        assertThat(reader.mail()).containsExactly(mail("Soon", "2026-01-08T14:00:00Z"));
        assertThat(reader.deliveries().getFirst().get("reason").asText()).isEqualTo("too_late");
        assertThat(reader.deliveries().getFirst().at("/detail/was_due_at").asText())
                .isEqualTo("2026-01-06T09:00:00Z");
    }

    @Test
    void what_is_not_later_than_the_hours_goes_at_once() {
        var sequence = server.sequence(days("Tips", 1));
        catchUp(sequence, "{'catch_up':'skip_if_later_than','catch_up_hours':72}");

        assertThat(pausedOver(sequence).mail()).containsExactly(mail("Tips", "2026-01-08T12:00:00Z"));
    }

    @Test
    void after_an_outage_an_email_goes_at_its_next_slot_and_a_chain_does_not_burst() {
        var sequence = server.sequence(days("Tips", 1), days("More", 1), hours("Soon", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        assertThat(afterAnOutage("2026-01-10T12:00:00Z", reader))
                .containsExactly(
                        mail("Tips", "2026-01-11T09:00:00Z"),
                        mail("More", "2026-01-12T09:00:00Z"),
                        mail("Soon", "2026-01-12T10:00:00Z"));
    }

    @Test
    void after_an_outage_at_once_means_when_the_server_is_back() {
        var sequence = server.sequence(days("Tips", 1), days("More", 1));
        catchUp(sequence, "{'catch_up':'at_once'}");
        var reader = server.subscriber("reader@example.org", sequence);
        assertThat(afterAnOutage("2026-01-10T12:00:00Z", reader))
                .containsExactly(mail("Tips", "2026-01-10T12:00:00Z"), mail("More", "2026-01-11T09:00:00Z"));
    }

    @Test
    void a_quarter_of_an_hour_is_no_outage() {
        var sequence = server.sequence(days("Tips", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advanceTo("2026-01-06T08:59:00Z");
        assertThat(afterAnOutage("2026-01-06T09:10:00Z", reader)).containsExactly(mail("Tips", "2026-01-06T09:10:00Z"));
    }

    /// The clock goes on while no server looks at it.
    private java.util.List<Mail> afterAnOutage(String until, TestServer.Reader reader) {
        server.settle();
        TestServer.sleepUntil(server.databaseUrl(), until);
        try (var back = server.another()) {
            back.resume();
            back.advance(ofDays(3));
        }
        return reader.mail();
    }

    @Test
    void the_settings_are_read_and_checked() {
        var sequence = server.sequence();
        var path = "/ext/v1/sequences/" + sequence.id();

        assertThat(server.get(path).at("/sequence/catch_up").asText()).isEqualTo("next_slot");
        assertThat(server.put(path, json("{'catch_up':'spread'}")).errors())
                .containsExactly("catch_up_hours can't be blank");
        assertThat(server.put(path, json("{'catch_up':'later','on_uncertain':'shrug'}"))
                        .errors())
                .containsExactly(
                        "catch_up must be one of: next_slot, at_once, spread, skip_if_later_than",
                        "on_uncertain must be one of: resend, hold");
        var saved = server.put(path, json("{'catch_up':'spread','catch_up_hours':6,'on_uncertain':'hold'}"));
        assertThat(saved.body()).isEqualTo(server.get(path).body());
        assertThat(saved.at("/sequence/catch_up_hours").asInt()).isEqualTo(6);
        assertThat(saved.at("/sequence/on_uncertain").asText()).isEqualTo("hold");
    }
}
