package reynard.tag;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TagsApiTest {
    private final TestServer server = TestServer.at("2026-03-02T10:00:00Z");
    private final long vip = server.tag("vip");

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_renamed_tag_keeps_its_id() {
        var renamed = server.put("/v4/tags/" + vip, "{\"name\":\" VIP \"}");

        assertThat(renamed.status()).isEqualTo(200);
        assertThat(renamed.body())
                .hasToString("{\"tag\":{\"id\":%d,\"name\":\"VIP\",\"created_at\":\"2026-03-02T10:00:00Z\"}}"
                        .formatted(vip));
    }

    @Test
    void a_blank_or_used_name_is_refused() {
        server.tag("Other");

        assertThat(server.put("/v4/tags/" + vip, "{\"name\":\" \"}").errors()).containsExactly("Name can't be blank");
        assertThat(server.put("/v4/tags/" + vip, "{\"name\":\"OTHER\"}").errors())
                .containsExactly("Name has already been taken");
        assertThat(server.put("/v4/tags/999999", "{}").status()).isEqualTo(404);
        server.useKey(server.stranger());
        assertThat(server.put("/v4/tags/" + vip, "{\"name\":\"x\"}").status()).isEqualTo(404);
    }

    @Test
    void those_who_wear_a_tag_are_listed_last_tagged_first() {
        long ann = server.subscriber("ann@example.org").id();
        long bob = server.subscriber("bob@example.org").id();
        long gone = server.subscriber("gone@example.org", "cancelled").id();
        server.post("/v4/tags/" + vip + "/subscribers/" + bob, "");
        server.post("/v4/tags/" + vip + "/subscribers/" + gone, "");
        server.advance(Duration.ofDays(2));
        server.post("/v4/tags/" + vip + "/subscribers/" + ann, "");
        var path = "/v4/tags/" + vip + "/subscribers";

        assertThat(server.get(path).each("subscribers", "id")).containsExactly("" + ann, "" + bob);
        assertThat(server.get(path).at("/subscribers/0/tagged_at").asText()).isEqualTo("2026-03-04T10:00:00Z");
        assertThat(server.get(path + "?status=cancelled").each("subscribers", "id"))
                .containsExactly("" + gone);
        assertThat(server.get(path + "?tagged_before=2026-03-03").each("subscribers", "id"))
                .containsExactly("" + bob);
        assertThat(server.get(path + "?slim=true").at("/subscribers/0").has("fields"))
                .isFalse();
        assertThat(server.get("/v4/tags/999999/subscribers").status()).isEqualTo(404);
    }

    @Test
    void a_subscribers_tags_are_listed_with_the_time_of_tagging() {
        long ann = server.subscriber("ann@example.org").id();
        long late = server.tag("late");
        server.post("/v4/tags/" + late + "/subscribers/" + ann, "");
        server.advance(Duration.ofDays(1));
        server.post("/v4/tags/" + vip + "/subscribers/" + ann, "");

        var tags = server.get("/v4/subscribers/%d/tags".formatted(ann));
        var paged = server.get("/v4/subscribers/%d/tags?per_page=1".formatted(ann));

        assertThat(tags.at("/tags")).hasToString("""
                        [{"id":%d,"name":"vip","tagged_at":"2026-03-03T10:00:00Z"},\
                        {"id":%d,"name":"late","tagged_at":"2026-03-02T10:00:00Z"}]""".formatted(vip, late));
        assertThat(server.get("/v4/subscribers/%d/tags?after=%s"
                                .formatted(
                                        ann, paged.at("/pagination/end_cursor").asText()))
                        .each("tags", "name"))
                .containsExactly("late");
        assertThat(server.get("/v4/subscribers/999999/tags").status()).isEqualTo(404);
    }
}
