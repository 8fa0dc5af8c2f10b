package reynard.scenario;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BroadcastsTest {
    private final TestServer server = TestServer.start();
    private Instant tomorrow = Instant.EPOCH;

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        tomorrow = server.now().plus(ofDays(1));
    }

    /// @param more JSON with single quotes
    private Broadcast broadcast(String subject, String more) {
        var answer =
                server.post("/v4/broadcasts", json("{'subject':'" + subject + "','content':'<p>Hi</p>'" + more + "}"));
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return new Broadcast(answer.at("/broadcast/id").asLong());
    }

    private Broadcast scheduled(String subject, String more) {
        return broadcast(subject, ",'send_at':'" + tomorrow + "'" + more);
    }

    private final class Broadcast {
        private final long id;

        Broadcast(long id) {
            this.id = id;
        }

        String path() {
            return "/v4/broadcasts/" + id;
        }

        String status() {
            return server.get(path()).at("/broadcast/status").asText();
        }

        JsonNode stats() {
            return server.get(path() + "/stats").at("/broadcast/stats");
        }

        JsonNode sending() {
            return server.get("/ext/v1/broadcasts/" + id).at("/broadcast");
        }

        void change(String json) {
            assertThat(server.put(path(), json(json)).status()).isEqualTo(200);
        }
    }

    private static String filter(String match, String kind, long... ids) {
        return ",'subscriber_filter':[{'" + match + "':[{'type':'" + kind + "','ids':"
                + IntStream.range(0, ids.length)
                        .mapToObj(n -> Long.toString(ids[n]))
                        .toList() + "}]}]";
    }

    @Test
    void a_scheduled_broadcast_goes_out_at_its_time_to_everyone_who_may_be_mailed() {
        var reader = server.subscriber("a@example.org");
        var unconfirmed = server.subscriber("b@example.org", "inactive");
        var gone = server.subscriber("c@example.org");
        gone.unsubscribes();
        var news = scheduled("News", "");

        server.advance(ofHours(23));
        assertThat(reader.mail()).isEmpty();
        assertThat(news.status()).isEqualTo("scheduled");
        server.advance(ofDays(2));

        assertThat(reader.mail()).containsExactly(new TestServer.Mail("News", tomorrow));
        assertThat(unconfirmed.mail()).isEmpty();
        assertThat(gone.mail()).isEmpty();
        assertThat(news.status()).isEqualTo("completed");
        assertThat(news.stats().get("recipients").asLong()).isEqualTo(1);
        assertThat(news.stats().get("progress").asDouble()).isEqualTo(100);
        assertThat(news.sending().get("started_at").asText()).isEqualTo(tomorrow.toString());
        assertThat(server.get("/v4/broadcasts?status=completed&sent_after=" + tomorrow.minusSeconds(1) + "&sent_before="
                                + tomorrow.plusSeconds(1))
                        .each("broadcasts", "subject"))
                .containsExactly("News");
        assertThat(server.get("/v4/broadcasts?sent_after=" + tomorrow.plusSeconds(1))
                        .body()
                        .get("broadcasts"))
                .isEmpty();
    }

    @Test
    void an_audience_is_those_whom_all_any_or_none_of_its_tags_and_segments_hold() {
        long tea = server.tag("Tea");
        long coffee = server.tag("Coffee");
        long drinkers = server.post(
                        "/ext/v1/segments",
                        json("{'name':'D','filter':[{'any':[{'type':'tag','id':" + tea + "},{'type':'tag','id':"
                                + coffee + "}]}]}"))
                .at("/segment/id")
                .asLong();
        var both = server.subscriber("both@example.org");
        both.getsTag(tea);
        both.getsTag(coffee);
        var one = server.subscriber("tea@example.org");
        one.getsTag(tea);
        var nothing = server.subscriber("water@example.org");

        scheduled("All", filter("all", "tag", tea, coffee));
        scheduled("Any", filter("any", "tag", tea, coffee));
        scheduled("None", filter("none", "tag", tea, coffee));
        scheduled("Segment", filter("all", "segment", drinkers));
        scheduled("No segment", filter("none", "segment", drinkers));
        server.advance(ofDays(2));

        assertThat(both.subjectsReceived()).containsExactlyInAnyOrder("All", "Any", "Segment");
        assertThat(one.subjectsReceived()).containsExactlyInAnyOrder("Any", "Segment");
        assertThat(nothing.subjectsReceived()).containsExactlyInAnyOrder("None", "No segment");
    }

    @Test
    void who_unsubscribes_or_loses_the_tag_before_it_is_sent_gets_none() {
        long tea = server.tag("Tea");
        var stays = server.subscriber("a@example.org");
        var leaves = server.subscriber("b@example.org");
        var loses = server.subscriber("c@example.org");
        for (var reader : List.of(stays, leaves, loses)) {
            reader.getsTag(tea);
        }
        scheduled("News", filter("any", "tag", tea));
        leaves.unsubscribes();
        loses.losesTag(tea);
        var comes = server.subscriber("d@example.org");
        comes.getsTag(tea);

        server.advance(ofDays(2));

        assertThat(stays.subjectsReceived()).containsExactly("News");
        assertThat(comes.subjectsReceived()).containsExactly("News");
        assertThat(leaves.mail()).isEmpty();
        assertThat(loses.mail()).isEmpty();
    }

    @Test
    void a_draft_is_never_sent_and_one_whose_time_is_past_at_once() {
        var reader = server.subscriber("a@example.org");
        var draft = broadcast("Draft", "");
        server.advance(ofDays(400));
        assertThat(reader.mail()).isEmpty();

        draft.change("{'send_at':'2026-01-01 00:00:00'}");
        server.settle();

        assertThat(reader.mail()).containsExactly(new TestServer.Mail("Draft", server.now()));
        server.advance(ofDays(400));
        assertThat(reader.mail()).hasSize(1);
    }

    @Test
    void a_broadcast_put_off_or_edited_goes_out_as_it_then_is() {
        var reader = server.subscriber("a@example.org");
        var news = scheduled("News", "");
        var never = scheduled("Never", "");
        var deleted = scheduled("Deleted", "");
        news.change("{'subject':'Better news','send_at':'" + tomorrow.plus(ofDays(1)) + "'}");
        never.change("{'send_at':null}");
        assertThat(server.delete(deleted.path()).status()).isEqualTo(204);

        server.advance(ofDays(5));

        assertThat(reader.mail()).containsExactly(new TestServer.Mail("Better news", tomorrow.plus(ofDays(1))));
        assertThat(never.status()).isEqualTo("draft");
    }

    @Test
    void what_is_sent_can_be_changed_deleted_and_stopped_no_more() {
        server.subscriber("a@example.org");
        var news = scheduled("News", "");
        server.advance(ofDays(2));

        assertThat(server.put(news.path(), json("{'subject':'Other'}")).errors())
                .containsExactly("Broadcast is already sending.");
        assertThat(server.delete(news.path()).errors()).containsExactly("Broadcast is already sending.");
        assertThat(server.post("/ext/v1/broadcasts/" + news.id + "/abort", "{}").errors())
                .containsExactly("Broadcast is not being sent.");
        assertThat(server.get(news.path()).at("/broadcast/subject").asText()).isEqualTo("News");
    }

    @Test
    void a_scheduled_broadcast_that_is_stopped_is_not_sent() {
        var reader = server.subscriber("a@example.org");
        var news = scheduled("News", "");
        var stopped = server.post("/ext/v1/broadcasts/" + news.id + "/abort", "{}");
        assertThat(stopped.at("/broadcast/status").asText()).isEqualTo("aborted");
        assertThat(stopped.at("/broadcast/abort_reason").asText()).isEqualTo("by_hand");

        server.advance(ofDays(2));

        assertThat(reader.mail()).isEmpty();
        assertThat(news.status()).isEqualTo("aborted");
        assertThat(server.post("/ext/v1/broadcasts/" + news.id + "/abort", "{}").status())
                .isEqualTo(200);
    }

    @Test
    void every_reader_gets_their_own_values_the_preview_and_a_way_out() {
        var id = server.post("/v4/subscribers", json("{'email_address':'ann@example.org','first_name':'Ann'}"))
                .at("/subscriber/id")
                .asLong();
        assertThat(id).isPositive();
        var reader = server.subscriber("ann@example.org");
        var answer = server.post("/v4/broadcasts", json("""
                {'subject':'{{ subscriber.first_name }}, tea!','preview_text':'Only for {{ subscriber.first_name }}',
                 'content':'<p>Dear {{ subscriber.first_name }}</p>','send_at':'%s'}""".formatted(tomorrow)));
        assertThat(answer.status()).isEqualTo(201);

        server.advance(ofDays(2));

        var mail = reader.lastMail();
        assertThat(mail.get("subject").asText()).isEqualTo("Ann, tea!");
        assertThat(mail.get("html").asText()).contains("Dear Ann", "Only for Ann", "https://mail.example.com/u/");
        assertThat(mail.get("raw").asText()).contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
        reader.unsubscribesByLink();
        assertThat(reader.state()).isEqualTo("cancelled");
        var stats = new Broadcast(answer.at("/broadcast/id").asLong()).stats();
        assertThat(stats.get("unsubscribes").asLong()).isEqualTo(1);
        assertThat(stats.get("unsubscribe_rate").asDouble()).isEqualTo(100);
    }

    @Test
    void who_wants_fewer_emails_is_skipped_and_the_ledger_says_why() {
        var sequence = server.sequence(immediate("Welcome"));
        var all = server.subscriber("all@example.org", sequence);
        var weekly = server.subscriber("weekly@example.org", sequence);
        var resting = server.subscriber("resting@example.org", sequence);
        server.settle();
        wishes(weekly, "weekly");
        wishes(resting, "pause");

        var soon = scheduled("Soon", "");
        var later = broadcast("Later", ",'send_at':'" + server.now().plus(ofDays(8)) + "'");
        server.advance(ofDays(9));

        assertThat(all.subjectsReceived()).containsExactly("Welcome", "Soon", "Later");
        assertThat(weekly.subjectsReceived()).containsExactly("Welcome", "Later");
        assertThat(resting.subjectsReceived()).containsExactly("Welcome");
        assertThat(server.get("/ext/v1/deliveries?state=skipped&broadcast_id=" + soon.id)
                        .each("deliveries", "reason"))
                .containsExactlyInAnyOrder("reader_wants_fewer", "reader_pauses");
        assertThat(List.of(soon.status(), later.status())).containsOnly("completed");
        assertThat(later.sending().get("recipients").asLong()).isEqualTo(2);
    }

    private void wishes(Reader reader, String pace) {
        var link = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        var answer = server.send(
                "POST",
                link.substring("<https://mail.example.com".length(), link.length() - 1) + "/fewer",
                ("pace=" + pace).getBytes(StandardCharsets.US_ASCII),
                Map.of("Content-Type", "application/x-www-form-urlencoded"));
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void opens_and_clicks_are_counted_by_broadcast_and_link() {
        var readers = List.of("a", "b", "c", "d").stream()
                .map(name -> server.subscriber(name + "@example.org"))
                .toList();
        var answer = server.post("/v4/broadcasts", json("""
                {'subject':'Links','content':'<p><a href=\\"https://example.com/tea\\">Tea</a></p>','send_at':'%s'}""".formatted(tomorrow)));
        var news = new Broadcast(answer.at("/broadcast/id").asLong());
        server.advance(ofDays(2));

        follow(readers.get(0), "/c/");
        follow(readers.get(0), "/c/");
        follow(readers.get(1), "/o/");
        server.settle();

        var stats = news.stats();
        assertThat(stats.get("recipients").asLong()).isEqualTo(4);
        assertThat(stats.get("emails_opened").asLong()).isEqualTo(1);
        assertThat(stats.get("open_rate").asDouble()).isEqualTo(25);
        assertThat(stats.get("click_rate").asDouble()).isEqualTo(25);
        assertThat(stats.get("total_clicks").asLong()).isEqualTo(2);
        assertThat(stats.get("show_total_clicks").asBoolean()).isTrue();
        var clicks = server.get(news.path() + "/clicks");
        assertThat(clicks.at("/broadcast/clicks"))
                .hasToString(json("[{'url':'https://example.com/tea','unique_clicks':1,"
                        + "'click_to_delivery_rate':0.25,'click_to_open_rate':1.0}]"));
        assertThat(server.get("/v4/broadcasts/stats").at("/broadcasts/0/stats")).isEqualTo(stats);
    }

    private void follow(Reader reader, String way) {
        var html = reader.lastMail().get("html").asText();
        var link = html.replaceAll("(?s).*https://mail.example.com(" + way + "[^\"]+)\".*", "$1");
        assertThat(link).startsWith(way);
        var browser = Map.of("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0");
        server.send("GET", link, (byte[]) null, browser);
    }

    @Test
    void a_broadcast_whose_tag_was_deleted_is_stopped_and_says_why() {
        long tea = server.tag("Tea");
        var reader = server.subscriber("a@example.org");
        var news = scheduled("News", filter("none", "tag", tea));
        Sql.run(server.databaseUrl(), "delete from tag where id = " + tea);

        server.advance(ofDays(2));

        assertThat(reader.mail()).isEmpty();
        assertThat(news.status()).isEqualTo("aborted");
        assertThat(news.sending().get("abort_reason").asText()).isEqualTo("audience_gone");
    }

    @Test
    void two_thousand_people_are_mailed_in_steps_each_once() {
        server.subscriber("first@example.org");
        Sql.people(server.databaseUrl(), 2_000);
        var news = scheduled("News", "");

        assertThat(server.advance(ofDays(2))).isEqualTo(2_001);

        assertThat(news.status()).isEqualTo("completed");
        assertThat(news.sending().get("audience").asLong()).isEqualTo(2_001);
        assertThat(news.stats().get("recipients").asLong()).isEqualTo(2_001);
        assertThat(Sql.count(
                        server.databaseUrl(),
                        "select count(distinct subscriber_id) from delivery where broadcast_id = " + news.id))
                .isEqualTo(2_001);
    }

    @Test
    void its_post_appears_when_it_goes_out() {
        broadcast("Later", ",'public':true,'send_at':'" + tomorrow + "'");
        assertThat(server.get("/v4/posts").at("/posts/0/status").asText()).isEqualTo("draft");

        server.advance(ofDays(2));

        var post = server.get("/v4/posts").at("/posts/0");
        assertThat(post.get("status").asText()).isEqualTo("published");
        assertThat(post.get("published_at").asText()).isEqualTo(tomorrow.toString());
        assertThat(post.get("sent_at").asText()).isEqualTo(tomorrow.toString());
        assertThat(post.get("slug").asText()).isEqualTo("later");
    }
}
