package reynard.foresight;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Email;

@DisplayNameGeneration(ReplaceUnderscores.class)
class WhyTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode why(TestServer.Reader reader, TestServer.Sequence sequence) {
        var answer = server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id());
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.at("/why/emails");
    }

    private static List<String> verdicts(JsonNode lines) {
        var verdicts = new ArrayList<String>();
        lines.forEach(line -> verdicts.add(line.get("verdict").asText() + " "
                + line.at("/rule/code").asText()
                + (line.get("at").isNull() ? "" : " " + line.get("at").asText())));
        return verdicts;
    }

    @Test
    void each_email_counts_from_the_foretold_moment_of_the_one_before() {
        var sequence = server.sequence(
                "{'send_hour':9,'time_zone':'Etc/UTC','send_days':['monday','thursday']}",
                immediate("Hello"),
                days("Tips", 1),
                hours("Soon", 5),
                days("Draft", 1).draft());
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();

        var lines = why(reader, sequence);

        assertThat(verdicts(lines))
                .containsExactly(
                        "sent due 2026-01-05T12:00:00Z",
                        "will_send not_a_send_day 2026-01-08T09:00:00Z",
                        "will_send delay 2026-01-08T14:00:00Z",
                        "waiting draft");
        assertThat(lines.at("/1/next_change_at").asText()).isEqualTo("2026-01-08T09:00:00Z");
        assertThat(lines.at("/1/sentence").asText())
                .isEqualTo("“Tips” goes out on 2026-01-08T09:00:00Z: it would have been due on 2026-01-06T09:00:00Z,"
                        + " and it goes only on Monday and Thursday.");
    }

    @Test
    void what_has_been_due_for_seconds_is_not_called_late() {
        var due = Instant.parse("2026-01-05T12:00:00Z");

        assertThat(Why.isJustDue(due, due)).isTrue();
        assertThat(Why.isJustDue(due, due.plusSeconds(59))).isTrue();
        assertThat(Why.isJustDue(due, due.plusSeconds(60))).isFalse();
        assertThat(Why.isJustDue(due, due.minusSeconds(1))).isFalse();
    }

    @Test
    void an_edit_that_nobody_was_replanned_for_yet_counts_already() {
        var sequence = server.sequence(days("Tips", 1), days("More", 1));
        var reader = server.subscriber("reader@example.org", sequence);
        sequence.change("{'send_hour':15}");

        assertThat(verdicts(why(reader, sequence)))
                .containsExactly("will_send delay 2026-01-06T15:00:00Z", "will_send delay 2026-01-07T15:00:00Z");
    }

    @Test
    void a_tag_that_excludes_is_named_before_and_after() {
        var tag = server.tag("Customer");
        var sequence = server.sequence(days("Tips", 1));
        sequence.change("{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}");
        var reader = server.subscriber("reader@example.org", sequence);
        reader.getsTag(tag);

        var before = why(reader, sequence).get(0);
        server.advance(ofDays(3));
        var after = why(reader, sequence).get(0);

        assertThat(before.get("verdict").asText()).isEqualTo("will_skip");
        assertThat(before.at("/rule/tag_name").asText()).isEqualTo("Customer");
        assertThat(before.at("/rule/since").asText()).isEqualTo("2026-01-05T12:00:00Z");
        assertThat(after.get("verdict").asText()).isEqualTo("skipped");
        assertThat(after.get("at").asText()).isEqualTo("2026-01-06T09:00:00Z");
        assertThat(after.get("rule")).isEqualTo(before.get("rule"));
        assertThat(reader.mail()).isEmpty();
    }

    @Test
    void a_segment_excludes_too() {
        var tag = server.tag("Customer");
        var segment = server.post(
                "/ext/v1/segments", json("{'name':'Buyers','filter':[{'all':[{'type':'tag','id':" + tag + "}]}]}"));
        assertThat(segment.status()).as(segment.raw().body()).isEqualTo(201);
        var sequence = server.sequence(days("Tips", 1));
        sequence.change("{'exclude_subscriber_sources':[{'type':'segment','ids':["
                + segment.at("/segment/id").asLong() + "]}]}");
        var reader = server.subscriber("reader@example.org", sequence);
        reader.getsTag(tag);

        var before = why(reader, sequence).get(0);
        server.advance(ofDays(3));

        assertThat(before.at("/rule/code").asText()).isEqualTo("excluded_by_segment");
        assertThat(reader.mail()).isEmpty();
        assertThat(verdicts(why(reader, sequence))).containsExactly("skipped excluded_by_segment 2026-01-06T09:00:00Z");
    }

    @Test
    void what_keeps_an_email_back_is_named_with_its_beginning() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        var confirmed = server.subscriber("reader@example.org", sequence);
        var unconfirmed = server.subscriber("pending@example.org", "inactive");
        unconfirmed.joins(sequence);
        var gone = server.subscriber("gone@example.org", sequence);
        var stranger = server.subscriber("stranger@example.org");
        server.settle();
        gone.unsubscribes();

        assertThat(verdicts(why(unconfirmed, sequence)))
                .containsExactly("waiting not_confirmed", "waiting not_confirmed");
        assertThat(verdicts(why(gone, sequence)))
                .containsExactly("sent due 2026-01-05T12:00:00Z", "never unsubscribed");
        assertThat(verdicts(why(stranger, sequence))).containsExactly("never not_in_sequence", "never not_in_sequence");

        sequence.change("{'active':false}");
        var paused = why(confirmed, sequence).get(1);
        assertThat(paused.at("/rule/code").asText()).isEqualTo("sequence_paused");
        assertThat(paused.at("/rule/since").asText()).isEqualTo("2026-01-05T12:00:00Z");

        sequence.change("{'active':true,'send_days':[]}");
        assertThat(verdicts(why(confirmed, sequence))).last().isEqualTo("waiting no_send_day");

        sequence.add(days("Before", 1).at(7));
        sequence.change("{'send_days':['monday']}");
        server.advance(ofDays(30));
        sequence.add(days("Late", 1).at(9));
        assertThat(verdicts(why(confirmed, sequence))).last().isEqualTo("never completed");
    }

    @Test
    void an_email_before_their_place_never_comes() {
        var sequence = server.sequence(immediate("Hello").at(1), days("Tips", 1).at(5));
        var reader = server.subscriber("reader@example.org", sequence);
        server.settle();
        sequence.add(days("Inserted", 1).at(0));

        assertThat(verdicts(why(reader, sequence))).first().isEqualTo("never before_their_place");
    }

    @Test
    void strangers_and_other_sequences_are_not_found() {
        var sequence = server.sequence(immediate("Hello"));
        var other = server.sequence(immediate("Else"));
        var reader = server.subscriber("reader@example.org", sequence);
        var path = "/ext/v1/subscribers/" + reader.id() + "/why";

        assertThat(server.get("/ext/v1/subscribers/9999/why?sequence_id=" + sequence.id())
                        .status())
                .isEqualTo(404);
        assertThat(server.get(path + "?sequence_id=9999").status()).isEqualTo(404);
        assertThat(server.get(path + "?sequence_id=" + sequence.id() + "&email_id=" + other.email("Else"))
                        .status())
                .isEqualTo(404);
        assertThat(server.get(path).status()).isEqualTo(422);
        assertThat(server.get(path + "?sequence_id=" + sequence.id() + "&email_id=" + sequence.email("Hello"))
                        .at("/why/emails")
                        .size())
                .isEqualTo(1);
    }

    @Test
    void another_account_finds_nothing_to_foretell() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("reader@example.org", sequence);
        var path = "/ext/v1/sequences/" + sequence.id();
        server.useKey(server.stranger());

        assertThat(List.of(
                        server.get("/ext/v1/subscribers/" + reader.id() + "/why?sequence_id=" + sequence.id()),
                        server.get(path + "/forecast"),
                        server.post(path + "/impact", "{}"),
                        server.post(path + "/impact?apply=now", "{\"name\":\"Mine\"}"),
                        server.post(path + "/emails/" + sequence.email("Hello") + "/impact", "{}"),
                        server.post(path + "/emails/" + sequence.email("Hello") + "/impact?apply=now", "{}")))
                .allSatisfy(answer -> assertThat(answer.status()).isEqualTo(404));
        assertThat(server.get("/ext/v1/forecast").at("/forecast/total").asLong())
                .isZero();
    }

    @Test
    void what_is_foretold_is_what_happens() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            foretellsRight(random, "seed " + seed + " round " + round, round);
        }
    }

    private void foretellsRight(Random random, String told, int round) {
        var tag = server.tag("Excluding " + round);
        var sequence = server.sequence("{'send_hour':" + random.nextInt(24) + ",'time_zone':'"
                + List.of("Europe/Berlin", "America/Chicago", "Pacific/Chatham").get(random.nextInt(3)) + "','hold':"
                + random.nextBoolean() + ",'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}");
        var readers = new ArrayList<TestServer.Reader>();
        int emails = 0;
        for (int step = 0; step < 25; step++) {
            switch (random.nextInt(11)) {
                case 0, 1, 2 -> {
                    if (emails < 6) {
                        sequence.add(randomEmail(random, "Email " + emails++));
                    }
                }
                case 3, 4 -> {
                    if (sequence.show().get("active").asBoolean()) {
                        readers.add(
                                server.subscriber("reader" + round + "." + readers.size() + "@example.org", sequence));
                    }
                }
                case 5 -> sequence.change("{'send_hour':" + random.nextInt(24) + "}");
                case 6 -> sequence.change("{'active':" + (random.nextInt(3) > 0) + "}");
                case 7 ->
                    sequence.change("{'send_days':"
                            + List.of("['monday','friday']", "['saturday']", "[]", "['tuesday','wednesday','sunday']")
                                    .get(random.nextInt(4))
                            + "}");
                case 8 -> {
                    if (emails > 0) {
                        sequence.changeEmail(
                                "Email " + random.nextInt(emails),
                                List.of(
                                                "{'published':true}",
                                                "{'published':false}",
                                                "{'delay_unit':'hours','delay_value':30,'send_days':null}",
                                                "{'position':" + (10 + random.nextInt(1_000_000)) + "}")
                                        .get(random.nextInt(4)));
                    }
                }
                case 9 -> {
                    if (!readers.isEmpty()) {
                        readers.get(random.nextInt(readers.size())).getsTag(tag);
                    }
                }
                default -> server.advance(java.time.Duration.ofHours(1 + random.nextInt(60)));
            }
        }
        var foretold = readers.stream().map(reader -> why(reader, sequence)).toList();
        server.advance(ofDays(120));
        for (int i = 0; i < readers.size(); i++) {
            var happened = why(readers.get(i), sequence);
            for (int line = 0; line < happened.size(); line++) {
                var before = foretold.get(i).get(line);
                var after = happened.get(line);
                var expected = switch (before.get("verdict").asText()) {
                    case "will_send" -> "sent " + before.get("at").asText();
                    case "will_skip" -> "skipped " + before.get("at").asText();
                    // The place of a draft is passed at the moment that was named.
                    case "waiting" -> (before.get("next_change_at").isNull() ? "waiting" : "never") + " null";
                    default ->
                        before.get("verdict").asText() + " " + before.get("at").asText();
                };
                assertThat(after.get("verdict").asText() + " " + after.get("at").asText())
                        .as(told + " reader " + i + " before " + before + " after " + after)
                        .isEqualTo(expected);
            }
        }
    }

    private static Email randomEmail(Random random, String subject) {
        var email =
                random.nextBoolean() ? days(subject, 1 + random.nextInt(4)) : hours(subject, 1 + random.nextInt(50));
        return random.nextInt(5) == 0 ? email.draft() : email;
    }
}
