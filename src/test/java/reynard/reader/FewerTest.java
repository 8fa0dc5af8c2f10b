package reynard.reader;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FewerTest {
    // Monday, 2026-01-05, noon.
    private final TestServer server = TestServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    private Answer posts(Reader reader, String what, String form) {
        var header = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        return server.send(
                "POST",
                header.substring("<https://mail.example.com".length(), header.length() - 1) + what,
                form.getBytes(StandardCharsets.UTF_8),
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
    }

    @Test
    void who_pauses_gets_nothing_for_30_days_and_then_goes_on() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), hours("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        assertThat(posts(reader, "/fewer", "pace=pause").raw().body()).contains("February 4, 2026");

        server.advance(ofDays(29));
        assertThat(reader.subjectsReceived()).containsExactly("One");
        server.advance(ofDays(3));
        assertThat(reader.mail().toString())
                .isEqualTo("[One @ 2026-01-05T12:00:00Z, Two @ 2026-02-05T09:00:00Z, Three @ 2026-02-05T10:00:00Z]");
    }

    @Test
    void who_wants_one_a_week_gets_one_a_week_of_all_sequences_together() {
        var first = server.sequence(immediate("A1"), days("A2", 1), days("A3", 1));
        var reader = server.subscriber("reader@example.org", first);
        server.settle();
        posts(reader, "/fewer", "pace=weekly");
        reader.joins(server.sequence(immediate("B1"), days("B2", 1)));

        server.advance(ofDays(35));

        var mail = reader.mail();
        assertThat(mail).hasSizeGreaterThanOrEqualTo(5);
        for (int i = 1; i < mail.size(); i++) {
            assertThat(mail.get(i).at()).isAfterOrEqualTo(mail.get(i - 1).at().plus(ofDays(7)));
        }
    }

    @Test
    void why_foretells_the_dates_of_who_wants_fewer_and_says_so() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        posts(reader, "/fewer", "pace=weekly");

        var why = server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id());
        server.advance(ofDays(30));

        assertThat(why.at("/emails/1/rule/code").asText() + why.body()).contains("reader_wants_fewer");
        var mail = reader.mail();
        assertThat(why.raw().body())
                .contains(mail.get(1).at().toString())
                .contains(mail.get(2).at().toString())
                .contains("at most one a week");
    }

    @Test
    void the_forecast_counts_who_wants_fewer_on_the_days_when_they_get_something() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var weekly = server.subscriber("weekly@example.org", sequence);
        var resting = server.subscriber("resting@example.org", sequence);
        server.subscriber("all@example.org", sequence);
        server.settle();
        posts(weekly, "/fewer", "pace=weekly");
        posts(resting, "/fewer", "pace=pause");

        var rows = new ArrayList<String>();
        server.get("/ext/v1/sequences/" + sequence.id() + "/forecast?days=40")
                .at("/forecast/rows")
                .forEach(row -> rows.add(
                        row.get("hour").asText() + " " + row.get("count").asLong()));

        assertThat(rows)
                .containsExactly(
                        "2026-01-06T09:00:00Z 1",
                        "2026-01-07T09:00:00Z 1",
                        "2026-01-13T09:00:00Z 1",
                        "2026-01-21T09:00:00Z 1",
                        "2026-02-05T09:00:00Z 1",
                        "2026-02-06T09:00:00Z 1");
    }

    @Test
    void who_wants_all_again_gets_all_again() {
        var sequence = server.sequence(immediate("One"), days("Two", 1), days("Three", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        posts(reader, "/fewer", "pace=weekly");
        posts(reader, "/fewer", "pace=planned");

        server.advance(ofDays(3));

        assertThat(reader.subjectsReceived()).containsExactly("One", "Two", "Three");
    }

    @Test
    void a_choice_that_is_none_changes_nothing() {
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("One"), days("Two", 1)));
        server.settle();

        assertThat(posts(reader, "/fewer", "pace=never").raw().body()).contains("name=\"pace\"");
        assertThat(posts(reader, "/fewer", "").status()).isEqualTo(200);

        server.advance(ofDays(2));
        assertThat(reader.subjectsReceived()).containsExactly("One", "Two");
    }

    @Test
    void leaving_one_sequence_leaves_the_other_alone() {
        var other = server.sequence(days("Other", 2));
        var reader = server.subscriber("reader@example.org", server.sequence(immediate("One"), days("Two", 1)));
        reader.joins(other);
        server.settle();

        var answer = posts(reader, "/sequence", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.raw().body()).contains("You have left this series");
        assertThat(posts(reader, "/sequence", "").status()).isEqualTo(200);
        server.advance(ofDays(5));
        assertThat(reader.subjectsReceived()).containsExactly("One", "Other");
        assertThat(reader.state()).isEqualTo("active");
    }
}
