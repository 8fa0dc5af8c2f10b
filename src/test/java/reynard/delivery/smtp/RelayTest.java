package reynard.delivery.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.delivery.smtp.Relay.Credentials;
import reynard.delivery.smtp.Relay.Encryption;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RelayTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "smtp://mail.example.org, mail.example.org, 25, STARTTLS_OPTIONAL, 8",
        "smtp://mail.example.org/, mail.example.org, 25, STARTTLS_OPTIONAL, 8",
        "smtp://mail.example.org:2525, mail.example.org, 2525, STARTTLS_OPTIONAL, 8",
        "smtp://u:p@mail.example.org, mail.example.org, 587, STARTTLS_REQUIRED, 8",
        "smtp://u:p@localhost:2525, localhost, 2525, STARTTLS_OPTIONAL, 8",
        "smtp://u:p@127.0.0.1?starttls=off, 127.0.0.1, 587, NONE, 8",
        "smtp://mail.example.org?starttls=required&connections=32, mail.example.org, 25, STARTTLS_REQUIRED, 32",
        "smtp://mail.example.org?starttls=off, mail.example.org, 25, NONE, 8",
        "smtps://u:p@mail.example.org, mail.example.org, 465, IMPLICIT, 8",
        "smtps://mail.example.org:10465?connections=1, mail.example.org, 10465, IMPLICIT, 1",
        "smtp://[::1]:2525, ::1, 2525, STARTTLS_OPTIONAL, 8",
        "smtp://[2001:db8::1], 2001:db8::1, 25, STARTTLS_OPTIONAL, 8",
    })
    void a_url_names_the_relay(String url, String host, int port, Encryption encryption, int connections) {
        var relay = Relay.parse(url);

        assertThat(relay.host()).isEqualTo(host);
        assertThat(relay.port()).isEqualTo(port);
        assertThat(relay.encryption()).isEqualTo(encryption);
        assertThat(relay.connections()).isEqualTo(connections);
        assertThat(relay.credentials().isPresent()).isEqualTo(url.contains("@"));
    }

    @Test
    void user_and_password_may_hold_anything_if_escaped() {
        assertThat(Relay.parse("smtp://a%40b:p%C3%A4%3A%2F%25@mail.example.org").credentials())
                .isEqualTo(Optional.of(new Credentials("a@b", "pä:/%")));
        assertThat(Relay.parse("smtp://a@b:p@/?:x@mail.example.org").credentials())
                .isEqualTo(Optional.of(new Credentials("a@b", "p@/?:x")));
        assertThat(Relay.parse("smtp://a:%41@mail.example.org").credentials())
                .isEqualTo(Optional.of(new Credentials("a", "A")));
    }

    @Test
    void mx_is_no_relay_but_the_hosts_of_the_recipients() {
        var direct = Relay.parse("mx:?connections=16&rate=60");

        assertThat(direct.isDirect()).isTrue();
        assertThat(direct.connections()).isEqualTo(16);
        assertThat(direct).hasToString("mx:25");
        assertThat(Relay.parse("mx:2525").port()).isEqualTo(2525);
        assertThat(Relay.parse("smtp://mail.example.org").isDirect()).isFalse();
    }

    @Test
    void several_urls_share_the_mail_by_weight_from_domain_and_rate() {
        var relays = Relay.parseAll(" smtp://a.example.org?weight=3&rate=600\n"
                + "smtp://u:p@b.example.org?from=example.com,bücher.example ");

        assertThat(relays).extracting(Relay::host).containsExactly("a.example.org", "b.example.org");
        assertThat(relays.getFirst().terms()).isEqualTo(new Relay.Terms(3, Set.of(), Optional.of(600)));
        assertThat(relays.getLast().terms())
                .isEqualTo(new Relay.Terms(1, Set.of("example.com", "xn--bcher-kva.example"), Optional.empty()));
        assertThat(relays.getLast().terms().names("news.example.com")).isTrue();
        assertThat(relays.getLast().terms().names("myexample.com")).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Relay.parseAll("smtp://a.example.org smtp://a.example.org:25?weight=2"))
                .withMessage("the SMTP URL names the same place twice: smtp://a.example.org:25");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "mail.example.org, must begin with smtp:// or smtps://",
        "smtp://mail.example.org?weight=0, must have a weight between 1 and 1000",
        "smtp://mail.example.org?rate=none, must have a rate between 1 and 99999",
        "'smtp://mail.example.org?from=example.com,', 'must have From domains such as from=example.com,example.org'",
        "http://u:secret@mail.example.org, must begin with smtp:// or smtps://",
        "smtp://, has no valid host",
        "smtp://u:secret@, has no valid host",
        "smtp://u:secret@mail example.org, has no valid host",
        "smtp://secret@mail.example.org, must have user:password before the @",
        "smtp://u:secret@mail.example.org:0, has a port that is not between 1 and 65535",
        "smtp://u:secret@mail.example.org:65536, has a port that is not between 1 and 65535",
        "smtp://u:secret@mail.example.org:secret, has a port that is not between 1 and 65535",
        "smtp://u:secret@mail.example.org:, has a port that is not between 1 and 65535",
        "smtp://u:secret%@mail.example.org, has a % in its user or password that is not followed by two hex digits",
        "smtp://u:secret%4@mail.example.org, has a % in its user or password that is not followed by two hex digits",
        "smtp://u:secret%ff@mail.example.org, has a user or password that is not UTF-8",
        "smtp://u:secret@mail.example.org/path, must not have a path or fragment",
        "smtp://u:secret@2001:db8::1, must write an IPv6 address in brackets",
        "smtp://u:secret@[::1, has an unfinished IPv6 address",
        "smtp://u:secret@mail.example.org?starttls=off, would send its password unencrypted: use starttls=required or smtps",
        "smtp://u:secret@mail.example.org?starttls=yes, 'must have starttls=required, optional or off'",
        "smtps://u:secret@mail.example.org?starttls=required, 'must not have starttls with smtps, which is encrypted from the start, or with mx'",
        "smtp://u:secret@mail.example.org?connections=0, must have connections between 1 and 1000",
        "smtp://u:secret@mail.example.org?connections=many, must have connections between 1 and 1000",
        "smtp://u:secret@mail.example.org?connections=1&connections=2, has an option twice",
        "smtp://u:secret@mail.example.org?pool=4, 'has an unknown option; known are starttls, connections, weight, from and rate'",
    })
    void a_wrong_url_is_told_its_fault_and_never_its_password(String url, String fault) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Relay.parse(url))
                .withMessage("the SMTP URL " + fault)
                .withMessageNotContaining("secret");
    }

    @Test
    void a_relay_prints_without_its_login() {
        var relay = Relay.parse("smtps://user:secret@[::1]?connections=2");

        assertThat(relay).hasToString("smtps://[::1]:465");
        assertThat(relay.credentials().toString()).doesNotContain("secret").doesNotContain("user");
    }
}
