package reynard.feedback;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class MailReportsTest {
    private static final String OURS = "b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@bounce.example.com";

    static Stream<Corpus.Sample> samples() {
        return Corpus.samples().stream();
    }

    private static List<Report> read(Corpus.Sample sample) throws HostileMail {
        return MailReports.read(sample.sender(), List.of(OURS), sample.message(OURS));
    }

    @Test
    void the_corpus_has_a_hundred_messages_and_every_verdict_but_those_of_providers() {
        assertThat(Corpus.samples()).hasSizeGreaterThanOrEqualTo(100);
        assertThat(Corpus.samples().stream()
                        .flatMap(sample -> sample.verdicts().stream())
                        .distinct())
                .containsExactlyInAnyOrder(Verdict.values());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void a_message_means(Corpus.Sample sample) throws HostileMail {
        var reports = read(sample);

        assertThat(reports).extracting(Report::verdict).isEqualTo(sample.verdicts());
        assertThat(reports.getFirst().recipient().orElse("")).isEqualTo(sample.recipient());
        assertThat(reports).extracting(Report::key).doesNotHaveDuplicates();
    }

    @Test
    void the_address_that_it_came_to_says_first_which_email_it_is() throws HostileMail {
        var clue = read(Corpus.named("postfix-unknown-user")).getFirst().clue();

        assertThat(clue.returnPaths().getFirst()).isEqualTo(OURS);
        assertThat(clue.messageIds()).containsExactly("Zm9vYmFyYmF6cXV4MTIzNA.Zv0-x_9a@example.com");
        assertThat(clue.links()).containsExactly(new Clue.Link("Zv0-x_9aQ2mPq7rT1sUvWg", "aB3-_dE5fG7hI9jK1lM3nA"));
    }

    @ParameterizedTest
    @MethodSource("withACopy")
    void the_returned_headers_say_it_too(Corpus.Sample sample) throws HostileMail {
        assertThat(read(sample).getFirst().clue().messageIds())
                .containsExactly("Zm9vYmFyYmF6cXV4MTIzNA.Zv0-x_9a@example.com");
    }

    static Stream<Corpus.Sample> withACopy() {
        return Stream.of(
                        "postfix-full-original",
                        "qmail-no-mailbox",
                        "exim-unrouteable",
                        "arf-abuse",
                        "arf-headers-only",
                        "hotmail-jmrp",
                        "yahoo-text",
                        "postfix-base64-status")
                .map(Corpus::named);
    }

    @Test
    void the_same_message_has_the_same_key() throws HostileMail {
        var sample = Corpus.named("postfix-two-recipients");
        assertThat(read(sample))
                .extracting(Report::key)
                .isEqualTo(read(sample).stream().map(Report::key).toList());
        assertThat(read(sample)).hasSize(2);
    }

    // Hostile mail

    private static void refused(byte[] message) {
        assertThat(Duration.ofSeconds(1)).satisfies(limit -> {
            long began = System.nanoTime();
            assertThatThrownBy(() -> MailReports.read("", List.of(OURS), message))
                    .isInstanceOf(HostileMail.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(limit.multipliedBy(3));
        });
    }

    @Test
    void a_hundred_thousand_nested_multiparts_are_refused() {
        var message = new StringBuilder("MIME-Version: 1.0\r\n");
        for (int i = 0; i < 100_000; i++) {
            message.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        refused(message.toString().getBytes(US_ASCII));
    }

    @Test
    void attached_messages_without_end_are_refused() {
        refused("Content-Type: message/rfc822\r\n\r\n".repeat(10_000).getBytes(US_ASCII));
    }

    @Test
    void ten_thousand_parts_are_refused() {
        var message = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(10_000);
        refused(message.getBytes(US_ASCII));
    }

    @Test
    void a_header_of_ten_megabytes_is_refused() {
        refused(("Subject: " + "x".repeat(9_000_000) + "\r\n\r\n").getBytes(US_ASCII));
        refused(("X: y\r\n".repeat(300_000) + "\r\n").getBytes(US_ASCII));
    }

    @Test
    void more_than_ten_megabytes_are_refused() {
        refused(new byte[MailReader.BYTES_MAX + 1]);
    }

    @Test
    void megabytes_of_base64_in_a_part_are_read_only_as_far_as_they_are_kept() throws HostileMail {
        var message = "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + ("A".repeat(76) + "\r\n").repeat(100_000);

        assertThat(MailReports.read("", List.of(OURS), message.getBytes(US_ASCII)))
                .singleElement()
                .satisfies(report -> assertThat(report.diagnostic().length()).isLessThanOrEqualTo(2_000));
    }

    @Property(tries = 300)
    void damaged_mail_is_read_or_refused_and_never_fails(@ForAll @IntRange(max = 1_000_000) int seed) {
        var random = new Random(seed);
        var samples = Corpus.samples();
        var message = samples.get(random.nextInt(samples.size())).message(OURS);
        for (int i = 0; i < 1 + random.nextInt(30); i++) {
            message[random.nextInt(message.length)] = (byte) random.nextInt(256);
        }
        try {
            assertThat(MailReports.read("", List.of(OURS), message)).isNotEmpty();
        } catch (HostileMail e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
