package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class ScheduleChangesTest extends Scenario {
    @Test
    void a_changed_hour_moves_everyone_who_waits_each_from_their_own_anchor() {
        var sequence = server.sequence(days("Hello", 2));
        var first = server.subscriber("first@example.org", sequence);
        server.advance(ofDays(1));
        var second = server.subscriber("second@example.org", sequence);

        sequence.change("{'send_hour':17}");
        server.advance(ofDays(10));

        assertThat(first.mail()).containsExactly(mail("Hello", "07T17:00"));
        assertThat(second.mail()).containsExactly(mail("Hello", "08T17:00"));
    }

    @Test
    void an_hour_that_has_passed_today_means_the_next_allowed_slot_and_never_at_once() {
        var sequence = server.sequence(days("Hello", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T08:00");

        sequence.change("{'send_hour':7}");
        server.settle();
        assertThat(reader.mail()).isEmpty();
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "07T07:00"));
    }

    @Test
    void changed_days_move_an_email_later_or_earlier() {
        var sequence =
                server.sequence("{'send_hour':9,'time_zone':'Etc/UTC','send_days':['friday']}", days("Hello", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.change("{'send_days':['sunday']}");
        server.settle();
        sequence.change("{'send_days':['thursday','sunday']}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T09:00"));
    }

    @Test
    void a_changed_zone_moves_the_date_and_the_day_that_is_counted_from() {
        var sequence = server.sequence(days("Hello", 1));
        advanceTo("05T20:00");
        var reader = server.subscriber("reader@example.org", sequence);

        // Already the 6th in Tokyo.
        sequence.change("{'time_zone':'Asia/Tokyo'}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "07T00:00"));
    }

    @Test
    void emails_in_hours_do_not_move() {
        var sequence = server.sequence(hours("Hello", 30));
        var reader = server.subscriber("reader@example.org", sequence);

        sequence.change("{'send_hour':3,'send_days':['friday'],'time_zone':'Asia/Tokyo'}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "06T18:00"));
    }

    @Test
    void an_email_that_is_queued_keeps_its_time() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(1);
            var sequence = server.sequence(immediate("One"), days("Two", 1));
            var reader = server.subscriber("reader@example.org", sequence);
            server.settle();
            var before = reader.deliveries().getFirst();

            sequence.change("{'send_hour':22,'send_days':['sunday']}");
            server.settle();
            assertThat(reader.deliveries().getFirst().get("next_attempt_at")).isEqualTo(before.get("next_attempt_at"));
            server.advance(ofDays(10));

            assertThat(reader.deliveries())
                    .extracting(delivery -> delivery.get("due_at").asText())
                    .containsExactly("2026-01-05T12:00:00Z", "2026-01-11T22:00:00Z");
            assertThat(reader.deliveries().getFirst().get("settled_at").asText())
                    .startsWith("2026-01-05T12:");
        }
    }

    @Test
    void a_change_taken_back_leaves_every_date_as_it_was() {
        var sequence = server.sequence(days("Hello", 3));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(1));

        sequence.change("{'send_hour':20,'send_days':['sunday']}");
        server.settle();
        sequence.change(
                "{'send_hour':9,'send_days':['monday','tuesday','wednesday','thursday','friday','saturday','sunday']}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "08T09:00"));
    }

    @Test
    void who_has_had_an_email_at_the_old_hour_gets_the_next_at_the_new_one() {
        var sequence = server.sequence(days("One", 1), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        advanceTo("06T10:00");

        sequence.change("{'send_hour':18}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("One", "06T09:00"), mail("Two", "07T18:00"));
    }

    @Test
    void how_far_the_people_are_moved_is_seen_in_the_status() {
        var sequence = server.sequence(days("Hello", 1));
        for (int i = 0; i < 3; i++) {
            server.subscriber("reader" + i + "@example.org", sequence);
        }
        server.settle();
        assertThat(server.get("/ext/v1/status").at("/replanning")).isEmpty();

        sequence.change("{'send_hour':18}");
        var replanning = server.get("/ext/v1/status").at("/replanning/0");
        assertThat(replanning.at("/sequence_id").asLong()).isEqualTo(sequence.id());
        assertThat(replanning.at("/done").asLong()).isZero();
        assertThat(replanning.at("/of").asLong()).isEqualTo(3);
        assertThat(replanning.at("/since").asText()).isEqualTo("2026-01-05T12:00:00Z");

        server.settle();
        assertThat(server.get("/ext/v1/status").at("/replanning")).isEmpty();
    }

    @Test
    void a_new_name_moves_nobody() {
        var sequence = server.sequence(days("Hello", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        sequence.change("{'name':'Another','repeat':true}");
        server.advance(ofDays(10));

        assertThat(reader.mail()).containsExactly(mail("Hello", "06T09:00"));
    }
}
