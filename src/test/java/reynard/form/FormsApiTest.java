package reynard.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FormsApiTest {
    private static final String REFERRER = "https://mywebsite.com/bfpromo/?utm_source=facebook&utm_medium=cpc";

    private final TestServer server = TestServer.at("2026-03-02T10:00:00Z");

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_form_is_created_and_listed_as_Kit_shows_it() {
        var created = server.post("/ext/v1/forms", "{\"name\":\" Sign up \",\"type\":\"embed\"}");

        assertThat(created.status()).isEqualTo(201);
        var uid = created.at("/form/uid").asText();
        assertThat(uid).matches("[0-9a-f]{20}");
        var url = created.at("/form/embed_url").asText();
        assertThat(url).matches("https://mail\\.example\\.com/forms/[\\w-]{22}/" + uid);
        var listed = server.get("/v4/forms").at("/forms/0");
        assertThat(listed).isEqualTo(created.at("/form"));
        assertThat(listed.toString())
                .isEqualTo("""
                        {"id":%d,"name":"Sign up","created_at":"2026-03-02T10:00:00Z","type":"embed","format":null,\
                        "embed_js":"%s/index.js",\
                        "embed_url":"%s","archived":false,"uid":"%s"}""".formatted(created.at("/form/id").asLong(), url, url, uid));
    }

    @Test
    void a_form_needs_a_name_and_a_type() {
        assertThat(server.post("/ext/v1/forms", "{}").errors())
                .containsExactlyInAnyOrder("name can't be blank", "type must be one of: embed, hosted");
        assertThat(server.post("/ext/v1/forms", "{\"name\":5,\"type\":\"embed\"}")
                        .errors())
                .containsExactly("name must be a string");
    }

    @Test
    void the_list_shows_active_forms_unless_another_status_is_asked_for() {
        long active = server.form("Active", "embed");
        long archived = server.form("Archived", "hosted");
        long trashed = server.form("Trashed", "hosted");
        assertThat(server.put("/ext/v1/forms/" + archived, "{\"archived\":true}")
                        .at("/form/archived")
                        .asBoolean())
                .isTrue();
        server.put("/ext/v1/forms/" + trashed, "{\"status\":\"trashed\"}");

        assertThat(server.get("/v4/forms").each("forms", "id")).containsExactly("" + active);
        assertThat(server.get("/v4/forms?status=archived").each("forms", "id")).containsExactly("" + archived);
        assertThat(server.get("/v4/forms?status=all").each("forms", "id"))
                .containsExactly("" + trashed, "" + archived, "" + active);
        assertThat(server.get("/v4/forms?status=all&type=hosted").each("forms", "id"))
                .containsExactly("" + trashed, "" + archived);
        assertThat(server.get("/v4/forms?status=gone").status()).isEqualTo(422);
        assertThat(server.get("/v4/forms?type=popup").status()).isEqualTo(422);
    }

    @Test
    void a_form_is_renamed_and_restored() {
        long form = server.form("Old", "embed");
        server.put("/ext/v1/forms/" + form, "{\"archived\":true}");

        var answer = server.put("/ext/v1/forms/" + form, "{\"name\":\"New\",\"archived\":false}");

        assertThat(answer.at("/form/name").asText()).isEqualTo("New");
        assertThat(answer.at("/form/archived").asBoolean()).isFalse();
        assertThat(server.put("/ext/v1/forms/" + form, "{\"archived\":true,\"status\":\"active\"}")
                        .errors())
                .containsExactly("status and archived must not be given together");
        server.useKey(server.stranger());
        assertThat(server.put("/ext/v1/forms/" + form, "{}").status()).isEqualTo(404);
    }

    @Test
    void the_first_adding_is_201_and_the_second_200_and_changes_nothing() {
        long form = server.form("Sign up", "embed");
        long alice = server.subscriber("alice@example.org").id();
        server.put("/v4/subscribers/" + alice, "{\"first_name\":\"Alice\"}");
        var path = "/v4/forms/" + form + "/subscribers";

        var added = server.post(path, "{\"email_address\":\"Alice@example.org\",\"referrer\":\"" + REFERRER + "\"}");
        server.advance(Duration.ofDays(1));
        var again = server.post(path + "/" + alice, "{\"referrer\":\"https://other.example\"}");

        assertThat(added.status()).isEqualTo(201);
        assertThat(added.at("/subscriber").toString()).isEqualTo("""
                        {"id":%d,"first_name":"Alice","email_address":"alice@example.org","state":"active",\
                        "created_at":"2026-03-02T10:00:00Z","fields":{},"added_at":"2026-03-02T10:00:00Z",\
                        "referrer":"%s","referrer_utm_parameters":{"source":"facebook","medium":"cpc",\
                        "campaign":null,"term":null,"content":null}}""".formatted(alice, REFERRER));
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(added.body());
    }

    @Test
    void a_landing_page_takes_subscribers_by_its_own_path() {
        long page = server.form("Landing", "hosted");
        long alice = server.subscriber("alice@example.org").id();

        assertThat(server.post(
                                "/v4/landing_pages/" + page + "/subscribers",
                                "{\"email_address\":\"alice@example.org\"}")
                        .status())
                .isEqualTo(201);
        assertThat(server.post("/v4/landing_pages/" + page + "/subscribers/" + alice, "")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void without_an_address_or_a_subscriber_nobody_is_added() {
        long form = server.form("Sign up", "embed");
        var path = "/v4/forms/" + form + "/subscribers";

        var answer = server.post(path, "{}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.errors())
                .containsExactly("Either subscriber id or email address is required to add subscriber to form");
        assertThat(server.post(path, "{\"email_address\":\"nobody@example.org\"}")
                        .status())
                .isEqualTo(404);
        assertThat(server.post(path + "/999999", "{}").status()).isEqualTo(404);
        assertThat(server.post("/v4/forms/999999/subscribers", "{}").status()).isEqualTo(404);
    }

    @Test
    void members_are_listed_newest_first_by_state_and_time_and_counted_when_active() {
        long form = server.form("Sign up", "embed");
        long alice = server.subscriber("alice@example.org").id();
        server.post("/v4/forms/" + form + "/subscribers/" + alice, "{}");
        server.advance(Duration.ofDays(2));
        long bob = server.subscriber("bob@example.org").id();
        server.post("/v4/forms/" + form + "/subscribers/" + bob, "{}");
        long gone = server.subscriber("gone@example.org", "cancelled").id();
        server.post("/v4/forms/" + form + "/subscribers/" + gone, "{}");
        var path = "/v4/forms/" + form + "/subscribers";

        assertThat(server.get(path).each("subscribers", "id")).containsExactly("" + bob, "" + alice);
        assertThat(server.get(path + "?status=all").each("subscribers", "id"))
                .containsExactly("" + gone, "" + bob, "" + alice);
        assertThat(server.get(path + "?added_after=2026-03-03").each("subscribers", "id"))
                .containsExactly("" + bob);
        assertThat(server.get(path + "?created_before=2026-03-03").each("subscribers", "id"))
                .containsExactly("" + alice);
        assertThat(server.get(path + "?slim=true").at("/subscribers/0").has("fields"))
                .isFalse();
        assertThat(server.get(path).at("/subscribers/0/referrer").isNull()).isTrue();
        assertThat(server.get("/v4/forms?include=subscriber_count")
                        .at("/forms/0/subscriber_count")
                        .asInt())
                .isEqualTo(2);
        server.useKey(server.stranger());
        assertThat(server.get(path).status()).isEqualTo(404);
    }

    @Test
    void members_come_page_by_page() {
        long form = server.form("Sign up", "embed");
        for (int i = 0; i < 3; i++) {
            long id = server.subscriber("s" + i + "@example.org").id();
            server.post("/v4/forms/" + form + "/subscribers/" + id, "{}");
        }
        var path = "/v4/forms/" + form + "/subscribers?per_page=2&include_total_count=true";

        var first = server.get(path);
        var second =
                server.get(path + "&after=" + first.at("/pagination/end_cursor").asText());

        assertThat(first.each("subscribers", "email_address")).containsExactly("s2@example.org", "s1@example.org");
        assertThat(first.at("/pagination/total_count").asInt()).isEqualTo(3);
        assertThat(second.each("subscribers", "email_address")).containsExactly("s0@example.org");
        assertThat(second.at("/pagination/has_next_page").asBoolean()).isFalse();
    }
}
