package reynard.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.MimeConfig;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is composed is read again by another reader, Apache mime4j, and must say what was meant.
@DisplayNameGeneration(ReplaceUnderscores.class)
class MimeTest {
    private static final Instant DATE = Instant.parse("2026-11-01T09:05:07Z");
    private static final String TOKEN = "b0undaryT0ken";
    private static final String UNSUBSCRIBE = "<https://mail.example.org/u/" + "x".repeat(120) + "?a=1&b=%20>";

    private static final List<Header> EXTRA = List.of(
            Header.of("List-Unsubscribe", UNSUBSCRIBE),
            Header.of("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            Header.named("List-Id", "Welcome, all", "seq-7.example.org"),
            Header.of("Feedback-ID", "seq7:acct1:sequence:reynard"),
            Header.of("Precedence", "bulk"));

    private static Message message(String fromName, String toName, String subject, String text, String html) {
        return message(fromName, toName, new EmailAddress("reader", "example.net"), subject, text, html);
    }

    private static Message message(
            String fromName, String toName, EmailAddress to, String subject, String text, String html) {
        return new Message(
                new EmailAddress("author", "example.org"),
                fromName,
                to,
                toName,
                Optional.of(new EmailAddress("answers", "example.org")),
                subject,
                DATE,
                "5f2b7c@mail.example.org",
                text,
                html,
                EXTRA,
                TOKEN);
    }

    private static Message saying(String text) {
        return message("Author", "Reader", "Hello", text, "<p>" + text + "</p>");
    }

    @Test
    void a_plain_message_is_these_bytes() {
        var message = new Message(
                new EmailAddress("author", "example.org"),
                "Ann, Author",
                new EmailAddress("reader", "example.net"),
                "",
                Optional.empty(),
                "Hello",
                DATE,
                "5f2b7c@mail.example.org",
                "Hi\n.\nFrom me",
                "<p class=\"a\">Hi</p>",
                List.of(Header.of("Precedence", "bulk")),
                TOKEN);

        assertThat(new String(Mime.compose(message), UTF_8).replace("\r\n", "\n"))
                .isEqualTo("""
                        From: "Ann, Author" <author@example.org>
                        To: reader@example.net
                        Subject: Hello
                        Date: Sun, 1 Nov 2026 09:05:07 +0000
                        Message-ID: <5f2b7c@mail.example.org>
                        Precedence: bulk
                        MIME-Version: 1.0
                        Content-Type: multipart/alternative;
                         boundary="=_b0undaryT0ken"

                        --=_b0undaryT0ken
                        Content-Type: text/plain; charset=utf-8
                        Content-Transfer-Encoding: quoted-printable

                        Hi
                        =2E
                        =46rom me
                        --=_b0undaryT0ken
                        Content-Type: text/html; charset=utf-8
                        Content-Transfer-Encoding: quoted-printable

                        <p class=3D"a">Hi</p>
                        --=_b0undaryT0ken--
                        """);
    }

    @Property(tries = 10_000)
    void any_message_reads_back_as_it_was_meant(
            @ForAll("headerText") String fromName,
            @ForAll("headerText") String toName,
            @ForAll("headerText") String subject,
            @ForAll("addresses") String to,
            @ForAll("bodyText") String text,
            @ForAll("bodyText") String html) {
        var message = message(fromName, toName, EmailAddress.parse(to).orElseThrow(), subject, text, html);

        var bytes = Mime.compose(message);

        requireWireShape(bytes);
        var read = read(bytes);
        assertThat(read.getSubject()).isEqualTo(subject);
        assertMailbox(read.getFrom().getFirst(), fromName, "author@example.org");
        assertMailbox((Mailbox) read.getTo().getFirst(), toName, asRead(to));
        assertMailbox((Mailbox) read.getReplyTo().getFirst(), "", "answers@example.org");
        assertThat(read.getDate().toInstant()).isEqualTo(DATE);
        assertThat(bodies(read)).containsExactly(withCrlf(text), withCrlf(html));
        assertThat(names(read))
                .containsExactly(
                        "From",
                        "To",
                        "Reply-To",
                        "Subject",
                        "Date",
                        "Message-ID",
                        "List-Unsubscribe",
                        "List-Unsubscribe-Post",
                        "List-Id",
                        "Feedback-ID",
                        "Precedence",
                        "MIME-Version",
                        "Content-Type");
    }

    @Provide
    Arbitrary<String> headerText() {
        return pieces(Arbitraries.of(
                        "Ann",
                        "O'Hara, Inc.",
                        "\"quoted\"",
                        "back\\slash",
                        "Zoë",
                        "漢".repeat(300),
                        "שלום",
                        "👩‍👩‍👧‍👦",
                        "🏳️‍🌈",
                        " ",
                        "  ",
                        "=?UTF-8?Q?no?=",
                        "a@b",
                        "<x>",
                        "(c)",
                        ";",
                        "x".repeat(200),
                        "\u760A",
                        "é",
                        "_",
                        "%0d%0a",
                        "."))
                .map(String::strip);
    }

    @Provide
    Arbitrary<String> addresses() {
        return Arbitraries.of(
                "reader@example.net",
                "reader+tea@example.net",
                "o'hara@example.net",
                "\"a b\"@example.net",
                "\"a\\\"b, c\"@example.net",
                "!#$%&'*+-/=?^_`{|}~@example.net",
                "reader@bücher.example");
    }

    @Provide
    Arbitrary<String> bodyText() {
        return pieces(Arbitraries.of(
                "Hello",
                " ",
                "\t",
                "\r\n",
                "\n",
                "\r",
                ".",
                "..",
                "\r\n.\r\n",
                "--=_b0undaryT0ken",
                "\r\n--=_b0undaryT0ken--\r\n",
                "=_b0undaryT0ken",
                "From ",
                "=",
                "=3D",
                "é",
                "漢字",
                "👩‍👩‍👧‍👦",
                "مرحبا",
                "x".repeat(74),
                "x".repeat(75),
                "x".repeat(76),
                "x".repeat(77),
                "x".repeat(2000),
                "\u0000",
                "\u000B",
                "\u2028",
                "trailing \n",
                "<p>"));
    }

    private static Arbitrary<String> pieces(Arbitrary<String> special) {
        var any = Arbitraries.strings()
                .withChars(' ', '~')
                .withCharRange('!', '~')
                .withCharRange('\u00A1', '\u024F')
                .ofMaxLength(30);
        return Arbitraries.oneOf(special, any).list().ofMaxSize(12).map(parts -> String.join("", parts));
    }

    /// The reader takes the quotes off.
    private static String asRead(String address) {
        int at = address.lastIndexOf('@');
        var localPart = address.substring(0, at);
        var bare = localPart.startsWith("\"") ? localPart.substring(1, at - 1).replaceAll("\\\\(.)", "$1") : localPart;
        return bare + address.substring(at).replace("bücher", "xn--bcher-kva");
    }

    private static void assertMailbox(Mailbox mailbox, String name, String address) {
        assertThat(mailbox.getAddress()).isEqualTo(address);
        assertThat(mailbox.getName() == null ? "" : mailbox.getName()).isEqualTo(name);
    }

    @Test
    void a_body_line_of_two_megabytes_arrives_whole() {
        var line = "x".repeat(2_000_000);

        var bytes = Mime.compose(saying(line));

        requireWireShape(bytes);
        assertThat(bodies(read(bytes)).getFirst()).isEqualTo(line);
    }

    @Test
    void the_unsubscribe_uri_is_never_broken_or_encoded() {
        var bytes = Mime.compose(saying("Hi"));

        assertThat(new String(bytes, UTF_8)).contains("List-Unsubscribe:\r\n " + UNSUBSCRIBE + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bob\r\nBcc: v@example.org", "Bob\u000B", "Bob\u0085", "Bob\u2028", "Bob\u0000", "Bob\n"})
    void a_control_in_a_name_or_subject_is_refused_and_a_cleaned_one_adds_no_header(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> message(name, "", "s", "t", "h"));
        assertThatIllegalArgumentException().isThrownBy(() -> message("", name, "s", "t", "h"));
        assertThatIllegalArgumentException().isThrownBy(() -> message("", "", name, "t", "h"));

        var cleaned = Header.cleaned(name);
        var read = read(Mime.compose(message(cleaned, cleaned, cleaned, "t", "h")));
        assertThat(names(read)).hasSize(13).doesNotContain("Bcc");
        assertThat(read.getSubject()).isEqualTo(cleaned);
    }

    @Test
    void a_name_of_one_megabyte_stays_within_the_lines() {
        requireWireShape(
                Mime.compose(message("漢".repeat(350_000), "y".repeat(1_000_000), "z ".repeat(500_000) + "z", "", "")));
    }

    @Test
    void half_a_surrogate_pair_becomes_the_replacement_character() {
        assertThat(read(Mime.compose(message("", "", "a\uD800b", "", ""))).getSubject())
                .isEqualTo("a\uFFFDb");
    }

    @Test
    void only_local_parts_beyond_ascii_make_eight_bit_headers() {
        var message = new Message(
                new EmailAddress("author", "bücher.example"),
                "",
                new EmailAddress("δοκιμή", "bücher.example"),
                "",
                Optional.empty(),
                "Hello",
                DATE,
                "1@example.org",
                "",
                "",
                List.of(),
                TOKEN);

        assertThat(message.needsSmtpUtf8()).isTrue();
        assertThat(new String(Mime.compose(message), UTF_8))
                .contains("From: author@xn--bcher-kva.example\r\n")
                .contains("To: δοκιμή@xn--bcher-kva.example\r\n");
    }

    @Test
    void the_composers_own_headers_cannot_be_given_again() {
        var message = saying("Hi");
        for (var name : List.of("from", "BCC", "Subject", "Content-Type", "MIME-Version", "Date")) {
            assertThatIllegalArgumentException().isThrownBy(() -> with(message, Header.of(name, "a")));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(message, Header.of("X-A", "1"), Header.of("x-a", "2")));
    }

    private static Message with(Message message, Header... extra) {
        return new Message(
                message.from(),
                "",
                message.to(),
                "",
                Optional.empty(),
                "",
                DATE,
                message.messageId(),
                "",
                "",
                List.of(extra),
                TOKEN);
    }

    /// CRLF only, seven bits, body lines of at most 76 and header lines of at most 78 octets unless one word is
    /// longer.
    private static void requireWireShape(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            assertSound(bytes[i] > 0, "an eight-bit or NUL octet", i);
            assertSound(bytes[i] != '\n' || (i > 0 && bytes[i - 1] == '\r'), "a bare LF", i);
            assertSound(bytes[i] != '\r' || (i + 1 < bytes.length && bytes[i + 1] == '\n'), "a bare CR", i);
        }
        boolean inHeader = true;
        for (var line : new String(bytes, ISO_8859_1).split("\r\n", -1)) {
            inHeader &= !line.isEmpty();
            boolean oneWord = line.indexOf(' ', 1) < 0;
            assertThat(line.length()).isLessThanOrEqualTo(!inHeader ? 76 : oneWord ? 998 : 78);
            assertThat(line).doesNotStartWith(".");
        }
    }

    private static void assertSound(boolean sound, String what, int at) {
        if (!sound) {
            throw new AssertionError(what + " at " + at);
        }
    }

    private static org.apache.james.mime4j.dom.Message read(byte[] bytes) {
        try {
            var builder = new DefaultMessageBuilder();
            builder.setMimeEntityConfig(MimeConfig.custom()
                    .setMaxHeaderLen(-1)
                    .setMaxHeaderCount(-1)
                    .setMaxContentLen(-1)
                    .build());
            return builder.parseMessage(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> names(org.apache.james.mime4j.dom.Message read) {
        return read.getHeader().getFields().stream().map(Field::getName).toList();
    }

    private static List<String> bodies(org.apache.james.mime4j.dom.Message read) {
        assertThat(read.getMimeType()).isEqualTo("multipart/alternative");
        var parts = ((Multipart) read.getBody()).getBodyParts();
        assertThat(parts).extracting(part -> part.getMimeType()).containsExactly("text/plain", "text/html");
        return parts.stream().map(part -> content((TextBody) part.getBody())).toList();
    }

    private static String content(TextBody body) {
        try (var in = body.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withCrlf(String text) {
        return text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
    }
}
