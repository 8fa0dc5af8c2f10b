package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.email;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Email;
import reynard.testing.TestServer.Mail;

class DelaysTest extends Scenario {
    @Test
    void a_day_is_a_calendar_day_so_who_joins_at_eleven_at_night_gets_a_one_day_email_next_morning() {
        advanceTo("05T23:00");
        var late = server.subscriber("late@example.org", server.sequence(days("Hello", 1)));
        advanceTo("06T00:30");
        var early = server.subscriber("early@example.org", server.sequence(days("Hello", 1)));

        server.advance(ofDays(5));

        assertThat(late.mail()).containsExactly(mail("Hello", "06T09:00"));
        assertThat(early.mail()).containsExactly(mail("Hello", "07T09:00"));
    }

    @Test
    void hours_are_exact_and_ignore_send_days_and_send_hour() {
        var sequence = server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','send_days':['friday']}", hours("One", 5), hours("Two", 9));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(2));

        assertThat(reader.mail()).containsExactly(mail("One", "05T17:00"), mail("Two", "06T02:00"));
    }

    @Test
    void hours_and_days_mix_each_counting_from_the_email_before() {
        var sequence = server.sequence(
                immediate("One"), hours("Two", 20), days("Three", 1), hours("Four", 1), days("Five", 2));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(14));

        assertThat(reader.mail())
                .containsExactly(
                        mail("One", "05T12:00"),
                        mail("Two", "06T08:00"),
                        mail("Three", "07T09:00"),
                        mail("Four", "07T10:00"),
                        mail("Five", "09T09:00"));
    }

    @Test
    void an_hour_that_crosses_midnight_moves_the_day_that_the_next_email_counts_from() {
        var sequence = server.sequence(immediate("One"), hours("Two", 13), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);

        server.advance(ofDays(14));

        assertThat(reader.mail())
                .containsExactly(mail("One", "05T12:00"), mail("Two", "06T01:00"), mail("Three", "07T09:00"));
    }

    @Test
    void a_later_email_counts_from_the_moment_the_relay_took_the_one_before() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 451, "4.7.1 later").times(3);
            var reader = server.subscriber("reader@example.org", server.sequence(immediate("One"), hours("Two", 2)));

            server.advance(ofDays(3));

            var first = instant(reader, 0, "settled_at");
            assertThat(first).isAfter(instant(reader, 0, "due_at"));
            assertThat(Duration.between(first, instant(reader, 1, "due_at"))).isEqualTo(Duration.ofHours(2));
        }
    }

    @Test
    void an_email_that_is_refused_for_good_is_done_with_and_the_next_one_counts_from_there() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.DOT, 554, "5.6.0 I do not like it").times(1);
            var reader = server.subscriber("reader@example.org", server.sequence(immediate("One"), days("Two", 1)));

            server.advance(ofDays(3));

            assertThat(reader.deliveries())
                    .extracting(delivery -> delivery.get("state").asText())
                    .containsExactly("failed", "sent");
            assertThat(instant(reader, 1, "settled_at")).isEqualTo(at("06T09:00"));
        }
    }

    private static Instant instant(TestServer.Reader reader, int delivery, String field) {
        return Instant.parse(reader.deliveries().get(delivery).get(field).asText());
    }

    @Test
    void twenty_daily_emails_go_on_twenty_days_in_their_order() {
        var emails =
                IntStream.rangeClosed(1, 20).mapToObj(n -> days("Day " + n, 1)).toArray(Email[]::new);
        var reader = server.subscriber("reader@example.org", server.sequence(emails));

        server.advance(ofDays(40));

        assertThat(reader.mail())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20)
                        .mapToObj(n -> new Mail("Day " + n, at("05T09:00").plus(ofDays(n))))
                        .toList());
    }

    @Test
    void a_delay_can_be_a_year_long() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("One"), days("Two", 365)));

        server.advance(ofDays(400));

        assertThat(reader.mail().getLast()).isEqualTo(new Mail("Two", Instant.parse("2027-01-05T09:00:00Z")));
    }

    @Test
    void a_delay_of_no_hours_or_less_than_nothing_is_refused() {
        var sequence = server.sequence();
        for (var delay :
                new Email[] {hours("None", 0), hours("Less", -1), days("Less", -1), email("None", 1, "weeks")}) {
            assertThat(server.post(sequence.path() + "/emails", TestServer.text(delay.fields()))
                            .status())
                    .isEqualTo(422);
        }
    }
}
