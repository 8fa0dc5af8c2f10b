package reynard.bounce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.account.Accounts;
import reynard.app.Settings;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.SettingStore;
import reynard.delivery.Deliveries;
import reynard.event.Events;
import reynard.feedback.MailgunSignature;
import reynard.feedback.SendgridSignature;
import reynard.http.Gate;
import reynard.http.HttpServer;
import reynard.http.Routes;
import reynard.identity.ReturnPath;
import reynard.net.Proxies;
import reynard.subscriber.Subscribers;
import reynard.testing.TestServer;

/// Providers report over HTTP: who is genuine, and what their reports mean. The intake stands beside a server on the
/// same
/// database, with what SNS has on the web handed in.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ProvidersTest {
    private static final String TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces";
    private static final String CERTIFICATE =
            "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
    private static final String MAILGUN_KEY = "mailgun-key-0123456789";
    private static final String POSTMARK_LOGIN = "postmark:0123456789-secret";
    private static final InstantSource CLOCK = InstantSource.system();
    private static final List<URI> fetched = new ArrayList<>();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static TestServer server;
    private static Database database;
    private static Database idDatabase;
    private static HttpServer intake;
    private static KeyPair sendgridKey;
    private static PrivateKey snsKey;
    private static byte[] snsCertificate;

    @BeforeAll
    static void start() throws GeneralSecurityException, IOException, InterruptedException {
        server = TestServer.with(new Settings.Returns(
                Optional.of("bounce.example.com"),
                "127.0.0.1",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(POSTMARK_LOGIN)));
        var store = snsStore();
        snsKey = (PrivateKey) store.getKey("sns", "changeit".toCharArray());
        snsCertificate = ("-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(store.getCertificate("sns").getEncoded())
                        + "\n-----END CERTIFICATE-----\n")
                .getBytes(UTF_8);
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        sendgridKey = generator.generateKeyPair();
        database = Database.open(server.databaseUrl(), 4);
        idDatabase = Database.open(server.databaseUrl(), 1);
        var ids = new IdBlocks(idDatabase);
        var events = new Events();
        var secret = database.inTx(tx -> new SettingStore().find(tx, "return_path_secret"))
                .orElseThrow();
        var bounces = new Bounces(
                database,
                ids,
                events,
                new Accounts(database, ids, CLOCK),
                new Subscribers(database, ids, events, CLOCK),
                new Deliveries(database, ids, events),
                new ReturnPath(Base64.getDecoder().decode(secret), Optional.of("bounce.example.com"), true),
                CLOCK);
        var providers = new Providers(
                Set.of(TOPIC),
                Optional.of(new SendgridSignature(Base64.getEncoder()
                        .encodeToString(sendgridKey.getPublic().getEncoded()))),
                Optional.of(new MailgunSignature(MAILGUN_KEY)),
                Optional.of(POSTMARK_LOGIN));
        var routes = new Routes();
        new BounceEndpoints(bounces, providers, ProvidersTest::web, CLOCK).register(routes);
        intake = HttpServer.start(
                "127.0.0.1",
                0,
                routes,
                (_, _) -> new Gate.Entry.Unknown("no credential"),
                (_, _, _, work) -> work.get(),
                false,
                HttpServer.Limits.DEFAULT,
                Proxies.NONE);
    }

    private static byte[] web(URI url) {
        fetched.add(url);
        return snsCertificate;
    }

    private static KeyStore snsStore() throws GeneralSecurityException, IOException, InterruptedException {
        var folder = Files.createTempDirectory("reynard-sns");
        var file = folder.resolve("sns.p12");
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        int status = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "sns",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=sns.amazonaws.com",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(status).isZero();
        var store = KeyStore.getInstance(file.toFile(), "changeit".toCharArray());
        Files.delete(file);
        Files.delete(folder);
        return store;
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        intake.close();
        idDatabase.close();
        database.close();
        server.close();
    }

    @BeforeEach
    void newAccount() {
        server.useKey(server.stranger());
        fetched.clear();
    }

    /// An email as it left.
    private record Sent(TestServer.Reader reader, String sender, String messageId, String metadata) {
        String state() {
            return reader.state();
        }

        String delivery() {
            return reader.deliveries().getFirst().get("state").asText();
        }
    }

    private static Sent sent(String address) {
        var reader = server.subscriber(address, server.sequence(immediate("Hello")));
        server.settle();
        var mail = reader.lastMail();
        return new Sent(
                reader,
                mail.get("from").asText(),
                mail.at("/headers/Message-ID").asText(),
                mail.at("/headers/X-PM-Metadata-reynard").asText());
    }

    private static int post(String path, String body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + intake.port() + path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        try {
            return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .statusCode();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String now() {
        return Long.toString(CLOCK.instant().getEpochSecond());
    }

    // SendGrid

    private static int sendgrid(String body, String timestamp, String signed) {
        try {
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(sendgridKey.getPrivate());
            signature.update((timestamp + signed).getBytes(UTF_8));
            return post(
                    "/feedback/sendgrid",
                    body,
                    Map.of(
                            SendgridSignature.SIGNATURE_HEADER,
                            Base64.getEncoder().encodeToString(signature.sign()),
                            SendgridSignature.TIMESTAMP_HEADER,
                            timestamp));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sendgridEvent(Sent sent, String id, String rest) {
        return """
                [{"email":"x@example.org","timestamp":1767614400,"event":"processed","sg_event_id":"p-%s"},
                 {"email":"%s","timestamp":1767614401,"smtp-id":"%s","sg_event_id":"%s",%s}]
                """.formatted(id, sent.reader().email(), sent.messageId(), id, rest);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a | "event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 no such user" | bounced    | bounced
            b | "event":"bounce","type":"bounce","status":"5.2.2","reason":"552 5.2.2 over quota"   | active     | bounced
            c | "event":"bounce","type":"blocked","reason":"550 5.7.1 blocked using spamhaus"       | active     | bounced
            d | "event":"bounce","type":"blocked","reason":"something odd"                          | active     | bounced
            e | "event":"dropped","reason":"Bounced Address"                                        | bounced    | bounced
            f | "event":"spamreport"                                                                | complained | sent
            g | "event":"deferred","response":"450 4.2.1 busy"                                      | active     | sent
            h | "event":"of the future"                                                             | active     | sent
            """)
    void SendGrid_says(String id, String event, String state, String delivery) {
        var sent = sent("sendgrid-" + id + "@example.org");
        var body = sendgridEvent(sent, "event-" + id, event);

        assertThat(sendgrid(body, now(), body)).isEqualTo(200);

        assertThat(sent.state()).isEqualTo(state);
        assertThat(sent.delivery()).isEqualTo(delivery);
    }

    @Test
    void SendGrid_must_sign_these_bytes_now() {
        var sent = sent("forged-sendgrid@example.org");
        var body = sendgridEvent(sent, "forged", "\"event\":\"spamreport\"");

        assertThat(sendgrid(body, now(), body.replace("spamreport", "spamreporT")))
                .isEqualTo(403);
        var old = Long.toString(CLOCK.instant().minusSeconds(600).getEpochSecond());
        assertThat(sendgrid(body, old, body)).isEqualTo(403);
        assertThat(post("/feedback/sendgrid", body, Map.of())).isEqualTo(403);
        assertThat(sent.state()).isEqualTo("active");
        assertThat(sendgrid("no json", now(), "no json")).isEqualTo(400);
    }

    // Mailgun

    private static String mailgun(Sent sent, String token, String timestamp, String key, String event) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
            return """
                    {"signature":{"timestamp":"%s","token":"%s","signature":"%s"},
                     "event-data":{"recipient":"%s","envelope":{"sender":"%s"},
                       "message":{"headers":{"message-id":"%s"}},%s}}
                    """.formatted(
                            timestamp,
                            token,
                            HexFormat.of().formatHex(mac.doFinal((timestamp + token).getBytes(UTF_8))),
                            sent.reader().email(),
                            sent.sender(),
                            sent.messageId().replaceAll("[<>]", ""),
                            event);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String token(String start) {
        return start + "0".repeat(50 - start.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a | "event":"failed","severity":"permanent","reason":"bounce","delivery-status":{"code":550,"message":"5.1.1 no such user"} | bounced | bounced
            b | "event":"failed","severity":"permanent","reason":"suppress-bounce","delivery-status":{"code":605}                       | bounced | bounced
            c | "event":"failed","severity":"permanent","reason":"generic","delivery-status":{"code":552,"message":"mailbox full"}      | active  | bounced
            d | "event":"failed","severity":"permanent","reason":"old","delivery-status":{"code":602,"message":"Too old"}               | active  | bounced
            e | "event":"failed","severity":"temporary","reason":"greylisted","delivery-status":{"code":450}                            | active  | sent
            f | "event":"complained"                                                                                                    | complained | sent
            g | "event":"opened"                                                                                                        | active  | sent
            """)
    void Mailgun_says(String id, String event, String state, String delivery) {
        var sent = sent("mailgun-" + id + "@example.org");

        assertThat(post("/feedback/mailgun", mailgun(sent, token(id), now(), MAILGUN_KEY, event), Map.of()))
                .isEqualTo(200);

        assertThat(sent.state()).isEqualTo(state);
        assertThat(sent.delivery()).isEqualTo(delivery);
    }

    @Test
    void Mailgun_must_sign_now_and_a_token_counts_once() {
        var first = sent("mailgun-first@example.org");
        var second = sent("mailgun-second@example.org");
        var event = "\"event\":\"complained\"";
        var old = Long.toString(CLOCK.instant().minusSeconds(600).getEpochSecond());

        assertThat(post("/feedback/mailgun", mailgun(first, token("x"), now(), "another key", event), Map.of()))
                .isEqualTo(403);
        assertThat(post("/feedback/mailgun", mailgun(first, token("x"), old, MAILGUN_KEY, event), Map.of()))
                .isEqualTo(403);
        assertThat(first.state()).isEqualTo("active");

        assertThat(post("/feedback/mailgun", mailgun(first, token("y"), now(), MAILGUN_KEY, event), Map.of()))
                .isEqualTo(200);
        // The same signature around another body, as somebody could send who has seen one.
        assertThat(post("/feedback/mailgun", mailgun(second, token("y"), now(), MAILGUN_KEY, event), Map.of()))
                .isEqualTo(200);
        assertThat(first.state()).isEqualTo("complained");
        assertThat(second.state()).isEqualTo("active");
    }

    // Postmark

    @Test
    void an_email_is_shown_beforehand_where_Postmark_is_told_of_each() {
        var sequence = server.sequence(immediate("Shown beforehand"));

        var rehearsal = server.post("/ext/v1/sequences/" + sequence.id() + "/rehearse", "{}");

        assertThat(rehearsal.status()).isBetween(200, 202);
    }

    private static int postmark(String login, String body) {
        return post(
                "/feedback/postmark",
                body,
                Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            1 | "RecordType":"Bounce","Type":"HardBounce","Details":"smtp;550 5.1.1 no such user" | bounced    | bounced
            2 | "RecordType":"Bounce","Type":"HardBounce","Details":""                            | bounced    | bounced
            3 | "RecordType":"Bounce","Type":"SoftBounce","Details":"smtp;452 4.2.2 over quota"   | active     | bounced
            4 | "RecordType":"Bounce","Type":"DMARCPolicy"                                        | active     | bounced
            5 | "RecordType":"Bounce","Type":"AutoResponder"                                      | active     | sent
            6 | "RecordType":"SpamComplaint","Type":"SpamComplaint"                               | complained | sent
            """)
    void Postmark_says(int id, String event, String state, String delivery) {
        var sent = sent("postmark-" + id + "@example.org");
        var body = "{\"ID\":" + id + ",\"Email\":\"" + sent.reader().email() + "\",\"Metadata\":{\"reynard\":\""
                + sent.metadata() + "\"}," + event + "}";

        assertThat(postmark("postmark:guessed-password", body)).isEqualTo(401);
        assertThat(sent.state()).isEqualTo("active");
        assertThat(postmark(POSTMARK_LOGIN, body)).isEqualTo(200);

        assertThat(sent.state()).isEqualTo(state);
        assertThat(sent.delivery()).isEqualTo(delivery);
    }

    // Amazon SES, through SNS

    private static String sns(Map<String, String> fields, String version, PrivateKey key) {
        var signed = new StringBuilder();
        for (var name :
                List.of("Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type")) {
            if (fields.containsKey(name)) {
                signed.append(name).append('\n').append(fields.get(name)).append('\n');
            }
        }
        try {
            var signature = Signature.getInstance(version.equals("1") ? "SHA1withRSA" : "SHA256withRSA");
            signature.initSign(key);
            signature.update(signed.toString().getBytes(UTF_8));
            var all = new LinkedHashMap<>(fields);
            all.putIfAbsent("SigningCertURL", CERTIFICATE);
            all.put("SignatureVersion", version);
            all.put("Signature", Base64.getEncoder().encodeToString(signature.sign()));
            return TestServer.text(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> notification(String message) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("Type", "Notification");
        fields.put("MessageId", "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324");
        fields.put("TopicArn", TOPIC);
        fields.put("Message", message);
        fields.put("Timestamp", "2026-01-05T12:00:05.000Z");
        return fields;
    }

    private static int ses(Map<String, String> fields) {
        return post("/feedback/ses", sns(fields, "2", snsKey), Map.of("Content-Type", "text/plain"));
    }

    private static String bounce(Sent sent, String id, String kind, String recipient) {
        return """
                {"notificationType":"Bounce","bounce":{"feedbackId":"%s",%s,"bouncedRecipients":[%s]},
                 "mail":{"source":"author@example.com","messageId":"0102","headers":[
                   {"name":"Message-ID","value":"%s"},{"name":"Subject","value":"Hello"}]},"later":{"added":[1]}}
                """.formatted(id, kind, recipient, sent.messageId());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            a | "bounceType":"Permanent","bounceSubType":"General"        | {"emailAddress":"a@b.c","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 unknown user"} | bounced | bounced
            b | "bounceType":"Permanent","bounceSubType":"Suppressed"     | {"emailAddress":"a@b.c"}                                                                   | bounced | bounced
            c | "bounceType":"Transient","bounceSubType":"General"        | {"emailAddress":"a@b.c","status":"5.4.4","diagnosticCode":"smtp; 550 5.4.4 Invalid domain"} | bounced | bounced
            d | "bounceType":"Transient","bounceSubType":"MailboxFull"    | {"emailAddress":"a@b.c"}                                                                   | active | bounced
            e | "bounceType":"Transient","bounceSubType":"General"        | {"emailAddress":"a@b.c"}                                                                   | active | sent
            f | "bounceType":"Undetermined","bounceSubType":"Undetermined" | {"emailAddress":"a@b.c"}                                                                  | active | sent
            g | "bounceType":"Permanent","bounceSubType":"General"        | {"emailAddress":"a@b.c","status":"5.7.1","diagnosticCode":"smtp; 550 5.7.1 blocked using spamhaus"} | active | bounced
            """)
    void SES_says(String id, String kind, String recipient, String state, String delivery) {
        var sent = sent("ses-" + id + "@example.org");

        assertThat(ses(notification(bounce(sent, "feedback-" + id, kind, recipient))))
                .isEqualTo(200);

        assertThat(sent.state()).isEqualTo(state);
        assertThat(sent.delivery()).isEqualTo(delivery);
    }

    @Test
    void SES_tells_of_a_complaint_by_the_envelope_sender() {
        var sent = sent("ses-complaint@example.org");
        var message = """
                {"eventType":"Complaint","complaint":{"feedbackId":"c-1","complaintFeedbackType":"abuse",
                 "complainedRecipients":[{"emailAddress":"one@example.org"},{"emailAddress":"two@example.org"}]},
                 "mail":{"source":"%s","messageId":"0103"}}
                """.formatted(sent.sender());

        assertThat(post("/feedback/ses", sns(notification(message), "1", snsKey), Map.of()))
                .isEqualTo(200);

        assertThat(sent.state()).isEqualTo("complained");
    }

    @Test
    void SNS_must_be_itself_and_send_for_a_topic_of_ours() throws GeneralSecurityException {
        var sent = sent("ses-forged@example.org");
        var message = notification(bounce(
                sent,
                "forged",
                "\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\"",
                "{\"emailAddress\":\"a@b.c\"}"));
        var other = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
        var otherTopic = new LinkedHashMap<>(message);
        otherTopic.put("TopicArn", TOPIC + "-of-others");

        assertThat(post("/feedback/ses", sns(message, "2", other), Map.of())).isEqualTo(403);
        assertThat(post("/feedback/ses", sns(message, "2", snsKey).replace("Permanent", "Transient"), Map.of()))
                .isEqualTo(403);
        assertThat(ses(otherTopic)).isEqualTo(403);
        assertThat(post("/feedback/ses", "{}", Map.of())).isEqualTo(400);
        assertThat(sent.state()).isEqualTo("active");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/SimpleNotificationService-0.pem",
                "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
                "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem",
                "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0.pem",
                "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0.pem",
                "https://bucket.s3.amazonaws.com/SimpleNotificationService-0.pem",
                "https://sns.eu-west-1.amazonaws.com/other.pem",
                "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem?x=1",
                "https://127.0.0.1/SimpleNotificationService-0.pem",
                "file:///etc/passwd"
            })
    void a_certificate_from_elsewhere_is_not_even_fetched(String url) {
        var message = notification("{}");
        message.put("SigningCertURL", url);

        assertThat(ses(message)).isEqualTo(403);

        assertThat(fetched).isEmpty();
    }

    @Test
    void a_subscription_is_confirmed_for_a_topic_of_ours_and_at_SNS_only() {
        var url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=" + TOPIC + "&Token=t";
        var fields = new LinkedHashMap<String, String>();
        fields.put("Type", "SubscriptionConfirmation");
        fields.put("MessageId", "165545c9-2a5c-472c-8df2-7ff2be2b3b1b");
        fields.put("Token", "t");
        fields.put("TopicArn", TOPIC);
        fields.put("Message", "You have chosen to subscribe");
        fields.put("SubscribeURL", url);
        fields.put("Timestamp", "2026-01-05T12:00:00.000Z");

        assertThat(ses(fields)).isEqualTo(200);
        assertThat(fetched).contains(URI.create(url));

        fetched.clear();
        fields.put("SubscribeURL", "https://evil.example/?Action=ConfirmSubscription&Token=t");
        assertThat(ses(fields)).isEqualTo(403);
        fields.put("SubscribeURL", url);
        fields.put("TopicArn", TOPIC + "-of-others");
        assertThat(ses(fields)).isEqualTo(403);
        assertThat(fetched).noneMatch(fetchedUrl -> fetchedUrl.toString().contains("ConfirmSubscription"));
    }

    @Test
    void a_provider_that_is_not_set_up_is_not_there() {
        for (var path : List.of("ses", "sendgrid", "mailgun")) {
            assertThat(server.send("POST", "/feedback/" + path, "{}".getBytes(UTF_8), Map.of())
                            .status())
                    .isEqualTo(404);
        }
    }
}
