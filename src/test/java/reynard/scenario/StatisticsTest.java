package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

class StatisticsTest extends Scenario {
    private static final List<String> OF_EMAILS = List.of(
            "recipients",
            "opens",
            "clicks",
            "email_unsubscribes",
            "bounces",
            "complaints",
            "open_rate",
            "click_rate",
            "click_to_open_rate",
            "unsubscribe_rate",
            "bounce_rate",
            "complaint_rate");

    @Test
    void a_sequence_that_has_sent_nothing_counts_who_left_and_has_null_for_the_rest() {
        var sequence = server.sequence(days("Hello", 5));
        server.subscriber("reader@example.org", sequence).unsubscribes();

        var stats = sequence.show().get("stats");

        assertThat(stats.get("unsubscribers").asInt()).isOne();
        assertThat(OF_EMAILS).allSatisfy(name -> {
            assertThat(stats.has(name)).isTrue();
            assertThat(stats.get(name).isNull()).isTrue();
        });
    }

    @Test
    void an_email_that_was_never_sent_has_zero_everywhere() {
        var sequence = server.sequence(days("Hello", 5));

        var stats = sequence.showEmail("Hello").get("stats");

        assertThat(stats.has("unsubscribers")).isFalse();
        assertThat(OF_EMAILS)
                .allSatisfy(name -> assertThat(
                                stats.get(name).isNumber() && stats.get(name).asInt() == 0)
                        .isTrue());
    }

    @Test
    void recipients_are_emails_and_not_people_and_rates_are_percent_with_two_decimals() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        server.subscriber("first@example.org", sequence);
        server.subscriber("second@example.org", sequence);
        var third = server.subscriber("third@example.org", sequence);
        server.settle();
        third.unsubscribesByLink();
        third.unsubscribesByLink();
        server.advance(ofDays(3));

        assertThat(figures(sequence.show().get("stats"))).containsExactly(1, 5, 1, "20.00");
        assertThat(figures(sequence.showEmail("One").get("stats"))).containsExactly(0, 3, 1, "33.33");
        assertThat(figures(sequence.showEmail("Two").get("stats"))).containsExactly(0, 2, 0, "0.00");
    }

    private static List<Object> figures(JsonNode stats) {
        return List.of(
                stats.path("unsubscribers").asInt(),
                stats.get("recipients").asInt(),
                stats.get("email_unsubscribes").asInt(),
                stats.get("unsubscribe_rate").decimalValue().setScale(2).toPlainString());
    }

    @Test
    void who_leaves_by_another_way_than_an_email_is_no_unsubscribe_of_any_email() {
        var sequence = server.sequence(immediate("One"), days("Two", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        reader.unsubscribes();
        reader.unsubscribesByLink();

        var stats = sequence.show().get("stats");
        assertThat(stats.get("unsubscribers").asInt()).isOne();
        assertThat(stats.get("email_unsubscribes").asInt()).isZero();
    }

    @Test
    void a_bounce_counts_as_sent_and_as_bounced() {
        try (var relay = FakeSmtp.start()) {
            restartWith(TestServer.with(Relay.parse(relay.url() + "?starttls=off")));
            relay.on(Verb.RCPT, 550, "5.1.1 no such user").to("gone@");
            var sequence = server.sequence(immediate("Hello"));
            server.subscriber("gone@example.org", sequence);
            server.subscriber("here@example.org", sequence);
            server.settle();

            var stats = sequence.showEmail("Hello").get("stats");

            assertThat(stats.get("recipients").asInt()).isEqualTo(2);
            assertThat(stats.get("bounces").asInt()).isOne();
            assertThat(stats.get("bounce_rate").asDouble()).isEqualTo(50.0);
        }
    }

    @Test
    void lists_show_them_too_and_nothing_shows_them_unasked() {
        var sequence = server.sequence(immediate("Hello"));
        server.subscriber("reader@example.org", sequence);
        server.settle();

        assertThat(server.get("/v4/sequences?include=stats")
                        .at("/sequences/0/stats/recipients")
                        .asInt())
                .isOne();
        assertThat(server.get(sequence.path() + "/emails?include=stats")
                        .at("/emails/0/stats/recipients")
                        .asInt())
                .isOne();
        assertThat(server.get("/v4/sequences").at("/sequences/0").has("stats")).isFalse();
        assertThat(server.get(sequence.path()).at("/sequence").has("stats")).isFalse();
        assertThat(server.get(sequence.path() + "/emails").at("/emails/0").has("stats"))
                .isFalse();
    }

    @Test
    void subscribers_are_active_members_who_have_not_come_to_the_end_and_emails_count_with_drafts() {
        var sequence = server.sequence(immediate("One"), days("Two", 1).draft());
        server.subscriber("done@example.org", sequence);
        server.settle();
        sequence.add(days("Three", 1));
        server.subscriber("waiting@example.org", sequence);
        server.subscriber("pending@example.org", "inactive").joins(sequence);
        server.subscriber("left@example.org", sequence).unsubscribes();

        var shown = sequence.show();

        assertThat(shown.get("subscriber_count").asInt()).isOne();
        assertThat(shown.get("email_count").asInt()).isEqualTo(3);
    }
}
