package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookContractTest {
    private static final String PATH = "/v4/webhook_endpoints";
    private static final String ENDPOINT = "'id':'int','name':'text','url':'text','events':['text'],'status':'text',"
            + "'source':'text','description':'text','created_by_app':'null','created_at':'instant',"
            + "'previous_secret_expires_at':'instant?'";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
    }

    private TestServer.Answer create(String fields) {
        return server.post(PATH, json("{'url':'https://hooks.example.com/incoming'," + fields + "}"));
    }

    private String endpoint() {
        var created = create("'events':['subscriber.created']");
        assertThat(created.status()).isEqualTo(201);
        return PATH + "/" + created.at("/webhook_endpoint/id").asLong();
    }

    @Test
    void an_endpoint_is_created_with_sorted_events_and_a_secret_that_is_shown_once() {
        var created = create("'events':['subscriber.created','custom_field.created','subscriber.created'],"
                + "'name':'My webhook','description':'Listens for things'");

        assertShape(created, 201, "{'webhook_endpoint':{" + ENDPOINT + ",'secret':'text'}}");
        var endpoint = created.at("/webhook_endpoint");
        assertThat(endpoint.get("events").toString()).isEqualTo(json("['custom_field.created','subscriber.created']"));
        assertThat(endpoint.get("name").asText()).isEqualTo("My webhook");
        assertThat(endpoint.get("description").asText()).isEqualTo("Listens for things");
        assertThat(endpoint.get("status").asText()).isEqualTo("active");
        assertThat(endpoint.get("source").asText()).isEqualTo("creator");
        assertThat(endpoint.get("created_at").asText()).isEqualTo(server.now().toString());
        assertThat(endpoint.get("secret").asText()).matches("whsec_[A-Za-z0-9+/]{43}=");

        var path = PATH + "/" + endpoint.get("id").asLong();
        assertShape(server.get(path), 200, "{'webhook_endpoint':{" + ENDPOINT + "}}");
        assertShape(server.get(PATH), 200, "{'webhook_endpoints':[{" + ENDPOINT + "}]," + PAGINATION + "}");
    }

    @Test
    void without_a_name_an_endpoint_has_that_of_its_host() {
        var created = create("'events':['tag.created'],'name':null,'description':null");
        assertThat(created.at("/webhook_endpoint/name").asText()).isEqualTo("hooks.example.com");
        assertThat(created.at("/webhook_endpoint/description").asText()).isEmpty();
    }

    @Test
    void everything_that_is_wrong_with_an_endpoint_is_told_at_once() {
        assertError(server.post(PATH, "{}"), 422, "url can't be blank", "events can't be blank");
        assertError(
                server.post(PATH, json("{'url':' ','events':[]}")), 422, "url can't be blank", "events can't be blank");
        assertError(
                server.post(PATH, json("{'url':'http://10.0.0.1/','events':['subscriber.link_clicked'],'name':5}")),
                422,
                "url must not point to a private, internal or loopback address",
                "events must not include subscriber.link_clicked, which is not delivered yet",
                "name must be a string");
        var unknown = create("'events':['subscriber.renamed']");
        assertThat(unknown.status()).isEqualTo(422);
        assertThat(unknown.errors()).hasSize(1).allMatch(error -> error.startsWith("events must only include: "));
        assertThat(server.get(PATH).at("/webhook_endpoints")).isEmpty();
    }

    @Test
    void every_documented_kind_of_event_can_be_asked_for_and_a_planned_one_not() {
        var types = List.of(
                "subscriber.created",
                "subscriber.activated",
                "subscriber.unsubscribed",
                "subscriber.bounced",
                "subscriber.complained",
                "subscriber.subscribed_to_form",
                "subscriber.added_to_sequence",
                "subscriber.sequence_completed",
                "subscriber.tag_added",
                "subscriber.tag_removed",
                "subscriber.custom_field_value_updated",
                "tag.created",
                "tag.deleted",
                "custom_field.created",
                "custom_field.deleted",
                "sequence.created",
                "sequence.deleted",
                "sequence.published",
                "sequence.disabled",
                "broadcast.created",
                "broadcast.sent",
                "broadcast.deleted",
                "post.published");
        for (var type : types) {
            assertThat(create("'events':['" + type + "']")
                            .at("/webhook_endpoint/events/0")
                            .asText())
                    .isEqualTo(type);
        }
        for (var planned : List.of(
                "subscriber.product_purchased",
                "subscriber.link_clicked",
                "subscriber.email_opened",
                "landing_page.created",
                "landing_page.deleted")) {
            assertThat(create("'events':['" + planned + "']").status())
                    .as(planned)
                    .isEqualTo(422);
        }
    }

    @Test
    void endpoints_are_listed_newest_first_by_status_and_page() {
        var first = endpoint();
        var second = endpoint();
        server.patch(first, json("{'status':'disabled'}"));

        assertThat(server.get(PATH).each("webhook_endpoints", "status")).containsExactly("active", "disabled");
        assertThat(server.get(PATH + "?status=disabled").each("webhook_endpoints", "id"))
                .containsExactly(first.replaceAll(".*/", ""));
        assertThat(server.get(PATH + "?status=active").each("webhook_endpoints", "id"))
                .containsExactly(second.replaceAll(".*/", ""));
        assertError(server.get(PATH + "?status=paused"), 422, "status must be one of: active, disabled");

        var page = server.get(PATH + "?per_page=1&include_total_count=true");
        assertThat(page.at("/pagination/total_count").asLong()).isEqualTo(2);
        var next = server.get(
                PATH + "?per_page=1&after=" + page.at("/pagination/end_cursor").asText());
        assertThat(next.each("webhook_endpoints", "id")).containsExactly(first.replaceAll(".*/", ""));
    }

    @Test
    void a_patch_changes_what_it_names_and_replaces_the_events() {
        var path = endpoint();
        var patched = server.patch(
                path,
                json("{'name':'Updated name','url':'https://hooks.example.com/v2','description':'Now with details',"
                        + "'status':'active','events':['subscriber.activated']}"));

        assertShape(patched, 200, "{'webhook_endpoint':{" + ENDPOINT + "}}");
        assertThat(patched.at("/webhook_endpoint/name").asText()).isEqualTo("Updated name");
        assertThat(patched.at("/webhook_endpoint/url").asText()).isEqualTo("https://hooks.example.com/v2");
        assertThat(patched.at("/webhook_endpoint/events").toString()).isEqualTo(json("['subscriber.activated']"));
        assertThat(server.patch(path, "{}").body()).isEqualTo(patched.body());
        assertThat(server.get(path).body()).isEqualTo(patched.body());
        assertThat(server.patch(path, json("{'status':'disabled'}"))
                        .at("/webhook_endpoint/status")
                        .asText())
                .isEqualTo("disabled");
        assertError(
                server.patch(path, json("{'url':'http://127.0.0.2:8080','events':[],'status':'gone'}")),
                422,
                "url must not point to a private, internal or loopback address",
                "events can't be blank",
                "status must be one of: active, disabled");
    }

    @Test
    void a_deleted_endpoint_is_gone_from_everywhere() {
        var path = endpoint();
        assertThat(server.delete(path).status()).isEqualTo(204);
        assertError(server.delete(path), 404, "Not Found");
        assertError(server.get(path), 404, "Not Found");
        assertError(server.patch(path, "{}"), 404, "Not Found");
        assertError(server.post(path + "/rotate_secret", "{}"), 404, "Not Found");
        assertError(server.post(path + "/revoke_previous_secret", "{}"), 404, "Not Found");
        assertError(server.get(path + "/deliveries"), 404, "Not Found");
        assertError(server.get(path + "/deliveries/1"), 404, "Not Found");
        assertThat(server.get(PATH).at("/webhook_endpoints")).isEmpty();
    }

    @Test
    void another_accounts_endpoint_is_not_there() {
        var path = endpoint();
        server.useKey(server.stranger());
        assertError(server.get(path), 404, "Not Found");
        assertError(server.patch(path, json("{'name':'Mine'}")), 404, "Not Found");
        assertError(server.delete(path), 404, "Not Found");
        assertError(server.post(path + "/rotate_secret", "{}"), 404, "Not Found");
        assertError(server.get(path + "/deliveries"), 404, "Not Found");
        assertThat(server.get(PATH).at("/webhook_endpoints")).isEmpty();
    }

    @Test
    void a_secret_is_rotated_once_a_day_unless_forced() {
        var path = endpoint();
        var rotated = server.post(path + "/rotate_secret", "");
        assertShape(rotated, 200, "{'webhook_endpoint':{" + ENDPOINT + ",'secret':'text'}}");
        assertThat(rotated.at("/webhook_endpoint/previous_secret_expires_at").asText())
                .isEqualTo(server.now().plus(Duration.ofDays(1)).toString());

        assertError(
                server.post(path + "/rotate_secret", json("{'force':false}")),
                409,
                "The previous signing secret is still within its rotation window.");
        var forced = server.post(path + "/rotate_secret", json("{'force':true}"));
        assertThat(forced.status()).isEqualTo(200);
        assertThat(forced.at("/webhook_endpoint/secret")).isNotEqualTo(rotated.at("/webhook_endpoint/secret"));

        server.advance(Duration.ofDays(1));
        assertThat(server.get(path)
                        .at("/webhook_endpoint/previous_secret_expires_at")
                        .isNull())
                .isTrue();
        assertThat(server.post(path + "/rotate_secret", "{}").status()).isEqualTo(200);
    }

    @Test
    void the_previous_secret_is_revoked_early() {
        var path = endpoint();
        server.post(path + "/rotate_secret", "{}");
        var revoked = server.post(path + "/revoke_previous_secret", "");
        assertShape(revoked, 200, "{'webhook_endpoint':{" + ENDPOINT + "}}");
        assertThat(revoked.at("/webhook_endpoint/previous_secret_expires_at").isNull())
                .isTrue();
        assertThat(server.post(path + "/rotate_secret", "{}").status()).isEqualTo(200);
    }

    @Test
    void the_history_refuses_words_it_does_not_know() {
        var path = endpoint() + "/deliveries";
        assertShape(server.get(path), 200, "{'deliveries':[]," + PAGINATION + "}");
        assertError(
                server.get(path + "?status=lost"), 422, "status must be one of: pending, retrying, delivered, failed");
        assertThat(server.get(path + "?event_type=subscriber.renamed").status()).isEqualTo(422);
        assertThat(server.get(path + "?event_type=subscriber.created&status=failed")
                        .status())
                .isEqualTo(200);
        assertError(server.get(path + "/1"), 404, "Not Found");
    }

    // Legacy webhooks

    private static String legacy(String name, String parameter) {
        return json("{'target_url':'https://example.com/','event':{'name':'" + name + "'" + parameter + "}}");
    }

    @Test
    void a_legacy_webhook_is_created_and_its_event_has_lost_its_prefix() {
        var created = server.post(
                "/v4/webhooks",
                legacy(
                        "subscriber.subscriber_activate",
                        ",'form_id':null,'tag_id':null,'sequence_id':null,'product_id':null,"
                                + "'initiator_value':null,'custom_field_id':null"));
        assertShape(
                created,
                201,
                "{'webhook':{'id':'int','account_id':'int','event':{'name':'text','initiator_value':'null'},"
                        + "'target_url':'text'}}");
        assertThat(created.at("/webhook/event/name").asText()).isEqualTo("subscriber_activate");
        assertThat(created.at("/webhook/target_url").asText()).isEqualTo("https://example.com/");
    }

    @Test
    void legacy_webhooks_are_listed_newest_first_with_what_they_are_about() {
        long tag = server.tag("VIP");
        long form = server.form("Form", "embed");
        server.post("/v4/webhooks", legacy("subscriber.form_subscribe", ",'form_id':'" + form + "'"));
        server.post("/v4/webhooks", legacy("subscriber.tag_add", ",'tag_id':" + tag));

        var list = server.get("/v4/webhooks");
        assertThat(list.at("/webhooks/0/event").toString()).isEqualTo(json("{'name':'tag_add','tag_id':" + tag + "}"));
        assertThat(list.at("/webhooks/1/event").toString())
                .isEqualTo(json("{'name':'form_subscribe','form_id':" + form + "}"));
        assertThat(list.at("/webhooks/0/account_id").isIntegralNumber()).isTrue();
        assertThat(list.at("/pagination/per_page").asInt()).isEqualTo(500);
        assertThat(server.get("/v4/webhook_endpoints").at("/webhook_endpoints")).isEmpty();
    }

    @Test
    void a_kind_that_needs_a_parameter_is_refused_without_it() {
        var needed = Map.of(
                "subscriber.form_subscribe", "form_id",
                "subscriber.course_subscribe", "sequence_id",
                "subscriber.course_complete", "sequence_id",
                "subscriber.product_purchase", "product_id",
                "subscriber.tag_add", "tag_id",
                "subscriber.tag_remove", "tag_id",
                "custom_field.field_value_updated", "custom_field_id");
        needed.forEach((name, parameter) -> {
            var blank = "event " + parameter + " can't be blank";
            assertError(server.post("/v4/webhooks", legacy(name, "")), 422, blank);
            assertError(server.post("/v4/webhooks", legacy(name, ",'" + parameter + "':null")), 422, blank);
            assertError(
                    server.post("/v4/webhooks", legacy(name, ",'" + parameter + "':'x'")),
                    422,
                    "event " + parameter + " must be an id");
            if (!parameter.equals("product_id")) {
                assertError(
                        server.post("/v4/webhooks", legacy(name, ",'" + parameter + "':999999")),
                        422,
                        "event " + parameter + " not found: 999999");
            }
        });
    }

    @Test
    void a_link_is_needed_for_clicks() {
        assertError(
                server.post("/v4/webhooks", legacy("subscriber.link_click", "")),
                422,
                "event initiator_value can't be blank");
        var created =
                server.post("/v4/webhooks", legacy("subscriber.link_click", ",'initiator_value':'https://a.example/'"));
        assertThat(created.at("/webhook/event/initiator_value").asText()).isEqualTo("https://a.example/");
    }

    @Test
    void without_event_or_target_there_is_no_legacy_webhook() {
        for (var body : List.of(
                "{}",
                json("{'target_url':'https://example.com/'}"),
                json("{'event':{'name':'subscriber.subscriber_activate'}}"),
                json("{'target_url':'','event':{'name':'subscriber.subscriber_activate'}}"),
                json("{'target_url':'https://example.com/','event':{}}"),
                json("{'target_url':null,'event':null}"))) {
            assertError(server.post("/v4/webhooks", body), 422, "`event` and `target` parameters must be provided");
        }
        var wrong = server.post(
                "/v4/webhooks", json("{'target_url':'http://192.168.0.1/','event':{'name':'subscriber.gone'}}"));
        assertThat(wrong.errors())
                .hasSize(2)
                .contains("target_url must not point to a private, internal or loopback address");
        assertThat(server.get("/v4/webhooks").at("/webhooks")).isEmpty();
    }

    @Test
    void a_legacy_webhook_is_deleted_by_its_account_only() {
        long id = server.post("/v4/webhooks", legacy("purchase.purchase_create", ""))
                .at("/webhook/id")
                .asLong();
        assertError(server.delete("/v4/webhook_endpoints/" + id), 404, "Not Found");
        assertError(server.delete("/v4/webhooks/999999"), 404, "Not Found");
        assertThat(server.delete("/v4/webhooks/" + id).status()).isEqualTo(204);
        assertError(server.delete("/v4/webhooks/" + id), 404, "Not Found");
        assertError(server.delete(endpoint().replace("webhook_endpoints", "webhooks")), 404, "Not Found");
    }
}
