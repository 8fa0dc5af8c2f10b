package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reynard.mail.EmailAddress;
import reynard.mail.Header;
import reynard.mail.Message;
import reynard.mail.Mime;
import reynard.template.EmailRenderer;
import reynard.template.Format;

/// Whole emails, from what the author wrote to the bytes on the wire, beside those in `src/test/resources/golden/mail`;
/// another reader, Apache mime4j, has to find in them what was meant. `bin/test --update-golden` rewrites them.
@DisplayNameGeneration(ReplaceUnderscores.class)
class GoldenMailTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/mail");
    private static final Instant DATE = Instant.parse("2026-11-01T09:05:07Z");
    private static final String LEAVE = "https://mail.example.com/u/a1b2/c3d4";
    private static final String ADDRESS = "1 Tea Street\nLondon";

    /// Who gets what: a name, the address as somebody signed up with it and as another reader reads it, which takes the
    /// quotes off, a layout, and how the content is written.
    enum Case {
        PLAIN("Mei", "mei@example.net", "mei@example.net", "letter", Format.HTML),
        NO_NAME("", "mei+tea@example.net", "mei+tea@example.net", "plain", Format.MARKDOWN),
        RIGHT_TO_LEFT("مريم بنت أحمد", "maryam@example.net", "maryam@example.net", "letter", Format.HTML),
        HEBREW_AND_LATIN("שרה (Sara) \u200f<x>", "sara@example.net", "sara@example.net", "plain", Format.HTML),
        EMOJI("👩‍👩‍👧‍👦 🏳️‍🌈 Zoë", "zoe@example.net", "zoe@example.net", "letter", Format.MARKDOWN),
        QUOTES("\"Bob\", O'Hara", "\"a b\\\"c\"@example.net", "a b\"c@example.net", "plain", Format.HTML),
        INTERNATIONAL("Jörg", "joerg@bücher.example", "joerg@xn--bcher-kva.example", "letter", Format.HTML),
        SCRIPT("<script>alert(1)</script>", "eve@example.net", "eve@example.net", "letter", Format.MARKDOWN),
        LINE_BREAK("Bob\r\nBcc: victim@example.org", "bob@example.net", "bob@example.net", "plain", Format.HTML);

        private final String name;
        private final String to;
        private final String wire;
        private final String layout;
        private final Format format;

        Case(String name, String to, String wire, String layout, Format format) {
            this.name = name;
            this.to = to;
            this.wire = wire;
            this.layout = layout;
            this.format = format;
        }
    }

    private static EmailRenderer.Rendered rendered(Case mail) throws IOException {
        var content = mail.format == Format.MARKDOWN
                ? "# Hello {{ subscriber.first_name }}\n\nRead *[this](https://tea.example/?a=1&b=2)*.\n"
                : "<h1>Hello {{ subscriber.first_name }}</h1>\n<p>Read <a href=\"https://tea.example/?a=1&amp;b=2\">this</a>.</p>\n"
                        + "<p>.<br>\n.\nFrom here on, long lines: " + "tea and ".repeat(30) + "cake.</p>\n";
        var layout = Files.readString(Path.of("src/main/resources/templates/email/" + mail.layout + ".html"));
        return new EmailRenderer()
                .render(
                        new EmailRenderer.Source(
                                "Tea for {{ subscriber.first_name | default: 'you' }}",
                                "What to brew",
                                content,
                                layout,
                                mail.format),
                        new EmailRenderer.Values(Map.of("first_name", mail.name), LEAVE, ADDRESS, DATE));
    }

    private static byte[] composed(Case mail, EmailRenderer.Rendered rendered) {
        return Mime.compose(new Message(
                new EmailAddress("author", "example.org"),
                "Tea, \"Letters\" & Zoë",
                EmailAddress.parse(mail.to).orElseThrow(),
                Header.cleaned(mail.name),
                Optional.empty(),
                Header.cleaned(rendered.subject()),
                DATE,
                "5f2b7c@mail.example.org",
                rendered.text(),
                rendered.html(),
                List.of(Header.of("List-Unsubscribe", "<" + LEAVE + ">")),
                "b0undaryT0ken"));
    }

    @ParameterizedTest
    @EnumSource(Case.class)
    void the_email_is_these_bytes_and_says_what_was_meant(Case mail) throws Exception {
        var rendered = rendered(mail);
        var bytes = composed(mail, rendered);
        var golden =
                FOLDER.resolve(mail.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".eml");
        if (Boolean.getBoolean("reynard.updateGolden")) {
            Files.createDirectories(FOLDER);
            // Line ends as git keeps them; on the wire they are CRLF.
            Files.writeString(golden, new String(bytes, StandardCharsets.US_ASCII).replace("\r\n", "\n"));
        }
        assertThat(new String(bytes, StandardCharsets.US_ASCII))
                .isEqualTo(Files.readString(golden).replace("\n", "\r\n"));

        var read = new DefaultMessageBuilder().parseMessage(new ByteArrayInputStream(bytes));
        var to = (Mailbox) read.getTo().getFirst();
        assertThat(to.getAddress()).isEqualTo(mail.wire);
        assertThat(to.getName() == null ? "" : to.getName())
                .isEqualTo(Header.cleaned(mail.name).strip());
        assertThat(read.getFrom().getFirst().getName()).isEqualTo("Tea, \"Letters\" & Zoë");
        assertThat(read.getSubject()).isEqualTo("Tea for " + (mail.name.isEmpty() ? "you" : Header.cleaned(mail.name)));
        assertThat(read.getHeader().getFields("Bcc")).isEmpty();
        for (var once : List.of("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Unsubscribe")) {
            assertThat(read.getHeader().getFields(once)).as(once).hasSize(1);
        }
        var html = Jsoup.parse(body(read, 1));
        assertThat(html.select("script")).isEmpty();
        assertThat(html.text())
                .contains("Hello " + mail.name.replaceAll("\\s+", " ").strip());
        assertThat(html.text()).contains("1 Tea Street London");
        assertThat(html.select("a[href=" + LEAVE + "]")).isNotEmpty();
        assertThat(body(read, 0)).contains("1 Tea Street", "London", LEAVE, "https://tea.example/?a=1&b=2");
    }

    private static String body(org.apache.james.mime4j.dom.Message read, int part) throws IOException {
        var body =
                (TextBody) ((Multipart) read.getBody()).getBodyParts().get(part).getBody();
        return new String(body.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
