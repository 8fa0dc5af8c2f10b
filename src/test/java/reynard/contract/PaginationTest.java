package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.assertError;
import static reynard.testing.TestServer.json;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// Pages of every list, over 25 rows.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PaginationTest {
    private static final int ROWS = 25;

    private final TestServer server = TestServer.start();
    private long sequence;
    private long tag;

    record Listing(String plural, String path) {
        @Override
        public String toString() {
            return path;
        }

        String with(String query) {
            return path + (path.contains("?") ? "&" : "?") + query;
        }
    }

    @BeforeAll
    void fill() {
        var walk = server.sequence();
        sequence = walk.id();
        for (int i = 0; i < ROWS; i++) {
            server.post("/v4/custom_fields", json("{'label':'Field " + i + "'}"));
            tag = server.tag("Tag " + i);
            walk.add(TestServer.days("Email " + i, i + 1));
            var reader = server.subscriber("reader" + i + "@example.org");
            reader.joins(walk);
            if (i % 3 == 0) { // Several rows share an instant.
                server.advance(Duration.ofMinutes(1));
            }
            if (i > 0) {
                server.sequence();
            }
        }
        for (var row : server.get("/v4/subscribers").body().get("subscribers")) {
            server.post("/v4/tags/" + tag + "/subscribers/" + row.get("id"), "");
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    Stream<Listing> lists() {
        return Stream.of(
                new Listing("subscribers", "/v4/subscribers"),
                new Listing("subscribers", "/v4/subscribers?sort_field=created_at&sort_order=asc"),
                new Listing("subscribers", "/v4/subscribers?sort_field=updated_at"),
                new Listing("custom_fields", "/v4/custom_fields"),
                new Listing("tags", "/v4/tags"),
                new Listing("subscribers", "/v4/tags/" + tag + "/subscribers"),
                new Listing("sequences", "/v4/sequences"),
                new Listing("subscribers", "/v4/sequences/" + sequence + "/subscribers"),
                new Listing("emails", "/v4/sequences/" + sequence + "/emails"));
    }

    private static List<String> ids(Answer answer, Listing list) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(200);
        return answer.each(list.plural(), "id");
    }

    private static String cursor(Answer answer, String name) {
        return URLEncoder.encode(answer.at("/pagination/" + name).asText(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @MethodSource("lists")
    void walking_forward_and_backward_gives_the_same_rows(Listing list) {
        var all = ids(server.get(list.path()), list);
        assertThat(all).hasSize(ROWS).doesNotHaveDuplicates();

        var forward = new ArrayList<String>();
        var page = server.get(list.with("per_page=4"));
        assertThat(page.at("/pagination/has_previous_page").asBoolean()).isFalse();
        forward.addAll(ids(page, list));
        while (page.at("/pagination/has_next_page").asBoolean()) {
            page = server.get(list.with("per_page=4&after=" + cursor(page, "end_cursor")));
            assertThat(page.at("/pagination/has_previous_page").asBoolean()).isTrue();
            forward.addAll(ids(page, list));
        }
        assertThat(forward).isEqualTo(all);

        var backward = new ArrayList<>(ids(page, list));
        while (page.at("/pagination/has_previous_page").asBoolean()) {
            page = server.get(list.with("per_page=4&before=" + cursor(page, "start_cursor")));
            assertThat(page.at("/pagination/has_next_page").asBoolean()).isTrue();
            backward.addAll(0, ids(page, list));
        }
        assertThat(backward).isEqualTo(all);
    }

    @ParameterizedTest
    @MethodSource("lists")
    void the_total_is_told_when_asked_for(Listing list) {
        assertThat(server.get(list.with("include_total_count=true&per_page=2"))
                        .at("/pagination/total_count")
                        .asInt())
                .isEqualTo(ROWS);
        assertThat(server.get(list.with("include_total_count=1"))
                        .at("/pagination/total_count")
                        .asInt())
                .isEqualTo(ROWS);
        assertThat(server.get(list.with("include_total_count=false"))
                        .at("/pagination")
                        .has("total_count"))
                .isFalse();
    }

    @ParameterizedTest
    @MethodSource("lists")
    void a_page_past_the_end_is_empty_with_null_cursors(Listing list) {
        var all = server.get(list.with("per_page=1000"));
        assertThat(all.at("/pagination/has_next_page").asBoolean()).isFalse();

        var past = server.get(list.with("after=" + cursor(all, "end_cursor")));

        assertThat(ids(past, list)).isEmpty();
        assertThat(past.at("/pagination/start_cursor").isNull()).isTrue();
        assertThat(past.at("/pagination/end_cursor").isNull()).isTrue();
        assertThat(past.at("/pagination/has_next_page").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("lists")
    void per_page_is_500_unless_given_at_most_1000_and_never_less_than_1(Listing list) {
        assertThat(server.get(list.path()).at("/pagination/per_page").asInt()).isEqualTo(500);
        assertThat(server.get(list.with("per_page=")).at("/pagination/per_page").asInt())
                .isEqualTo(500);
        assertThat(server.get(list.with("per_page=7"))
                        .at("/pagination/per_page")
                        .asInt())
                .isEqualTo(7);
        assertThat(server.get(list.with("per_page=5000"))
                        .at("/pagination/per_page")
                        .asInt())
                .isEqualTo(1_000);
        for (var bad : new String[] {"0", "-1", "ten", "1.5", "1&per_page=2"}) {
            assertThat(server.get(list.with("per_page=" + bad)).status())
                    .as(bad)
                    .isEqualTo(422);
        }
    }

    @ParameterizedTest
    @MethodSource("lists")
    void a_cursor_of_another_shape_is_refused(Listing list) {
        for (var key : new String[] {
            "[]",
            "{}",
            "5",
            "['x']",
            "[1,2,3]",
            "[1.5]",
            "[null]",
            "[99999999999999999999]",
            "['2026-01-01T00:00:00Z']",
            "['+999999999-12-31T23:59:59Z',1]",
            "[1,'x']",
            "[[1]]",
            "nonsense",
            ""
        }) {
            var cursor = Base64.getEncoder().encodeToString(json(key).getBytes(StandardCharsets.UTF_8));
            if (!cursor.isEmpty()) {
                refused(list, cursor);
            }
        }
        refused(list, "WzFd!");
        refused(list, "'");
        refused(list, "A".repeat(6_000));
        var page = server.get(list.with("per_page=1"));
        assertThat(server.get(list.with(
                                "after=" + cursor(page, "end_cursor") + "&before=" + cursor(page, "end_cursor")))
                        .status())
                .isEqualTo(422);
    }

    private void refused(Listing list, String cursor) {
        for (var side : new String[] {"after", "before"}) {
            var answer = server.get(list.with(side + "=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8)));
            assertThat(answer.status()).as(side + " " + cursor).isEqualTo(422);
            assertThat(answer.errors()).hasSize(1);
        }
    }

    @Test
    void cursors_are_base64_of_the_sort_key() {
        var tags = server.get("/v4/tags?per_page=1");
        var decoded = new String(
                Base64.getDecoder().decode(tags.at("/pagination/end_cursor").asText()), StandardCharsets.UTF_8);

        assertThat(decoded).isEqualTo("[" + tags.at("/tags/0/id") + "]");
    }

    @Test
    void an_empty_list_has_null_cursors_and_a_total_of_0() {
        var answer = server.get("/v4/subscribers?status=bounced&include_total_count=true");

        assertThat(answer.body())
                .hasToString(
                        json(
                                "{'subscribers':[],'pagination':{'has_previous_page':false,"
                                        + "'has_next_page':false,'start_cursor':null,'end_cursor':null,'per_page':500,'total_count':0}}"));
    }

    @Test
    void a_cursor_of_another_account_shows_nothing_of_it() {
        var cursor = cursor(server.get("/v4/tags?per_page=1"), "end_cursor");
        var stranger = Map.of("X-Kit-Api-Key", server.stranger());

        assertThat(server.send("GET", "/v4/tags?after=" + cursor, null, stranger)
                        .body()
                        .get("tags"))
                .isEmpty();
        assertError(
                server.send("GET", "/v4/tags/" + tag + "/subscribers?after=" + cursor, null, stranger),
                404,
                "Not Found");
    }
}
