package reynard.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.FakeReceiver.status;
import static reynard.testing.TestServer.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.db.Database;
import reynard.testing.FakeReceiver;
import reynard.testing.FakeReceiver.Received;
import reynard.testing.TestServer;

/// How deliveries reach a receiver, whatever it answers.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveringTest {
    private final TestServer server = TestServer.start();
    private FakeReceiver receiver;
    private String secret = "";
    private String path = "";
    private int people;

    /// Each test has an account of its own, and a receiver that is told of new subscribers.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        receiver = FakeReceiver.start();
        var endpoint = endpoint(receiver.url(), "subscriber.created");
        secret = endpoint.get("secret").asText();
        path = "/v4/webhook_endpoints/" + endpoint.get("id").asLong();
    }

    @AfterEach
    void hangUp() {
        receiver.close();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private JsonNode endpoint(String url, String... events) {
        var created =
                server.post("/v4/webhook_endpoints", TestServer.text(Map.of("url", url, "events", List.of(events))));
        assertThat(created.status()).as(created.raw().body()).isEqualTo(201);
        return created.body().get("webhook_endpoint");
    }

    private void someoneNew() {
        server.subscriber("reader" + ++people + "@example.org");
    }

    private JsonNode delivery() {
        return server.get(path + "/deliveries").at("/deliveries/0");
    }

    private JsonNode history() {
        return server.get(path + "/deliveries/" + delivery().get("id").asLong()).at("/delivery");
    }

    // Signatures, checked as a receiver would

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            for (var part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String hex(byte[] bytes) {
        var hex = new StringBuilder();
        for (var one : bytes) {
            hex.append("%02x".formatted(one));
        }
        return hex.toString();
    }

    /// Kit's way: `t=…,v1=…`, every `v1` of which may be the one.
    private static boolean isSigned(Received request, String secret, Instant now) {
        var parts = request.header("X-Kit-Signature").split(",");
        var time = parts[0].substring("t=".length());
        var expected = "v1=" + hex(hmac(bytes(secret), bytes(time + "."), request.body()));
        return Math.abs(now.getEpochSecond() - Long.parseLong(time)) <= 300
                && Arrays.stream(parts, 1, parts.length)
                        .anyMatch(part -> MessageDigest.isEqual(bytes(part), bytes(expected)));
    }

    /// The way of Standard Webhooks 1.0.0.
    private static boolean isSignedToStandard(Received request, String secret) {
        var key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        var head = request.header("webhook-id") + "." + request.header("webhook-timestamp") + ".";
        var expected = "v1," + Base64.getEncoder().encodeToString(hmac(key, bytes(head), request.body()));
        return List.of(request.header("webhook-signature").split(" ")).contains(expected);
    }

    @Test
    void a_delivery_names_itself_and_is_signed_both_ways() {
        someoneNew();
        server.settle();

        var request = receiver.last();
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
        assertThat(request.header("User-Agent")).isEqualTo("Reynard");
        assertThat(request.header("X-Kit-Delivery"))
                .isEqualTo(request.json().get("delivery_id").asText())
                .isEqualTo(request.header("webhook-id"));
        assertThat(request.text())
                .matches("\\{\"delivery_id\":\\d+,\"events\":\\[\\{\"id\":\"[0-9a-f-]{36}\","
                        + "\"type\":\"subscriber.created\",\"created\":\"2026-[^\"]+Z\",\"data\":\\{.*}}]}");
        assertThat(isSigned(request, secret, server.now())).isTrue();
        assertThat(isSignedToStandard(request, secret)).isTrue();

        var wrong = secret.substring(0, secret.length() - 3) + (secret.charAt(10) == 'A' ? "BB=" : "AA=");
        assertThat(isSigned(request, wrong, server.now())).isFalse();
        var flipped = request.body().clone();
        flipped[20] ^= 1;
        var tampered = new Received(request.requestLine(), request.headers(), flipped);
        assertThat(isSigned(tampered, secret, server.now())).isFalse();
        assertThat(isSignedToStandard(tampered, secret)).isFalse();
    }

    @Test
    void both_secrets_sign_while_they_overlap_and_one_afterwards() {
        var rotated = server.post(path + "/rotate_secret", "{}")
                .at("/webhook_endpoint/secret")
                .asText();
        someoneNew();
        server.settle();
        for (var one : List.of(secret, rotated)) {
            assertThat(isSigned(receiver.last(), one, server.now())).isTrue();
            assertThat(isSignedToStandard(receiver.last(), one)).isTrue();
        }
        assertThat(receiver.last().header("X-Kit-Signature")).matches("t=\\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}");

        var forced = server.post(path + "/rotate_secret", json("{'force':true}"))
                .at("/webhook_endpoint/secret")
                .asText();
        someoneNew();
        server.settle();
        assertThat(isSigned(receiver.last(), secret, server.now())).isFalse();
        assertThat(isSigned(receiver.last(), rotated, server.now())).isTrue();
        assertThat(isSigned(receiver.last(), forced, server.now())).isTrue();

        server.advance(Duration.ofDays(1));
        someoneNew();
        server.settle();
        assertThat(isSigned(receiver.last(), rotated, server.now())).isFalse();
        assertThat(isSigned(receiver.last(), forced, server.now())).isTrue();
        assertThat(receiver.last().header("X-Kit-Signature")).matches("t=\\d+,v1=[0-9a-f]{64}");
    }

    @Test
    void a_revoked_secret_signs_no_more() {
        server.post(path + "/rotate_secret", "{}");
        server.post(path + "/revoke_previous_secret", "{}");
        someoneNew();
        server.settle();
        assertThat(isSigned(receiver.last(), secret, server.now())).isFalse();
    }

    @Test
    void secrets_are_sealed_in_the_database() {
        try (var database = Database.open(server.databaseUrl(), 1)) {
            var kept =
                    database.inTx(tx -> tx.query("select r.secret from webhook_receiver r where r.secret is not null")
                            .mapTo(String.class)
                            .list());
            assertThat(kept)
                    .isNotEmpty()
                    .allMatch(text -> text.startsWith("v1."))
                    .noneMatch(secret::equals);
        }
    }

    // Batches

    @Test
    void what_waits_goes_together_by_kind_a_hundred_at_most_in_its_order() {
        server.patch(path, json("{'status':'active','events':['subscriber.created','tag.created']}"));
        for (int i = 0; i < 130; i++) {
            someoneNew();
        }
        server.tag("A");
        server.tag("B");
        server.settle();

        assertThat(receiver.received()).hasSize(3);
        var sizes = new ArrayList<Integer>();
        var ids = new HashSet<String>();
        for (var request : receiver.received()) {
            var events = request.json().get("events");
            sizes.add(events.size());
            var types = new HashSet<String>();
            long before = 0;
            for (var event : events) {
                types.add(event.get("type").asText());
                assertThat(ids.add(event.get("id").asText())).isTrue();
                long id = event.at("/data/" + (types.contains("tag.created") ? "tag" : "subscriber") + "/id")
                        .asLong();
                assertThat(id).isGreaterThan(before);
                before = id;
            }
            assertThat(types).hasSize(1);
        }
        assertThat(sizes).containsExactlyInAnyOrder(100, 30, 2);
    }

    // Failure and retry

    @Test
    void a_failing_receiver_is_tried_eight_times_with_the_same_bytes_and_signed_anew() {
        receiver.usually(status(500));
        var start = server.now();
        someoneNew();
        server.settle();
        assertThat(delivery().get("status").asText()).isEqualTo("retrying");
        assertThat(delivery().get("next_attempt_at").asText())
                .isEqualTo(start.plusSeconds(30).toString());
        server.advance(Duration.ofHours(60));

        assertThat(receiver.received()).hasSize(8);
        var first = receiver.received().getFirst();
        var times = new ArrayList<Long>();
        for (var request : receiver.received()) {
            assertThat(request.body()).isEqualTo(first.body());
            long time = Long.parseLong(request.header("X-Kit-Signature").replaceAll("t=(\\d+),.*", "$1"));
            assertThat(isSigned(request, secret, Instant.ofEpochSecond(time))).isTrue();
            times.add(time - start.getEpochSecond());
        }
        assertThat(times).containsExactly(0L, 30L, 150L, 1_050L, 4_650L, 19_050L, 62_250L, 148_650L);
        var history = history();
        assertThat(history.get("status").asText()).isEqualTo("failed");
        assertThat(history.get("attempt_count").asInt()).isEqualTo(8);
        assertThat(history.get("next_attempt_at").isNull()).isTrue();
        assertThat(history.get("attempts")).hasSize(8);
        assertThat(history.at("/attempts/7/status_code").asInt()).isEqualTo(500);
        assertThat(history.at("/attempts/7/response_body").asText()).isEqualTo("said 500");
        assertThat(history.at("/attempts/7/attempted_at").asText())
                .isEqualTo(start.plusSeconds(148_650).toString());
        assertThat(history.get("payload").toString()).isEqualTo(first.text());
    }

    @Test
    void a_receiver_that_recovers_gets_it_and_no_more() {
        receiver.then(status(500), status(302, "Location: http://127.0.0.1/"));
        someoneNew();
        server.advance(Duration.ofDays(3));

        assertThat(receiver.received()).hasSize(3);
        assertThat(delivery().get("status").asText()).isEqualTo("delivered");
        assertThat(delivery().get("completed_at").isNull()).isFalse();
        var codes = new ArrayList<Integer>();
        history()
                .get("attempts")
                .forEach(attempt -> codes.add(attempt.get("status_code").asInt()));
        assertThat(codes).containsExactly(500, 302, 200);
    }

    @Test
    void gone_ends_a_delivery_at_once() {
        receiver.then(status(410));
        someoneNew();
        server.advance(Duration.ofDays(3));
        assertThat(receiver.received()).hasSize(1);
        assertThat(delivery().get("status").asText()).isEqualTo("failed");
    }

    @Test
    void a_receiver_that_is_busy_says_when() {
        receiver.then(status(429, "Retry-After: 7"), status(503, "Retry-After: 999999"));
        var start = server.now();
        someoneNew();
        server.settle();
        assertThat(delivery().get("next_attempt_at").asText())
                .isEqualTo(start.plusSeconds(7).toString());
        server.advance(Duration.ofSeconds(7));
        assertThat(delivery().get("next_attempt_at").asText())
                .isEqualTo(start.plusSeconds(7 + 86_400).toString());
        server.advance(Duration.ofDays(1));
        assertThat(delivery().get("status").asText()).isEqualTo("delivered");
    }

    @Test
    void nobody_at_the_address_is_a_failure_that_says_why() {
        receiver.close();
        someoneNew();
        server.settle();
        assertThat(delivery().get("status").asText()).isEqualTo("retrying");
        var attempt = history().at("/attempts/0");
        assertThat(attempt.get("status_code").isNull()).isTrue();
        assertThat(attempt.get("response_body").isNull()).isTrue();
        assertThat(attempt.get("error").asText()).contains("Connect");
    }

    @Test
    void a_target_that_has_come_out_of_reach_is_failed_and_sees_no_packet() {
        try (var elsewhere = FakeReceiver.on("127.0.0.2")) {
            try (var database = Database.open(server.databaseUrl(), 1)) {
                // As a name would that resolves to it now.
                database.useTx(tx -> tx.update("update webhook_receiver set url = :url where url = :before")
                        .bind("url", elsewhere.url())
                        .bind("before", receiver.url())
                        .execute());
            }
            someoneNew();
            server.advance(Duration.ofDays(3));
            assertThat(delivery().get("status").asText()).isEqualTo("failed");
            assertThat(history().at("/attempts/0/error").asText()).contains("127.0.0.2");
            assertThat(elsewhere.connections()).isZero();
        }
    }

    @Test
    void a_hanging_receiver_keeps_nobody_else_waiting() {
        try (var hanging = FakeReceiver.start()) {
            endpoint(hanging.url(), "subscriber.created");
            hanging.usually(hanging.silence());
            for (int i = 0; i < 10; i++) {
                someoneNew();
            }
            var settling = CompletableFuture.runAsync(server::settle);
            hanging.awaitReceived(1);
            receiver.awaitReceived(1);
            assertThat(settling).isNotDone();
            assertThat(hanging.received()).hasSizeLessThanOrEqualTo(4);
            hanging.release();
            settling.join();
        }
        assertThat(delivery().get("status").asText()).isEqualTo("delivered");
    }

    // Disabled and deleted

    @Test
    void a_disabled_endpoint_is_told_nothing_new_and_goes_on_with_the_old() {
        receiver.then(status(500));
        someoneNew();
        server.settle();
        server.patch(path, json("{'status':'disabled'}"));
        someoneNew();
        server.advance(Duration.ofHours(1));
        assertThat(receiver.received()).hasSize(1);

        server.patch(path, json("{'status':'active'}"));
        someoneNew();
        server.settle();
        assertThat(receiver.received()).hasSize(3);
        assertThat(server.get(path + "/deliveries").each("deliveries", "event_count"))
                .containsExactly("1", "1");
        assertThat(server.get(path + "/deliveries").each("deliveries", "status"))
                .containsExactly("delivered", "delivered");
    }

    @Test
    void a_deleted_endpoint_is_not_told_what_was_left() {
        receiver.then(status(500));
        someoneNew();
        server.settle();
        someoneNew();
        server.delete(path);
        someoneNew();
        server.advance(Duration.ofDays(3));
        assertThat(receiver.received()).hasSize(1);
    }

    // History

    @Test
    void the_history_is_read_by_page_status_and_kind() {
        server.patch(path, json("{'events':['subscriber.created','tag.created']}"));
        someoneNew();
        server.settle();
        receiver.then(status(410));
        server.tag("A");
        server.settle();
        someoneNew();
        server.settle();

        var all = path + "/deliveries";
        assertThat(server.get(all).each("deliveries", "event_type"))
                .containsExactly("subscriber.created", "tag.created", "subscriber.created");
        assertThat(server.get(all + "?status=failed").each("deliveries", "event_type"))
                .containsExactly("tag.created");
        assertThat(server.get(all + "?event_type=subscriber.created&status=delivered")
                        .at("/deliveries"))
                .hasSize(2);
        assertThat(server.get(all + "?status=pending").at("/deliveries")).isEmpty();

        var first = server.get(all + "?per_page=2&include_total_count=true");
        assertThat(first.at("/pagination/total_count").asInt()).isEqualTo(3);
        assertThat(first.at("/pagination/has_next_page").asBoolean()).isTrue();
        var second = server.get(
                all + "?per_page=2&after=" + first.at("/pagination/end_cursor").asText());
        assertThat(second.at("/deliveries")).hasSize(1);
        assertThat(server.get(all + "?per_page=2&before="
                                + second.at("/pagination/start_cursor").asText())
                        .at("/deliveries"))
                .isEqualTo(first.at("/deliveries"));

        var other = endpoint("https://hooks.example.com/", "post.published");
        assertThat(server.get("/v4/webhook_endpoints/" + other.get("id").asLong() + "/deliveries/"
                                + delivery().get("id").asLong())
                        .status())
                .isEqualTo(404);
    }

    @Test
    void the_history_is_kept_for_thirty_days() {
        someoneNew();
        server.settle();
        server.advance(Duration.ofDays(29));
        assertThat(server.get(path + "/deliveries").at("/deliveries")).hasSize(1);
        server.advance(Duration.ofDays(2));
        assertThat(server.get(path + "/deliveries").at("/deliveries")).isEmpty();
    }
}
