package reynard.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.id.SubscriberId;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SegmentsApiTest {
    private final TestServer server = TestServer.at("2026-03-02T10:00:00Z");

    private final long city = server.field("City");
    private final long tag = server.tag("vip");
    private final long form = server.form("Sign up", "embed");
    private final long sequence = server.post("/v4/sequences", "{\"name\":\"Welcome\"}")
            .at("/sequence/id")
            .asLong();
    private final long ann = subscriber("ann@example.org", "Rome");
    private final long bob = subscriber("bob@Example.com", "New Oslo");
    private final long eve = server.subscriber("eve@example.org", "bounced").id();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_filter_without_groups_matches_everybody_whatever_their_state() {
        assertThat(matching("[]")).containsExactly(eve, bob, ann);
    }

    @Test
    void a_tag_a_form_and_a_sequence_match_those_who_are_in_them() {
        server.post("/v4/tags/" + tag + "/subscribers/" + ann, "");
        server.post("/v4/forms/" + form + "/subscribers/" + bob, "");
        server.post("/v4/sequences/" + sequence + "/subscribers/" + eve, "");

        assertThat(matching(all("{\"type\":\"tag\",\"id\":%d}".formatted(tag)))).containsExactly(ann);
        assertThat(matching(all("{\"type\":\"form\",\"id\":%d}".formatted(form))))
                .containsExactly(bob);
        assertThat(matching(all("{\"type\":\"sequence\",\"id\":%d}".formatted(sequence))))
                .containsExactly(eve);
        server.delete("/ext/v1/sequences/" + sequence + "/subscribers/" + eve);
        assertThat(matching(all("{\"type\":\"sequence\",\"id\":%d}".formatted(sequence))))
                .containsExactly(eve);
    }

    @Test
    void a_custom_field_is_compared_without_case_and_no_value_is_another_value() {
        assertThat(matching(field("\"is\",\"value\":\"ROME\""))).containsExactly(ann);
        assertThat(matching(field("\"is_not\",\"value\":\"rome\""))).containsExactly(eve, bob);
        assertThat(matching(field("\"contains\",\"value\":\"OSL\""))).containsExactly(bob);
        assertThat(matching(field("\"contains\",\"value\":\"%\""))).isEmpty();
        assertThat(matching(field("\"has_value\""))).containsExactly(bob, ann);
    }

    @Test
    void state_address_and_time_of_subscribing_are_compared() {
        server.advance(Duration.ofDays(3));
        long late = server.subscriber("late@example.net").id();

        assertThat(matching(all("{\"type\":\"state\",\"state\":\"bounced\"}"))).containsExactly(eve);
        assertThat(matching(all("{\"type\":\"email\",\"contains\":\"@EXAMPLE.\"}")))
                .containsExactly(late, eve, bob, ann);
        assertThat(matching(all("{\"type\":\"email\",\"contains\":\"_\"}"))).isEmpty();
        assertThat(matching(all("{\"type\":\"subscribed\",\"after\":\"2026-03-03\"}")))
                .containsExactly(late);
        assertThat(matching(all("{\"type\":\"subscribed\",\"before\":\"2026-03-03\"}")))
                .containsExactly(eve, bob, ann);
    }

    @Test
    void groups_want_all_any_or_none_and_several_must_all_match() {
        var rome = "{\"type\":\"custom_field\",\"id\":%d,\"comparison\":\"is\",\"value\":\"Rome\"}".formatted(city);
        var bounced = "{\"type\":\"state\",\"state\":\"bounced\"}";

        assertThat(matching("[{\"any\":[" + rome + "," + bounced + "]}]")).containsExactly(eve, ann);
        assertThat(matching("[{\"all\":[" + rome + "," + bounced + "]}]")).isEmpty();
        assertThat(matching("[{\"none\":[" + rome + "," + bounced + "]}]")).containsExactly(bob);
        assertThat(matching("[{\"any\":[" + rome + "," + bounced + "]},{\"none\":[" + bounced + "]}]"))
                .containsExactly(ann);
    }

    @Test
    void a_segment_is_created_shown_changed_and_deleted() {
        var filter = all("{\"type\":\"tag\",\"id\":%d}".formatted(tag));
        var created = server.post("/ext/v1/segments", "{\"name\":\"VIPs\",\"filter\":" + filter + "}");
        long id = created.at("/segment/id").asLong();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.at("/segment/filter")).hasToString(filter);
        assertThat(server.get("/v4/segments").at("/segments"))
                .hasToString("[{\"id\":%d,\"name\":\"VIPs\",\"created_at\":\"2026-03-02T10:00:00Z\"}]".formatted(id));
        assertThat(server.put("/ext/v1/segments/" + id, "{\"name\":\"All\",\"filter\":[]}")
                        .at("/segment/name")
                        .asText())
                .isEqualTo("All");
        assertThat(server.get("/ext/v1/segments/%d".formatted(id)).at("/segment/filter"))
                .hasToString("[]");
        assertThat(server.get("/ext/v1/segments/%d/count".formatted(id)).body()).hasToString("{\"count\":3}");
        assertThat(server.delete("/ext/v1/segments/%d".formatted(id)).status()).isEqualTo(204);
        assertThat(server.get("/ext/v1/segments/%d".formatted(id)).status()).isEqualTo(404);
        assertThat(server.delete("/ext/v1/segments/%d".formatted(id)).status()).isEqualTo(404);
    }

    @Test
    void those_who_match_come_page_by_page() {
        long id = segment("[]");

        var first = server.get("/ext/v1/segments/%d/subscribers?per_page=2&slim=1".formatted(id));
        var second = server.get("/ext/v1/segments/%d/subscribers?per_page=2&after=%s"
                .formatted(id, first.at("/pagination/end_cursor").asText()));

        assertThat(first.each("subscribers", "id")).containsExactly("" + eve, "" + bob);
        assertThat(first.at("/subscribers/0").has("fields")).isFalse();
        assertThat(second.each("subscribers", "id")).containsExactly("" + ann);
        assertThat(second.at("/subscribers/0/fields/city").asText()).isEqualTo("Rome");
    }

    @Test
    void a_preview_saves_nothing() {
        var preview = server.post("/ext/v1/segments/preview?per_page=1", "{\"filter\":" + field("\"has_value\"") + "}");

        assertThat(preview.at("/count").asInt()).isEqualTo(2);
        assertThat(preview.each("subscribers", "id")).containsExactly("" + bob);
        assertThat(server.get("/v4/segments").at("/segments")).isEmpty();
    }

    @Test
    void what_the_account_does_not_have_is_not_found() {
        var others = """
                {"filter":[{"any":[{"type":"tag","id":%d},{"type":"form","id":%d},{"type":"sequence","id":%d},
                {"type":"custom_field","id":%d,"comparison":"has_value"},{"type":"tag","id":%d}]}]}""".formatted(tag, form, sequence, city, tag);

        long id = segment("[]");
        server.useKey(server.stranger());
        var answer = server.post("/ext/v1/segments/preview", others);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.errors())
                .containsExactly(
                        "filter tag not found: " + tag,
                        "filter form not found: " + form,
                        "filter sequence not found: " + sequence,
                        "filter custom_field not found: " + city);
        assertThat(server.get("/ext/v1/segments/%d/subscribers".formatted(id)).status())
                .isEqualTo(404);
        assertThat(server.put("/ext/v1/segments/" + id, "{}").status()).isEqualTo(404);
        assertThat(server.get("/v4/segments").at("/segments")).isEmpty();
        server.useKey(TestServer.API_KEY);
        assertThat(server.post("/ext/v1/segments/preview", others).status()).isEqualTo(200);
    }

    @Test
    void what_is_deleted_later_has_nobody_and_is_named_as_missing() {
        long gone = server.tag("Gone");
        var left = server.sequence();
        long last = server.field("Last");
        var reader = server.subscriber("left@example.org", left);
        reader.getsTag(gone);
        var conditions = "[{\"type\":\"tag\",\"id\":%d},{\"type\":\"sequence\",\"id\":%d},".formatted(gone, left.id())
                + "{\"type\":\"custom_field\",\"id\":%d,\"comparison\":\"is_not\",\"value\":\"x\"}]".formatted(last);
        var any = "/ext/v1/segments/"
                + segment("[{\"any\":[{\"type\":\"tag\",\"id\":%d},".formatted(gone)
                        + "{\"type\":\"sequence\",\"id\":%d}]}]".formatted(left.id()));
        var all = "/ext/v1/segments/" + segment("[{\"any\":" + conditions + "}]");
        assertThat(server.get(any + "/count").at("/count").asInt()).isOne();
        assertThat(server.get(any).at("/segment/missing")).isEmpty();

        var bulk = text(Map.of("tags", List.of(Map.of("id", gone))));
        server.useToken(server.token());
        server.send("DELETE", "/v4/bulk/tags", bulk);
        server.useKey(TestServer.API_KEY);
        left.delete();
        server.delete("/v4/custom_fields/" + last);

        assertThat(server.get(any + "/count").at("/count").asInt()).isZero();
        assertThat(server.get(any).at("/segment/missing").toString())
                .isEqualTo(
                        "[{\"type\":\"tag\",\"id\":%d},{\"type\":\"sequence\",\"id\":%d}]".formatted(gone, left.id()));
        assertThat(server.get(all).at("/segment/missing")).hasSize(3);
        assertThat(server.put(all, "{\"name\":\"Renamed\"}").status()).isEqualTo(200);
        assertThat(server.put(all, "{\"filter\":[{\"any\":" + conditions + "}]}")
                        .errors())
                .containsExactly(
                        "filter tag not found: " + gone,
                        "filter sequence not found: " + left.id(),
                        "filter custom_field not found: " + last);
    }

    @Test
    void a_segment_needs_a_name_and_a_filter() {
        assertThat(server.post("/ext/v1/segments", "{}").errors())
                .containsExactly("name can't be blank", "filter can't be blank");
        long id = segment("[]");
        assertThat(server.put("/ext/v1/segments/" + id, "{\"name\":\" \",\"filter\":null}")
                        .errors())
                .containsExactly("name can't be blank", "filter can't be null");
    }

    @Test
    void a_segment_that_a_sequence_excludes_stays() {
        long id = segment("[]");
        server.put(
                "/v4/sequences/" + sequence,
                "{\"exclude_subscriber_sources\":[{\"type\":\"segment\",\"ids\":[%d]}]}".formatted(id));

        assertThat(server.delete("/ext/v1/segments/%d".formatted(id)).errors())
                .containsExactly("Segment is excluded by sequence " + sequence);
        server.delete("/v4/sequences/%d".formatted(sequence));
        assertThat(server.delete("/ext/v1/segments/%d".formatted(id)).status()).isEqualTo(204);
    }

    @Test
    void a_batch_is_judged_at_once() {
        var bounced = new SegmentId(segment(all("{\"type\":\"state\",\"state\":\"bounced\"}")));
        var people = List.of(new SubscriberId(ann), new SubscriberId(eve));

        try (var database = Database.open(server.databaseUrl(), 2)) {
            var segments = new Segments(database, new IdBlocks(database), InstantSource.system());
            database.useTx(tx -> {
                var account = tx.query("select a.id from account a")
                        .map((row, _) -> new AccountId(row.getLong("id")))
                        .one();

                assertThat(segments.matching(tx, account, bounced, people)).containsExactly(new SubscriberId(eve));
                assertThat(segments.matching(tx, account, new SegmentId(999_999), people))
                        .isEmpty();
                assertThat(segments.matching(tx, new AccountId(999_999), bounced, people))
                        .isEmpty();
            });
        }
    }

    @Test
    void nobody_of_another_account_matches() {
        server.useKey(server.stranger());
        long stranger = server.subscriber("ann@example.org").id();

        assertThat(matching("[]")).containsExactly(stranger);
    }

    private List<Long> matching(String filter) {
        var preview = server.post("/ext/v1/segments/preview", "{\"filter\":" + filter + "}");
        assertThat(preview.status()).as(preview.body().toString()).isEqualTo(200);
        var ids = preview.each("subscribers", "id").stream().map(Long::valueOf).toList();
        assertThat(preview.at("/count").asInt()).isEqualTo(ids.size());
        return ids;
    }

    private long segment(String filter) {
        return server.post("/ext/v1/segments", "{\"name\":\"Segment\",\"filter\":" + filter + "}")
                .at("/segment/id")
                .asLong();
    }

    private static String all(String condition) {
        return "[{\"all\":[" + condition + "]}]";
    }

    private String field(String comparison) {
        return "[{\"all\":[{\"type\":\"custom_field\",\"id\":" + city + ",\"comparison\":" + comparison + "}]}]";
    }

    private long subscriber(String email, String town) {
        return server.post(
                        "/v4/subscribers",
                        "{\"email_address\":\"%s\",\"fields\":{\"city\":\"%s\"}}".formatted(email, town))
                .at("/subscriber/id")
                .asLong();
    }
}
