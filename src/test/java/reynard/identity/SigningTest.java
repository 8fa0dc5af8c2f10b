package reynard.identity;

import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.app.Settings;
import reynard.cli.Commands;
import reynard.delivery.smtp.Relay;
import reynard.mail.dkim.Verification;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SigningTest {
    private static final Pattern RECORD = Pattern.compile("Name {3}(\\S+)\\s+Type {3}TXT\\s+Value {2}(.+)");
    private static final Settings.Returns RETURNS = new Settings.Returns(
            Optional.of("bounce.example.com"),
            "127.0.0.1",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private FakeSmtp relay;
    private TestServer server;

    @BeforeEach
    void start() {
        relay = FakeSmtp.start();
        server = TestServer.with(Optional.of(Relay.parse(relay.url())), RETURNS);
    }

    @AfterEach
    void stop() {
        server.close();
        relay.close();
    }

    private String dkim(String... arguments) {
        var out = new StringWriter();
        var all = new java.util.ArrayList<>(List.of("dkim"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--database-url", server.databaseUrl(), "--secret-key", TestServer.SECRET_KEY));
        int status = Commands.line(new PrintWriter(out, true)).execute(all.toArray(String[]::new));
        return status + "\n" + out;
    }

    private static Map<String, String> records(String output) {
        var records = new HashMap<String, String>();
        var matcher = RECORD.matcher(output);
        while (matcher.find()) {
            records.put(matcher.group(1), matcher.group(2));
        }
        return records;
    }

    private byte[] send(String subject) {
        server.subscriber(subject + "@example.org", server.sequence(immediate(subject)));
        server.settle();
        return relay.messages().getLast().content().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void mail_of_a_domain_with_keys_is_signed_by_both_and_carries_one_click_headers_inside() {
        assertThat(Verification.valid(send("before"), Map.of())).isEmpty();
        assertThat(relay.messages().getLast().content()).doesNotContain("DKIM-Signature");

        var records = records(dkim("create", "example.com"));
        var message = send("after");

        assertThat(records).hasSize(2);
        assertThat(Verification.valid(message, records)).containsExactly("rsa-sha256", "ed25519-sha256");
        assertThat(Verification.signedNames(message)).contains("List-Unsubscribe", "List-Unsubscribe-Post");
    }

    @Test
    void a_new_key_waits_until_its_record_is_there() {
        var first = records(dkim("create", "example.com", "--algorithm", "rsa", "--selector", "one"));
        var second = records(dkim("create", "example.com", "--algorithm", "rsa", "--selector", "two"));
        assertThat(Verification.valid(send("still"), first)).hasSize(1);

        assertThat(dkim("use", "example.com", "two")).startsWith("0\n");
        assertThat(Verification.valid(send("now"), second)).hasSize(1);
        assertThat(dkim("list")).contains("one\trsa").contains("does not sign").contains("signs since");
        assertThat(records(dkim("show", "example.com", "one"))).isEqualTo(first);
    }

    @Test
    void what_the_database_holds_does_not_sign() throws SQLException {
        dkim("create", "example.com", "--algorithm", "rsa");
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement();
                var row = statement.executeQuery("select private_key from dkim_key")) {
            assertThat(row.next()).isTrue();
            // Every PKCS #8 RSA key of this size begins so in base64.
            assertThat(row.getString(1)).startsWith("v1.").doesNotContain("MIIE");
        }
        var otherKey = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
        var out = new StringWriter();
        int status = Commands.line(new PrintWriter(out, true))
                .execute("serve", "--port=0", "--database-url=" + server.databaseUrl(), "--secret-key=" + otherKey);
        assertThat(status).isNotZero();
        assertThat(out.toString())
                .startsWith("reynard: the secret for erased addresses was sealed with another secret key")
                .doesNotContain("\tat ");
    }

    @Test
    void a_bad_domain_or_a_taken_selector_is_refused_with_the_reason() {
        assertThat(dkim("create", "not a domain")).startsWith("2\n");
        assertThat(dkim("create", "example.com", "--selector", "UPPER")).startsWith("2\n");
        assertThat(dkim("create", "example.com", "--selector", "s")).startsWith("0\n");
        assertThat(dkim("create", "example.com", "--selector", "s")).startsWith("2\n");
        assertThat(dkim("use", "example.com", "nobody")).startsWith("1\n");
        assertThat(dkim("show", "example.net")).startsWith("1\n");
    }

    @Test
    void the_envelope_sender_is_of_the_delivery_and_the_same_at_each_try() {
        relay.on(Verb.RCPT, 451, "4.7.1 greylisted").times(1);
        server.subscriber("reader@example.org", server.sequence(immediate("Hello")));

        server.settle();
        server.advance(ofHours(1));

        var senders = relay.commands().stream()
                .filter(command -> command.startsWith("MAIL FROM:<"))
                .map(command -> command.replaceAll("MAIL FROM:<([^>]+)>.*", "$1"))
                .toList();
        assertThat(senders).hasSize(2).allMatch(sender -> sender.matches("b\\+[a-z2-7]{55}@bounce\\.example\\.com"));
        assertThat(senders.get(0)).isEqualTo(senders.get(1));
    }
}
