package reynard.mail.dkim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.mail.EmailAddress;
import reynard.mail.Header;
import reynard.mail.Message;
import reynard.mail.Mime;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DkimSignerTest {
    private static final Instant AT = Instant.parse("2026-01-05T12:00:00Z");

    /// The keys and the message of RFC 8463, appendix A. The Ed25519 key is test 1 of RFC 8032, 7.1.
    private static final String RFC_RSA = "MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi"
            + "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM"
            + "KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
            + "AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm"
            + "6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe"
            + "zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy"
            + "6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc"
            + "uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy"
            + "WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd"
            + "WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a"
            + "licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst"
            + "o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe"
            + "uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL";

    private static final String RFC_RSA_PUBLIC = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6"
            + "Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5"
            + "QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
    private static final String RFC_ED25519 = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    private static final String RFC_ED25519_PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    private static final String RFC_HEAD = """
            From: Joe SixPack <joe@football.example.com>
            To: Suzie Q <suzie@shopping.example.net>
            Subject: Is dinner ready?
            Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
            Message-ID: <20030712040037.46341.5F8J@football.example.com>
            """.replace("\n", "\r\n");
    private static final String RFC_BODY = """
            Hi.

            We lost the game.  Are you hungry yet?

            Joe.
            """.replace("\n", "\r\n");
    private static final List<String> RFC_NAMES =
            List.of("from", "to", "subject", "date", "message-id", "from", "subject", "date");

    private static String rfcField(String algorithm, String selector, String names) {
        return "DKIM-Signature: v=1; a=" + algorithm + "; c=relaxed/relaxed;\r\n"
                + " d=football.example.com; i=@football.example.com;\r\n"
                + " q=dns/txt; s=" + selector + "; t=1528637909; h=" + names + ";\r\n"
                + " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
    }

    private static DkimKey rfcRsa() {
        var pkcs1 = Base64.getDecoder().decode(RFC_RSA);
        // SEQUENCE { 0, rsaEncryption, OCTET STRING { the key } }
        var pkcs8 = new ByteArrayOutputStream();
        pkcs8.writeBytes(HexFormat.of().parseHex("30820277020100300d06092a864886f70d01010105000482" + "0261"));
        pkcs8.writeBytes(pkcs1);
        assertThat(pkcs1).hasSize(0x261);
        return DkimKey.of(
                "football.example.com",
                "test",
                DkimAlgorithm.RSA,
                Base64.getEncoder().encodeToString(pkcs8.toByteArray()),
                RFC_RSA_PUBLIC);
    }

    private static DkimKey rfcEd25519() {
        var pkcs8 = new ByteArrayOutputStream();
        pkcs8.writeBytes(HexFormat.of().parseHex("302e020100300506032b657004220420"));
        pkcs8.writeBytes(Base64.getDecoder().decode(RFC_ED25519));
        return DkimKey.of(
                "football.example.com",
                "brisbane",
                DkimAlgorithm.ED25519,
                Base64.getEncoder().encodeToString(pkcs8.toByteArray()),
                RFC_ED25519_PUBLIC);
    }

    private static String signed(DkimKey key, String field) {
        var data = DkimSigner.signedData(DkimSigner.fields(RFC_HEAD), RFC_NAMES, field);
        return Base64.getEncoder().encodeToString(DkimSigner.signature(key, data));
    }

    @Test
    void the_body_hash_is_that_of_RFC_8463() throws NoSuchAlgorithmException {
        var body = DkimSigner.relaxedBody(RFC_BODY.getBytes(ISO_8859_1), 0);
        assertThat(Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest(body)))
                .isEqualTo("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
    }

    @Test
    void the_RSA_signature_is_that_of_RFC_8463() {
        var field =
                rfcField("rsa-sha256", "test", "from : to : subject :\r\n date : message-id : from : subject : date");
        assertThat(signed(rfcRsa(), field))
                .isEqualTo("F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3"
                        + "DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz"
                        + "dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=");
    }

    @Test
    void the_Ed25519_signature_is_that_of_RFC_8463() {
        var field = rfcField(
                "ed25519-sha256", "brisbane", "from : to :\r\n subject : date : message-id : from : subject : date");
        assertThat(signed(rfcEd25519(), field))
                .isEqualTo("/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus"
                        + "Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==");
    }

    @Test
    void white_space_is_folded_as_in_RFC_6376_section_3_4_5() {
        assertThat(DkimSigner.fields("A: X\r\nB : Y\t\r\n\tZ  \r\n"))
                .extracting(field -> DkimSigner.relaxedField(field.raw()))
                .containsExactly("a:X", "b:Y Z");
        assertThat(body(" C \r\nD \t E\r\n\r\n\r\n")).isEqualTo(" C\r\nD E\r\n");
        assertThat(body("")).isEmpty();
        assertThat(body("\r\n\r\n")).isEmpty();
        assertThat(body("no line end")).isEqualTo("no line end\r\n");
        assertThat(body("a\r\n\r\n \t\r\nb\r\n")).isEqualTo("a\r\n\r\n\r\nb\r\n");
    }

    private static String body(String text) {
        return new String(DkimSigner.relaxedBody(text.getBytes(ISO_8859_1), 0), ISO_8859_1);
    }

    private static final List<DkimKey> KEYS = List.of(
            DkimKey.generate("example.com", "r1", DkimAlgorithm.RSA, new SecureRandom()),
            DkimKey.generate("example.com", "e1", DkimAlgorithm.ED25519, new SecureRandom()));
    private static final Map<String, String> DNS = Map.of(
            KEYS.get(0).recordName(), KEYS.get(0).recordText(),
            KEYS.get(1).recordName(), KEYS.get(1).recordText());

    private static byte[] message(String name, String subject, String text) {
        return Mime.compose(new Message(
                new EmailAddress("author", "example.com"),
                Header.cleaned(name),
                new EmailAddress("reader", "example.net"),
                "",
                Optional.empty(),
                Header.cleaned(subject),
                AT,
                "5f2b7c@example.com",
                text,
                "<p>" + text + "</p>",
                List.of(
                        Header.of("List-Unsubscribe", "<https://mail.example.com/u/1/2>"),
                        Header.of("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                        Header.named("List-Id", Header.cleaned(name), "s1.account.example.com"),
                        Header.of("Feedback-ID", "s1:account:sequence:reynard")),
                "b0undaryT0ken"));
    }

    private static byte[] signed() {
        return DkimSigner.sign(message("Ann, Author", "Is dinner ready?", "Hi.\n\n.\n  two  spaces  \n\n"), KEYS, AT);
    }

    @Test
    void both_signatures_are_verified_by_another_library() {
        assertThat(Verification.valid(signed(), DNS)).containsExactly("rsa-sha256", "ed25519-sha256");
    }

    @Property(tries = 60)
    void whatever_people_write_is_verified(
            @ForAll @StringLength(max = 60) String name,
            @ForAll @StringLength(max = 300) String subject,
            @ForAll @StringLength(max = 2_000) String text) {
        var signed = DkimSigner.sign(message(name, subject, text), KEYS, AT);

        assertThat(Verification.valid(signed, DNS)).containsExactly("rsa-sha256", "ed25519-sha256");
    }

    @Test
    void what_readers_rely_on_is_signed_and_From_twice() {
        assertThat(Verification.signedNames(signed()))
                .map(name -> name.toLowerCase(java.util.Locale.ROOT))
                .containsExactly(
                        "from",
                        "from",
                        "to",
                        "subject",
                        "date",
                        "message-id",
                        "reply-to",
                        "mime-version",
                        "content-type",
                        "list-id",
                        "list-unsubscribe",
                        "list-unsubscribe-post",
                        "feedback-id");
        assertThat(text(signed())).doesNotContain("; l=").contains("t=" + AT.getEpochSecond());
    }

    @Test
    void a_relay_may_add_a_trace_and_fold_anew() {
        var relayed = "Received: from us by them; Mon, 5 Jan 2026 12:00:01 +0000\r\n"
                + text(signed()).replace("\r\nSubject: ", "\r\nSubject:\r\n\t ").replace("\r\nTo: ", "\r\nTO:  ");

        assertThat(Verification.valid(relayed.getBytes(ISO_8859_1), DNS)).hasSize(2);
    }

    @Test
    void one_byte_of_the_body_breaks_both() {
        assertThat(valid(text(signed()).replace("<p>Hi.", "<p>Ho."))).isEmpty();
    }

    @Test
    void a_second_From_breaks_both() {
        assertThat(valid(text(signed()).replace("\r\nFrom: ", "\r\nFrom: m@evil.example\r\nFrom: ")))
                .isEmpty();
    }

    @Test
    void an_added_Reply_To_breaks_both() {
        assertThat(valid(text(signed()).replace("\r\nTo: ", "\r\nReply-To: m@evil.example\r\nTo: ")))
                .isEmpty();
    }

    @Test
    void another_way_to_unsubscribe_breaks_both() {
        assertThat(valid(text(signed()).replace("/u/1/2", "/u/1/3"))).isEmpty();
        assertThat(valid(text(signed()).replace("One-Click", "No-Click"))).isEmpty();
    }

    private static List<String> valid(String message) {
        return Verification.valid(message.getBytes(ISO_8859_1), DNS);
    }

    private static String text(byte[] message) {
        return new String(message, ISO_8859_1);
    }

    @Test
    void the_lines_of_the_signatures_are_short_and_what_follows_is_the_message() {
        var message = message("Ann", "Tea", "Hi.");
        var signed = text(DkimSigner.sign(message, KEYS, AT));

        assertThat(signed).endsWith(text(message));
        assertThat(signed.substring(0, signed.length() - message.length).split("\r\n"))
                .allMatch(line -> line.length() <= 78);
    }

    @Test
    void without_a_key_the_message_stays_as_it_is() {
        var message = message("Ann", "Tea", "Hi.");
        assertThat(DkimSigner.sign(message, List.of(), AT)).isEqualTo(message);
    }

    @Test
    void a_key_comes_back_from_its_text_and_hides_it() {
        var key = KEYS.getFirst();
        var again = DkimKey.of(key.domain(), key.selector(), key.algorithm(), key.secret(), key.publicKey());

        var message = message("Ann", "Tea", "Hi.");
        assertThat(DkimSigner.sign(message, List.of(again), AT)).isEqualTo(DkimSigner.sign(message, List.of(key), AT));
        assertThat(key.toString()).doesNotContain(key.secret().substring(40, 60));
    }

    @Test
    void a_record_is_cut_into_strings_that_DNS_can_hold() {
        var key = KEYS.getFirst();
        var strings = DkimKey.zoneLine(key.recordName(), key.recordText()).split("\"");

        assertThat(strings[0]).isEqualTo("r1._domainkey.example.com. IN TXT ( ");
        assertThat(strings[1] + strings[3]).isEqualTo(key.recordText());
        assertThat(strings[1]).hasSize(255);
    }
}
