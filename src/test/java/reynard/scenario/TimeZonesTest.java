package reynard.scenario;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Email;
import reynard.testing.TestServer.Mail;

class TimeZonesTest extends Scenario {
    private List<String> times(String entry, String zone, int hour, Email... emails) {
        restartWith(TestServer.at(entry));
        var sequence = server.sequence("{'send_hour':%d,'time_zone':'%s'}".formatted(hour, zone), emails);
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(40));
        return reader.mail().stream().map(Mail::at).map(Instant::toString).toList();
    }

    @Test
    void the_send_hour_is_that_of_the_sequences_zone() {
        assertThat(times("2026-01-05T12:00:00Z", "Asia/Kathmandu", 9, days("Hello", 1)))
                .containsExactly("2026-01-06T03:15:00Z");
    }

    @Test
    void days_keep_the_hour_on_the_clock_when_summer_time_begins() {
        assertThat(times("2026-03-27T15:00:00Z", "Europe/London", 9, days("1", 1), days("2", 1), days("3", 1)))
                .containsExactly("2026-03-28T09:00:00Z", "2026-03-29T08:00:00Z", "2026-03-30T08:00:00Z");
    }

    @Test
    void days_keep_the_hour_on_the_clock_when_summer_time_ends() {
        assertThat(times("2026-10-23T15:00:00Z", "Europe/London", 9, days("1", 1), days("2", 1), days("3", 1)))
                .containsExactly("2026-10-24T08:00:00Z", "2026-10-25T09:00:00Z", "2026-10-26T09:00:00Z");
    }

    @Test
    void hours_are_exact_when_the_clocks_change() {
        assertThat(times("2026-03-28T12:00:00Z", "Europe/London", 9, immediate("1"), hours("2", 24)))
                .containsExactly("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z");
    }

    @Test
    void hours_around_midnight_on_the_night_the_clocks_change_are_exact_and_the_next_day_counts_from_their_date() {
        // 22:30 in Berlin on the 28th; three hours later it is 01:30 on the 29th, and at two the clocks go forward.
        assertThat(times("2026-03-28T21:30:00Z", "Europe/Berlin", 9, immediate("1"), hours("2", 4), days("3", 1)))
                .containsExactly("2026-03-28T21:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T07:00:00Z");
    }

    @Test
    void an_hour_that_the_clocks_skip_means_the_first_instant_behind_the_gap() {
        assertThat(times("2027-03-12T15:00:00Z", "America/New_York", 2, days("1", 1), days("2", 1), days("3", 1)))
                .containsExactly("2027-03-13T07:00:00Z", "2027-03-14T07:00:00Z", "2027-03-15T06:00:00Z");
        assertThat(times("2026-03-28T12:00:00Z", "Antarctica/Troll", 2, days("1", 1)))
                .containsExactly("2026-03-29T01:00:00Z");
    }

    @Test
    void an_hour_that_the_clocks_repeat_means_the_first_of_the_two_and_sends_once() {
        assertThat(times("2026-10-30T15:00:00Z", "America/New_York", 1, days("1", 1), days("2", 1), days("3", 1)))
                .containsExactly("2026-10-31T05:00:00Z", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z");
    }

    @Test
    void a_day_that_begins_at_one_because_midnight_is_skipped_loses_no_email() {
        assertThat(times("2026-04-22T10:00:00Z", "Africa/Cairo", 0, days("1", 1), days("2", 1), days("3", 1)))
                .containsExactly("2026-04-22T22:00:00Z", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z");
    }

    @Test
    void twenty_daily_emails_across_the_change_go_on_twenty_dates() {
        var emails =
                IntStream.rangeClosed(1, 20).mapToObj(n -> days("Day " + n, 1)).toArray(Email[]::new);

        var sent = times("2026-10-15T10:00:00Z", "Europe/Berlin", 2, emails);

        assertThat(sent).hasSize(20);
        assertThat(sent.getFirst()).isEqualTo("2026-10-16T00:00:00Z");
        assertThat(sent.get(9)).isEqualTo("2026-10-25T00:00:00Z");
        assertThat(sent.getLast()).isEqualTo("2026-11-04T01:00:00Z");
    }

    @Test
    void a_zone_without_summer_time_is_left_alone() {
        assertThat(times("2026-03-27T18:00:00Z", "America/Mexico_City", 9, days("1", 1), days("2", 9)))
                .containsExactly("2026-03-28T15:00:00Z", "2026-04-06T15:00:00Z");
    }

    @Test
    void only_names_of_the_tz_database_are_zones() {
        for (var zone : List.of("Mars/Olympus", "+02:00", "utc", "")) {
            var answer = server.post("/v4/sequences", TestServer.json("{'name':'S','time_zone':'%s'}".formatted(zone)));
            assertThat(answer.errors()).as(zone).containsExactly("time_zone is not a valid IANA time zone");
        }
        assertThat(server.post("/v4/sequences", TestServer.json("{'name':'S','time_zone':'US/Pacific'}"))
                        .status())
                .isEqualTo(201);
    }
}
