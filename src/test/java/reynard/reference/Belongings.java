package reynard.reference;

import static reynard.testing.TestServer.text;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.app.Settings;
import reynard.net.Proxies;
import reynard.testing.TestServer;

/// One of everything in an account, by the word that paths have before its id, or the name of its parameter.
///
/// @param address of the subscriber
record Belongings(String key, String address, Map<String, Long> ids) {
    /// Makes them; the server uses this key from then on.
    /// API keys open what in Kit takes a token, so that one credential of an account tries everything.
    static final Settings.Access ACCESS = new Settings.Access(Optional.empty(), true, 300_000_000, Proxies.NONE);

    static Belongings make(TestServer server, String key, String address) {
        server.useKey(key);
        // Nobody listens there, so what is told is kept for another time.
        long endpoint = id(
                server,
                "/v4/webhook_endpoints",
                Map.of("url", "http://127.0.0.1:443/", "events", List.of("subscriber.created")),
                "/webhook_endpoint/id");
        long hook = id(
                server,
                "/v4/webhooks",
                Map.of(
                        "target_url",
                        "http://127.0.0.1:443/",
                        "event",
                        Map.of("name", "subscriber.subscriber_unsubscribe")),
                "/webhook/id");
        long suppression =
                id(server, "/ext/v1/suppressions", Map.of("email_address", "out-" + address), "/suppression/id");
        var sequence = server.sequence(TestServer.immediate("Hello"));
        var reader = server.subscriber(address, sequence);
        long tag = server.tag("Tea");
        reader.getsTag(tag);
        long form = server.form("Front page", "embed");
        long landingPage = server.form("Landing", "hosted");
        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), "{}");
        long field = server.field("Cup");
        long segment = id(
                server,
                "/ext/v1/segments",
                Map.of("name", "Tea", "filter", List.of(Map.of("all", List.of(Map.of("type", "tag", "id", tag))))),
                "/segment/id");
        long snippet = id(
                server,
                "/v4/snippets",
                Map.of("name", "Bye", "snippet_type", "inline", "content", "Bye"),
                "/snippet/id");
        long broadcast = id(
                server,
                "/v4/broadcasts",
                Map.of("subject", "News", "public", true, "published_at", "2026-01-01"),
                "/broadcast/id");
        // Many, and none that is there.
        var nobodys = Collections.nCopies(101, Map.of("tag_id", 1, "subscriber_id", 1));
        server.send("DELETE", "/v4/bulk/tags/subscribers", text(Map.of("taggings", nobodys)));
        server.advance(Duration.ofHours(1));
        long job = server.get("/ext/v1/bulk_jobs").at("/bulk_jobs/0/id").asLong();
        long post = server.get("/v4/posts").at("/posts/0/id").asLong();
        long told = server.get("/v4/webhook_endpoints/" + endpoint + "/deliveries")
                .at("/deliveries/0/id")
                .asLong();
        long linkTrigger = id(
                server,
                "/ext/v1/link_triggers",
                Map.of("name", "Click", "url", "https://example.com/", "tag_id", tag),
                "/link_trigger/id");
        long sender = id(
                server,
                "/ext/v1/sending_addresses",
                Map.of("email_address", "from-" + address, "from_name", "Mei"),
                "/sending_address/id");
        long template =
                server.get("/v4/email_templates").at("/email_templates/0/id").asLong();
        return new Belongings(
                key,
                address,
                Map.ofEntries(
                        Map.entry("subscribers", reader.id()),
                        Map.entry("sequences", sequence.id()),
                        Map.entry("emails", sequence.email("Hello")),
                        Map.entry("tags", tag),
                        Map.entry("bulk_jobs", job),
                        Map.entry("link_triggers", linkTrigger),
                        Map.entry("forms", form),
                        Map.entry("landing_pages", landingPage),
                        Map.entry("custom_fields", field),
                        Map.entry("segments", segment),
                        Map.entry("snippets", snippet),
                        Map.entry("email_templates", template),
                        Map.entry("sending_addresses", sender),
                        Map.entry("webhook_endpoints", endpoint),
                        Map.entry("delivery_id", told),
                        Map.entry("webhooks", hook),
                        Map.entry("suppressions", suppression),
                        Map.entry("broadcasts", broadcast),
                        Map.entry("posts", post),
                        Map.entry("purchases", purchase(server, address)),
                        Map.entry(
                                "deliveries",
                                reader.deliveries().getFirst().get("id").asLong()),
                        Map.entry("inbox", reader.lastMail().get("id").asLong())));
    }

    private static long purchase(TestServer server, String address) {
        var product = Map.of("name", "Sencha", "pid", "1", "lid", "1", "quantity", 1, "unit_price", 9.5);
        return id(
                server,
                "/v4/purchases",
                Map.of(
                        "purchase",
                        Map.of("email_address", address, "transaction_id", "shop-1", "products", List.of(product))),
                "/purchase/id");
    }

    private static long id(TestServer server, String path, Map<String, ?> body, String pointer) {
        var answer = server.post(path, text(body));
        if (answer.status() != 201) {
            throw new AssertionError(path + " answers " + answer.raw().body());
        }
        return answer.at(pointer).asLong();
    }

    /// @param parameter goes first, where one word stands for things of two kinds
    long id(String noun, String parameter) {
        return ids.containsKey(parameter) ? id(parameter) : id(noun);
    }

    long id(String noun) {
        var id = ids.get(noun);
        if (id == null) {
            throw new AssertionError("an operation has an id of " + noun + "; there has to be one here to try it with");
        }
        return id;
    }
}
