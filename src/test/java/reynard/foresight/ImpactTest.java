package reynard.foresight;

import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.hours;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Mail;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ImpactTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = TestServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private JsonNode impact(TestServer.Sequence sequence, String query, String body) {
        var answer = server.post("/ext/v1/sequences/" + sequence.id() + "/impact" + query, json(body));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.at("/impact");
    }

    private JsonNode emailImpact(TestServer.Sequence sequence, String subject, String query, String body) {
        var answer = server.post(
                "/ext/v1/sequences/" + sequence.id() + "/emails/" + sequence.email(subject) + "/impact" + query,
                json(body));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.at("/impact");
    }

    @Test
    void a_new_hour_gives_everyone_waiting_a_new_date_and_nothing_has_changed_until_the_put() {
        var sequence = server.sequence("{'send_hour':8,'time_zone':'Etc/UTC'}", days("Tips", 1));
        for (int i = 0; i < 1_000; i++) {
            server.subscriber("reader" + i + "@example.org", sequence);
        }

        var impact = impact(sequence, "", "{'send_hour':9}");

        assertThat(impact.at("/redated/count").asLong()).isEqualTo(1_000);
        assertThat(impact.at("/redated/before/earliest").asText()).isEqualTo("2026-01-06T08:00:00Z");
        assertThat(impact.at("/redated/after/latest").asText()).isEqualTo("2026-01-06T09:00:00Z");
        assertThat(impact.get("mailed_at_once").asLong()).isZero();
        assertThat(impact.get("saved").asBoolean()).isFalse();
        assertThat(sequence.show().get("send_hour").asInt()).isEqualTo(8);
        assertThat(server.get("/ext/v1/forecast").at("/forecast/rows/0/hour").asText())
                .isEqualTo("2026-01-06T08:00:00Z");
    }

    @Test
    void unpublishing_an_email_is_seen_as_an_email_lost_and_an_end_reached() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 3));
        server.subscriber("reader@example.org", sequence);
        server.settle();

        var impact = emailImpact(sequence, "Tips", "", "{'published':false}");

        assertThat(impact.get("lose_email").asLong()).isEqualTo(1);
        assertThat(impact.get("finish").asLong()).isEqualTo(1);
        assertThat(impact(sequence, "", "{'active':false}").get("stop_waiting").asLong())
                .isEqualTo(1);
    }

    @Test
    void moving_the_last_email_to_before_peoples_place_is_seen_as_an_end_reached() {
        var sequence = server.sequence(immediate("Hello").at(2), days("Tips", 3).at(4));
        server.subscriber("reader@example.org", sequence);
        server.settle();

        var impact = emailImpact(sequence, "Tips", "", "{'position':1,'delay_value':3}");

        assertThat(impact.get("finish").asLong()).isEqualTo(1);
    }

    @Test
    void an_exclusion_takes_emails_away() {
        var tag = server.tag("Customer");
        var sequence = server.sequence(days("Tips", 3));
        server.subscriber("reader@example.org", sequence).getsTag(tag);
        server.subscriber("other@example.org", sequence);

        var impact = impact(sequence, "", "{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}");

        assertThat(impact.get("inside").asLong()).isEqualTo(2);
        assertThat(impact.get("lose_email").asLong()).isEqualTo(1);
    }

    @Test
    void the_policy_now_mails_the_overdue_at_once() {
        var sequence = server.sequence(days("Tips", 5));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(3));

        assertThat(emailImpact(sequence, "Tips", "", "{'delay_value':1}")
                        .get("mailed_at_once")
                        .asLong())
                .isZero();
        var impact = emailImpact(sequence, "Tips", "?apply=now", "{'delay_value':1}");
        server.settle();

        assertThat(impact.get("mailed_at_once").asLong()).isEqualTo(1);
        assertThat(impact.get("saved").asBoolean()).isTrue();
        assertThat(reader.mail()).containsExactly(new Mail("Tips", Instant.parse("2026-01-08T12:00:00Z")));
    }

    @Test
    void the_policy_next_slot_is_that_of_every_edit() {
        var sequence = server.sequence(days("Tips", 5));
        var reader = server.subscriber("reader@example.org", sequence);
        server.advance(ofDays(3));

        emailImpact(sequence, "Tips", "?apply=next_slot", "{'delay_value':1}");
        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(new Mail("Tips", Instant.parse("2026-01-09T09:00:00Z")));
    }

    @Test
    void the_policy_new_joiners_only_leaves_those_inside_their_dates() {
        var sequence = server.sequence(days("Tips", 1), hours("Soon", 3));
        var inside = server.subscriber("inside@example.org", sequence);

        var impact = impact(sequence, "?apply=new_joiners_only", "{'send_hour':15}");
        var joiner = server.subscriber("joiner@example.org", sequence);
        server.advance(ofDays(5));

        assertThat(impact.at("/redated/count").asLong()).isZero();
        assertThat(inside.mail()).first().isEqualTo(new Mail("Tips", Instant.parse("2026-01-06T09:00:00Z")));
        assertThat(joiner.mail()).first().isEqualTo(new Mail("Tips", Instant.parse("2026-01-06T15:00:00Z")));
    }

    @Test
    void an_edit_for_new_joiners_waits_for_nobody_who_is_being_walked() throws SQLException {
        var sequence = server.sequence(days("Tips", 1));
        server.subscriber("walked@example.org", sequence);
        var other = server.subscriber("other@example.org", sequence);
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // What the walker holds when it comes to ask for the sequence.
            statement.executeQuery("select from enrollment where id = (select min(id) from enrollment) for update");

            var answer = CompletableFuture.supplyAsync(
                            () -> impact(sequence, "?apply=new_joiners_only", "{'send_hour':15}"))
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            assertThat(answer.at("/saved").asBoolean()).isTrue();
            connection.rollback();
        }
        server.advance(ofDays(2));

        assertThat(other.mail()).containsExactly(new Mail("Tips", Instant.parse("2026-01-06T09:00:00Z")));
    }

    @Test
    void the_body_keeps_the_rules_of_the_put() {
        var sequence = server.sequence(immediate("Hello"), days("Tips", 1));
        var path = "/ext/v1/sequences/" + sequence.id();

        assertThat(server.post(path + "/impact", json("{'send_hour':24}")).errors())
                .isEqualTo(server.put(sequence.path(), json("{'send_hour':24}")).errors())
                .isNotEmpty();
        assertThat(server.post(path + "/impact?apply=later", "{}").errors())
                .isEqualTo(List.of("apply must be one of: now, next_slot, new_joiners_only"));
        assertThat(server.post(path + "/emails/" + sequence.email("Tips") + "/impact", json("{'position':0}"))
                        .errors())
                .containsExactly("position has already been taken");
        assertThat(server.post("/ext/v1/sequences/99/impact", "{}").status()).isEqualTo(404);
    }
}
