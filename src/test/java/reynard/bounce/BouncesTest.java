package reynard.bounce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.app.Settings;
import reynard.feedback.Corpus;
import reynard.testing.TestServer;

/// Mail that comes back over the wire, and what follows from it.
@DisplayNameGeneration(ReplaceUnderscores.class)
class BouncesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(new Settings.Returns(
                Optional.of("bounce.example.com"),
                "127.0.0.1",
                Optional.of(0),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void newAccount() {
        server.useKey(server.stranger());
    }

    /// An email as it left: its envelope sender, and its bytes.
    private record Sent(TestServer.Reader reader, TestServer.Sequence sequence, String sender, String raw) {}

    private static Sent sent(String address) {
        var sequence = server.sequence(immediate("Hello"), days("More", 1), days("Most", 30));
        var reader = server.subscriber(address, sequence);
        server.settle();
        var mail = reader.lastMail();
        return new Sent(
                reader, sequence, mail.get("from").asText(), mail.get("raw").asText());
    }

    /// What a server says to each line of a conversation.
    private static List<String> talk(boolean lmtp, String sender, List<String> recipients, byte[] message)
            throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.bouncePort())) {
            socket.setSoTimeout(30_000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            var answers = new ArrayList<String>();
            answers.add(in.readLine());
            var out = socket.getOutputStream();
            out.write(((lmtp ? "LHLO" : "EHLO") + " mx.example.net\r\n").getBytes(UTF_8));
            String line;
            do {
                line = in.readLine();
            } while (line.charAt(3) == '-');
            var commands = new ArrayList<String>();
            commands.add("MAIL FROM:<" + sender + "> SIZE=" + message.length);
            recipients.forEach(recipient -> commands.add("RCPT TO:<" + recipient + ">"));
            commands.add("DATA");
            for (var command : commands) {
                out.write((command + "\r\n").getBytes(UTF_8));
                answers.add(in.readLine());
            }
            if (!answers.getLast().startsWith("354")) {
                return answers;
            }
            out.write(new String(message, UTF_8).replace("\r\n.", "\r\n..").getBytes(UTF_8));
            out.write("\r\n.\r\n".getBytes(UTF_8));
            for (int i = 0; i < (lmtp ? recipients.size() : 1); i++) {
                answers.add(in.readLine());
            }
            out.write("QUIT\r\n".getBytes(UTF_8));
            answers.add(in.readLine());
            return answers;
        }
    }

    private static void comesBack(String file, String to) throws IOException {
        assertThat(talk(false, "", List.of(to), Corpus.named(file).message(to))).contains("250 2.0.0 taken");
    }

    private static long intake(String how) {
        return server.get("/ext/v1/feedback/intake").at("/intake/" + how).asLong();
    }

    private static String state(Sent sent) {
        return sent.reader().deliveries().getFirst().get("state").asText();
    }

    @Test
    void a_hard_bounce_ends_all_mail_and_keeps_its_evidence() throws IOException {
        var sent = sent("gone@example.org");

        comesBack("postfix-unknown-user", sent.sender());
        server.advance(ofDays(3));

        assertThat(sent.reader().state()).isEqualTo("bounced");
        var delivery = sent.reader().deliveries().getFirst();
        assertThat(delivery.get("state").asText()).isEqualTo("bounced");
        assertThat(delivery.get("bounced_at").asText()).startsWith("2026-01-0");
        assertThat(delivery.get("reply").asText()).contains("User unknown");
        assertThat(sent.reader().deliveries()).hasSize(1);
        assertThat(sent.sequence().members()).isZero();
        var report = server.get(
                        "/ext/v1/feedback?subscriber_id=" + sent.reader().id())
                .at("/feedback/0");
        assertThat(report.get("verdict").asText()).isEqualTo("hard");
        assertThat(report.get("source").asText()).isEqualTo("mail");
        assertThat(report.get("status").asText()).isEqualTo("5.1.1");
        assertThat(report.get("recipient").asText()).isEqualTo("reader@example.org");
        assertThat(server.get("/ext/v1/feedback/" + report.get("id").asLong())
                        .at("/feedback/raw")
                        .asText())
                .contains("Undelivered Mail");
        assertThat(server.get("/ext/v1/suppressions?email_address=gone@example.org")
                        .at("/suppressions/0/evidence")
                        .asText())
                .contains("User unknown");
    }

    @Test
    void statistics_count_it() throws IOException {
        var sent = sent("counted@example.org");
        comesBack("postfix-unknown-user", sent.sender());
        var complains = server.subscriber("complains@example.org", sent.sequence());
        server.settle();
        comesBack("arf-abuse", complains.lastMail().get("from").asText());

        var stats = sent.sequence().showEmail("Hello").get("stats");
        assertThat(stats.get("recipients").asLong()).isEqualTo(2);
        assertThat(stats.get("bounces").asLong()).isEqualTo(1);
        assertThat(stats.get("complaints").asLong()).isEqualTo(1);
    }

    @Test
    void the_same_report_counts_once() throws IOException {
        var sent = sent("twice@example.org");
        long again = intake("again");

        comesBack("postfix-mailbox-full", sent.sender());
        comesBack("postfix-mailbox-full", sent.sender());

        assertThat(server.get("/ext/v1/feedback?delivery_id="
                                + sent.reader()
                                        .deliveries()
                                        .getFirst()
                                        .get("id")
                                        .asLong())
                        .at("/feedback"))
                .hasSize(1);
        assertThat(intake("again")).isEqualTo(again + 1);
    }

    @Test
    void a_complaint_suppresses_at_once_and_outranks_all_else() throws IOException {
        var sent = sent("angry@example.org");
        sent.reader().unsubscribes();

        comesBack("arf-abuse-redacted", sent.sender());

        assertThat(sent.reader().state()).isEqualTo("complained");
        assertThat(state(sent)).isEqualTo("sent");
        assertThat(server.get("/ext/v1/suppressions?email_address=angry@example.org")
                        .each("suppressions", "reason"))
                .containsExactly("complained");
    }

    @Test
    void the_senders_fault_and_a_full_mailbox_leave_the_reader_as_they_are() throws IOException {
        for (var file : List.of("postfix-spamhaus", "gmail-unauthenticated", "ofr-506", "postfix-mailbox-full")) {
            var sent = sent(file + "@example.org");
            comesBack(file, sent.sender());
            assertThat(sent.reader().state()).as(file).isEqualTo("active");
            assertThat(state(sent)).as(file).isEqualTo("bounced");
        }
    }

    @Test
    void what_is_no_bounce_changes_nothing() throws IOException {
        var sent = sent("away@example.org");
        for (var file : List.of(
                "vacation-autosubmitted",
                "postfix-delayed",
                "postfix-delivered",
                "letter",
                "read-receipt",
                "challenge",
                "arf-auth-failure",
                "arf-not-spam")) {
            comesBack(file, sent.sender());
        }
        assertThat(sent.reader().state()).isEqualTo("active");
        assertThat(state(sent)).isEqualTo("sent");
        assertThat(server.advance(ofDays(1))).isPositive();
    }

    @Test
    void refused_without_a_reason_on_two_days_is_a_bounce() throws IOException {
        var sent = sent("unsure@example.org");
        comesBack("sendmail-554-nothing", sent.sender());
        assertThat(sent.reader().state()).isEqualTo("active");

        server.advance(ofDays(1));
        comesBack("sendmail-554-nothing", sent.reader().lastMail().get("from").asText());

        assertThat(sent.reader().state()).isEqualTo("bounced");
    }

    @Test
    void five_soft_bounces_over_fifteen_days_are_a_bounce() throws IOException {
        var sequence =
                server.sequence(immediate("1"), days("2", 4), days("3", 4), days("4", 4), days("5", 4), days("6", 4));
        var reader = server.subscriber("full@example.org", sequence);
        server.settle();
        for (int i = 1; i <= 5; i++) {
            assertThat(reader.state()).as("before bounce " + i).isEqualTo("active");
            comesBack("postfix-mailbox-full", reader.lastMail().get("from").asText());
            server.advance(ofDays(4));
        }
        assertThat(reader.state()).isEqualTo("bounced");
    }

    @Test
    void a_forged_address_is_ignored_and_counted() throws IOException {
        var sent = sent("safe@example.org");
        long forged = intake("forged");
        var address = sent.sender();
        char other = address.charAt(40) == 'a' ? 'b' : 'a';
        var changed = address.substring(0, 40) + other + address.substring(41);

        comesBack("postfix-no-original", changed);

        assertThat(sent.reader().state()).isEqualTo("active");
        assertThat(intake("forged")).isEqualTo(forged + 1);
    }

    @Test
    void an_email_is_found_by_its_own_headers_when_its_envelope_is_lost() throws IOException {
        for (var header : List.of("Message-ID", "List-Unsubscribe")) {
            var sent = sent(header.toLowerCase(java.util.Locale.ROOT) + "@example.org");
            var kept = sent.raw()
                    .replaceAll("(?s)\r?\n\r?\n.*", "")
                    .replaceAll("\r?\n[ \t]+", " ")
                    .lines()
                    .filter(line -> line.startsWith(header + ":"))
                    .findFirst()
                    .orElseThrow();
            var message = """
                    From: MAILER-DAEMON@mx.example.net
                    Subject: failure notice
                    MIME-Version: 1.0
                    Content-Type: multipart/report; report-type=delivery-status; boundary=x

                    --x
                    Content-Type: message/delivery-status

                    Reporting-MTA: dns; mx.example.net

                    Final-Recipient: rfc822; someone@example.org
                    Action: failed
                    Status: 5.1.1

                    --x
                    Content-Type: text/rfc822-headers

                    %s
                    Subject: Hello
                    --x--
                    """.formatted(kept).replace("\n", "\r\n");

            assertThat(talk(false, "", List.of("postmaster@bounce.example.com"), message.getBytes(UTF_8)))
                    .contains("250 2.0.0 taken");
            assertThat(sent.reader().state()).as(header).isEqualTo("bounced");
        }
    }

    @Test
    void LMTP_answers_for_each_recipient() throws IOException {
        var sent = sent("lmtp@example.org");
        var answers = talk(
                true,
                "",
                List.of(sent.sender(), "postmaster@bounce.example.com"),
                Corpus.named("postfix-unknown-user").message(sent.sender()));

        assertThat(answers.stream().filter("250 2.0.0 taken"::equals)).hasSize(2);
        assertThat(sent.reader().state()).isEqualTo("bounced");
    }

    @Test
    void mail_for_other_domains_is_refused() throws IOException {
        assertThat(talk(false, "a@example.net", List.of("someone@example.net"), new byte[0]))
                .contains("550 5.7.1 nothing is relayed here")
                .contains("503 5.5.1 RCPT first");
    }

    @Test
    void hostile_mail_is_refused_and_the_next_is_taken() throws IOException {
        long refused = intake("refused");
        var hostile = "Content-Type: message/rfc822\r\n\r\n".repeat(1_000).getBytes(UTF_8);
        assertThat(talk(false, "", List.of("b@bounce.example.com"), hostile).toString())
                .contains("554 5.6.0");

        var large = new byte[10 * 1024 * 1024 + 10];
        java.util.Arrays.fill(large, (byte) 'x');
        assertThat(talk(false, "", List.of("b@bounce.example.com"), large)).contains("552 5.3.4 too large");

        assertThat(intake("refused")).isEqualTo(refused + 1);
        var sent = sent("after@example.org");
        comesBack("postfix-unknown-user", sent.sender());
        assertThat(sent.reader().state()).isEqualTo("bounced");
    }
}
