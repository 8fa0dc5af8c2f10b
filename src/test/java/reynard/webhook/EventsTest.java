package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.event.Event;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.testing.FakeReceiver;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

/// What is told of each event, word for word.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventsTest {
    private final TestServer server = TestServer.start();
    private FakeReceiver receiver;

    /// Each test has an account of its own, and a receiver of all its events.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        receiver = FakeReceiver.start();
        var created = server.post(
                "/v4/webhook_endpoints", TestServer.text(Map.of("url", receiver.url(), "events", Topic.NAMES)));
        assertThat(created.status()).isEqualTo(201);
    }

    @AfterEach
    void hangUp() {
        receiver.close();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /// What has been told since the last time, as `type data`, by type.
    private List<String> told() {
        server.settle();
        var told = new ArrayList<String>();
        for (var request : receiver.received()) {
            if (request.requestLine().contains("/hook ")) {
                request.json().get("events").forEach(event -> {
                    assertThat(event.get("id").asText()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
                    assertThat(event.get("created").asText())
                            .isEqualTo(server.now().toString());
                    told.add(event.get("type").asText() + " " + event.get("data"));
                });
            }
        }
        receiver.forget();
        told.sort(Comparator.comparing(line -> line.substring(0, line.indexOf(' '))));
        return told;
    }

    private void forgetTold() {
        told();
    }

    private static String line(String type, String data) {
        return type + " " + json(data);
    }

    private String person(Reader reader, String state, String fields) {
        return "'subscriber':{'id':" + reader.id() + ",'first_name':null,'email_address':'" + reader.email()
                + "','state':'" + state + "','created_at':'" + server.now() + "','fields':" + fields + "}";
    }

    private String plan(TestServer.Sequence sequence, boolean active) {
        return "'sequence':{'id':" + sequence.id() + ",'name':'Sequence','hold':false,'repeat':false,'created_at':'"
                + server.now() + "','updated_at':'" + server.now() + "','email_template_id':null,'active':" + active
                + "}";
    }

    @Test
    void an_active_person_is_created_and_activated() {
        var reader = server.subscriber("a@example.org");
        var data = "{" + person(reader, "active", "{}") + "}";
        assertThat(told()).containsExactly(line("subscriber.activated", data), line("subscriber.created", data));
        server.subscriber("a@example.org");
        assertThat(told()).isEmpty();
    }

    @Test
    void an_unconfirmed_person_is_activated_when_they_confirm() {
        var reader = server.subscriber("a@example.org", "inactive");
        assertThat(told()).containsExactly(line("subscriber.created", "{" + person(reader, "inactive", "{}") + "}"));
        reader.confirms();
        reader.confirms();
        assertThat(told()).containsExactly(line("subscriber.activated", "{" + person(reader, "active", "{}") + "}"));
    }

    @Test
    void whoever_unsubscribes_is_told_once() {
        var reader = server.subscriber("a@example.org");
        forgetTold();
        reader.unsubscribes();
        reader.unsubscribes();
        assertThat(told())
                .containsExactly(line("subscriber.unsubscribed", "{" + person(reader, "cancelled", "{}") + "}"));
    }

    @Test
    void bounces_and_complaints_are_told() {
        var reader = server.subscriber("a@example.org");
        forgetTold();
        var account = Inside.account(server);
        try (var inside = new Inside(server)) {
            for (var departure : List.of(Event.Departure.BOUNCED, Event.Departure.COMPLAINED)) {
                inside.database.useTx(tx -> inside.subscribers.leave(
                        tx, account, new SubscriberId(reader.id()), departure, "", server.now()));
            }
        }
        // The second is of a moment at which the first is history, and each says how it was then.
        assertThat(told())
                .containsExactly(
                        line("subscriber.bounced", "{" + person(reader, "bounced", "{}") + "}"),
                        line("subscriber.complained", "{" + person(reader, "complained", "{}") + "}"));
    }

    @Test
    void tags_are_told_of_and_who_wears_them() {
        long tag = server.tag("VIP");
        server.tag("vip");
        var label = "'tag':{'id':" + tag + ",'name':'VIP','created_at':'" + server.now() + "'}";
        assertThat(told()).containsExactly(line("tag.created", "{" + label + "}"));

        var reader = server.subscriber("a@example.org");
        forgetTold();
        reader.getsTag(tag);
        reader.getsTag(tag);
        var data = "{" + person(reader, "active", "{}") + "," + label + "}";
        assertThat(told()).containsExactly(line("subscriber.tag_added", data));
        reader.losesTag(tag);
        reader.losesTag(tag);
        assertThat(told()).containsExactly(line("subscriber.tag_removed", data));
    }

    @Test
    void fields_are_told_of_and_each_change_of_a_value() {
        long size = server.field("Shoe size");
        var field = "'id':" + size + ",'name':'ck_field_" + size + "_shoe_size','key':'shoe_size','label':'Shoe size'";
        server.field("Shoe size");
        assertThat(told()).containsExactly(line("custom_field.created", "{'custom_field':{" + field + "}}"));
        var reader = server.subscriber("a@example.org");
        forgetTold();

        for (var same : new String[] {"42", "42"}) {
            server.post(
                    "/v4/subscribers",
                    json("{'email_address':'A@example.org','fields':{'shoe_size':'" + same + "','hat':'7'}}"));
        }
        assertThat(told())
                .containsExactly(line(
                        "subscriber.custom_field_value_updated",
                        "{" + person(reader, "active", "{'shoe_size':'42'}") + ",'custom_field':{" + field
                                + ",'value':'42'}}"));
        server.put(
                "/v4/subscribers/" + reader.id(),
                json("{'email_address':'a@example.org','first_name':null,'fields':{'shoe_size':null}}"));
        server.put("/v4/subscribers/" + reader.id(), json("{'email_address':'a@example.org'}"));
        assertThat(told())
                .containsExactly(line(
                        "subscriber.custom_field_value_updated",
                        "{" + person(reader, "active", "{'shoe_size':null}") + ",'custom_field':{" + field
                                + ",'value':null}}"));

        server.delete("/v4/custom_fields/" + size);
        server.delete("/v4/custom_fields/" + size);
        assertThat(told()).containsExactly(line("custom_field.deleted", "{'custom_field':{" + field + "}}"));
    }

    @Test
    void whoever_comes_by_a_form_is_told_once() {
        long form = server.form("Newsletter", "hosted");
        var reader = server.subscriber("a@example.org");
        forgetTold();
        for (int i = 0; i < 2; i++) {
            server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");
        }
        var uid = server.get("/v4/forms").at("/forms/0/uid").asText();
        assertThat(told())
                .containsExactly(line(
                        "subscriber.subscribed_to_form",
                        "{" + person(reader, "active", "{}") + ",'form':{'id':" + form
                                + ",'name':'Newsletter','created_at':'" + server.now()
                                + "','type':'hosted','archived':false,'uid':'" + uid + "'}}"));
    }

    @Test
    void a_sequences_life_is_told() {
        var sequence = server.sequence();
        assertThat(told()).containsExactly(line("sequence.created", "{" + plan(sequence, true) + "}"));
        sequence.change("{'active':false}");
        sequence.change("{'active':false,'send_hour':10}");
        assertThat(told()).containsExactly(line("sequence.disabled", "{" + plan(sequence, false) + "}"));
        sequence.change("{'active':true}");
        assertThat(told()).containsExactly(line("sequence.published", "{" + plan(sequence, true) + "}"));
        sequence.delete();
        assertThat(told()).containsExactly(line("sequence.deleted", "{" + plan(sequence, false) + "}"));
    }

    @Test
    void whoever_is_added_to_a_sequence_and_comes_to_its_end_is_told() {
        var sequence = server.sequence(immediate("Hello"));
        var reader = server.subscriber("a@example.org");
        forgetTold();
        reader.joins(sequence);
        reader.joins(sequence);
        var data = "{" + person(reader, "active", "{}") + "," + plan(sequence, true) + "}";
        assertThat(told())
                .containsExactly(
                        line("subscriber.added_to_sequence", data), line("subscriber.sequence_completed", data));
    }

    @Test
    void an_unconfirmed_person_starts_when_they_confirm_and_whoever_left_never() {
        var sequence = server.sequence("{'hold':true}", immediate("Hello"));
        var waiting = server.subscriber("a@example.org", "inactive");
        var gone = server.subscriber("b@example.org", "cancelled");
        forgetTold();
        waiting.joins(sequence);
        gone.joins(sequence);
        assertThat(told()).isEmpty();
        waiting.confirms();
        assertThat(told().stream().map(line -> line.replaceAll(" .*", "")))
                .containsExactly("subscriber.activated", "subscriber.added_to_sequence");
        sequence.change("{'hold':false}");
        assertThat(told().stream().map(line -> line.replaceAll(" .*", "")))
                .containsExactly("subscriber.sequence_completed");
    }

    @Test
    void a_skipped_last_email_completes_too() {
        long tag = server.tag("Customer");
        var sequence = server.sequence(
                "{'exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}", immediate("Hello"));
        var reader = server.subscriber("a@example.org");
        reader.getsTag(tag);
        forgetTold();
        reader.joins(sequence);
        assertThat(told().stream().map(line -> line.replaceAll(" .*", "")))
                .containsExactly("subscriber.added_to_sequence", "subscriber.sequence_completed");
        assertThat(reader.mail()).isEmpty();
    }

    @Test
    void a_sequence_that_repeats_is_started_again() {
        var sequence = server.sequence("{'repeat':true}", immediate("Hello"));
        var reader = server.subscriber("a@example.org", sequence);
        forgetTold();
        reader.joins(sequence);
        assertThat(told().stream().map(line -> line.replaceAll(" .*", "")))
                .containsExactly("subscriber.added_to_sequence", "subscriber.sequence_completed");
    }

    // Legacy

    private void hook(String name, String parameter) {
        var created = server.post(
                "/v4/webhooks",
                json("{'target_url':'" + receiver.url() + "/" + name + "','event':{'name':'" + name + "'" + parameter
                        + "}}"));
        assertThat(created.status()).as(created.raw().body()).isEqualTo(201);
    }

    /// What legacy webhooks have been told since the last time, as `name body`, by name.
    private List<String> hooked() {
        server.settle();
        var hooked = receiver.received().stream()
                .filter(request -> !request.requestLine().contains("/hook "))
                .peek(request -> {
                    assertThat(request.header("X-Kit-Signature")).isEmpty();
                    assertThat(request.header("webhook-signature")).isEmpty();
                })
                .map(request -> request.requestLine().replaceAll("POST /hook/([^ ]+) .*", "$1 ") + request.text())
                .sorted()
                .toList();
        receiver.forget();
        return hooked;
    }

    @Test
    void legacy_webhooks_are_told_of_people() {
        for (var kind :
                Stream.of("activate", "unsubscribe", "bounce", "complain").toList()) {
            hook("subscriber.subscriber_" + kind, "");
        }
        var reader = server.subscriber("a@example.org");
        assertThat(hooked())
                .containsExactly(line("subscriber.subscriber_activate", "{" + person(reader, "active", "{}") + "}"));
        reader.unsubscribes();
        assertThat(hooked())
                .containsExactly(
                        line("subscriber.subscriber_unsubscribe", "{" + person(reader, "cancelled", "{}") + "}"));
        var account = Inside.account(server);
        var other = server.subscriber("b@example.org", "inactive");
        try (var inside = new Inside(server)) {
            for (var departure : List.of(Event.Departure.BOUNCED, Event.Departure.COMPLAINED)) {
                inside.database.useTx(tx -> inside.subscribers.leave(
                        tx, account, new SubscriberId(other.id()), departure, "", server.now()));
            }
        }
        assertThat(hooked())
                .containsExactly(
                        line("subscriber.subscriber_bounce", "{" + person(other, "bounced", "{}") + "}"),
                        line("subscriber.subscriber_complain", "{" + person(other, "complained", "{}") + "}"));
    }

    @Test
    void legacy_webhooks_are_told_of_the_one_thing_they_are_for() {
        long tag = server.tag("VIP");
        long form = server.form("Form", "embed");
        var sequence = server.sequence(immediate("Hello"));
        hook("subscriber.tag_add", ",'tag_id':" + tag);
        hook("subscriber.tag_remove", ",'tag_id':" + tag);
        hook("subscriber.form_subscribe", ",'form_id':" + form);
        hook("subscriber.course_subscribe", ",'sequence_id':" + sequence.id());
        hook("subscriber.course_complete", ",'sequence_id':" + sequence.id());
        var reader = server.subscriber("a@example.org");
        long otherTag = server.tag("Other");
        var body = "{" + person(reader, "active", "{}") + "}";

        reader.getsTag(otherTag);
        reader.losesTag(otherTag);
        server.post("/v4/forms/" + server.form("Other", "embed") + "/subscribers/" + reader.id(), "{}");
        reader.joins(server.sequence(immediate("Other")));
        assertThat(hooked()).isEmpty();

        reader.getsTag(tag);
        reader.losesTag(tag);
        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");
        reader.joins(sequence);
        assertThat(hooked())
                .containsExactly(
                        line("subscriber.course_complete", body),
                        line("subscriber.course_subscribe", body),
                        line("subscriber.form_subscribe", body),
                        line("subscriber.tag_add", body),
                        line("subscriber.tag_remove", body));
    }

    @Test
    void legacy_webhooks_are_told_of_fields() {
        hook("custom_field.field_created", "");
        hook("custom_field.field_deleted", "");
        long size = server.field("Size");
        var field = "'id':" + size + ",'name':'ck_field_" + size + "_size','key':'size','label':'Size'";
        assertThat(hooked()).containsExactly(line("custom_field.field_created", "{'custom_field':{" + field + "}}"));

        hook("custom_field.field_value_updated", ",'custom_field_id':" + size);
        server.field("Hat");
        forgetTold();
        server.post("/v4/subscribers", json("{'email_address':'a@example.org','fields':{'size':'42','hat':'7'}}"));
        var updates = hooked();
        assertThat(updates).hasSize(1);
        assertThat(updates.getFirst())
                .startsWith("custom_field.field_value_updated ")
                .endsWith(json(",'custom_field':{" + field + ",'value':'42'}}"));

        server.delete("/v4/custom_fields/" + size);
        assertThat(hooked()).containsExactly(line("custom_field.field_deleted", "{'custom_field':{" + field + "}}"));
    }

    @Test
    void legacy_webhooks_are_told_of_purchases_and_of_their_products() {
        hook("purchase.purchase_create", "");
        server.useToken(server.token());
        var sale = json("{'purchase':{'transaction_id':'%s','email_address':'a@example.org','currency':'usd',"
                + "'transaction_time':'2026-01-05T11:00:00Z','subtotal':20.5,'tax':2,'total':22.5,"
                + "'products':[{'name':'Tea','pid':'tea','lid':'1','quantity':2,'unit_price':10.25}]}}");
        var first = server.post("/v4/purchases", sale.formatted("shop-1")).at("/purchase");
        assertThat(hooked()).containsExactly("purchase.purchase_create " + first);

        long product;
        try (var inside = new Inside(server)) {
            product = inside.database.inTx(tx -> tx.query("select max(p.id) from product p")
                    .mapTo(Long.class)
                    .one());
        }
        hook("subscriber.product_purchase", ",'product_id':" + product);
        hook("subscriber.product_purchase", ",'product_id':" + (product + 1));
        server.post("/v4/purchases", sale.formatted("shop-2"));
        server.post("/v4/purchases", sale.formatted("shop-2"));
        var told = hooked();
        assertThat(told).hasSize(2);
        assertThat(told.getFirst()).startsWith("purchase.purchase_create {");
        assertThat(told.getLast()).startsWith(json("subscriber.product_purchase {'subscriber':{'id':"));
    }

    // What is committed, and only that

    @Test
    void what_is_rolled_back_is_never_told() {
        var reader = server.subscriber("a@example.org");
        long tag = server.tag("VIP");
        forgetTold();
        var account = Inside.account(server);
        try (var inside = new Inside(server)) {
            try {
                inside.database.useTx(tx -> {
                    inside.tags.tag(tx, account, new TagId(tag), new SubscriberId(reader.id()));
                    throw new IllegalStateException("something else went wrong");
                });
            } catch (IllegalStateException e) {
                assertThat(told()).isEmpty();
            }
            inside.database.useTx(tx -> inside.tags.tag(tx, account, new TagId(tag), new SubscriberId(reader.id())));
        }
        assertThat(told()).hasSize(1);
    }

    @Test
    void another_accounts_events_are_not_told() {
        server.useKey(server.stranger());
        server.subscriber("a@example.org");
        server.settle();
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void a_broadcast_is_told_when_it_is_made_and_deleted_and_its_post_when_it_is_to_be_seen() {
        var created = server.post(
                "/v4/broadcasts", json("{'subject':'Tea time','public':true,'published_at':'2026-01-01T00:00:00Z'}"));
        var broadcast = created.at("/broadcast");
        var post = server.get("/v4/posts").at("/posts/0");
        var data = "{'broadcast':{'id':" + broadcast.get("id") + ",'publication_id':" + broadcast.get("publication_id")
                + ",'created_at':'" + server.now() + "','subject':'Tea time','preview_text':null,'description':null,"
                + "'public':true,'published_at':'2026-01-01T00:00:00Z','send_at':null,'status':'draft'}}";
        assertThat(told())
                .containsExactly(
                        line("broadcast.created", data),
                        line(
                                "post.published",
                                "{'post':{'id':" + post.get("id") + ",'publication_id':" + post.get("publication_id")
                                        + ",'created_at':'" + server.now()
                                        + "','title':'Tea time','slug':'tea-time','description':null,"
                                        + "'published_at':'2026-01-01T00:00:00Z'}}"));

        server.delete("/v4/broadcasts/" + broadcast.get("id"));
        assertThat(told()).containsExactly(line("broadcast.deleted", data));
    }
}
