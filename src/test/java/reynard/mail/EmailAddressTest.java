package reynard.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.IDN;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class EmailAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reader@example.org",
                "a@b.co",
                "root@localhost",
                "first.last+tag@sub.example.co.uk",
                "o'hara@example.ie",
                "!#$%&'*+-/=?^_`{|}~@example.org",
                "\"with space\"@example.org",
                "\"a@b\"@example.org",
                "\"say \\\"hi\\\"\"@example.org",
                "δοκιμή@bücher.example",
                "用户@例え.jp",
                "коля@пример.рф",
                "jiri@čapek.cz",
                "reader@xn--bcher-kva.example",
                "UPPER@EXAMPLE.ORG"
            })
    void real_addresses_are_accepted_as_written(String text) {
        assertThat(EmailAddress.parse(text))
                .get()
                .extracting(EmailAddress::value)
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "reader",
                "@example.org",
                "reader@",
                "a@b@example.org",
                "reader@example",
                "reader@example..org",
                "reader@.example.org",
                "reader@example.org.",
                "reader@-example.org",
                "reader@example-.org",
                "reader@exa_mple.org",
                "reader@192.0.2.1",
                "reader@[192.0.2.1]",
                ".reader@example.org",
                "reader.@example.org",
                "re..ader@example.org",
                "re ader@example.org",
                " reader@example.org",
                "reader@example.org ",
                "Reader <reader@example.org>",
                "<reader@example.org>",
                "reader,other@example.org",
                "reader(comment)@example.org",
                "\"@example.org",
                "\"\"@example.org",
                "\"open@example.org",
                "\"a\"b\"@example.org",
                "\"a\\\"@example.org",
                "reader@example.org\r\nRCPT TO:<x@y.z>",
                "rea\nder@example.org",
                "rea\rder@example.org",
                "rea\u0000der@example.org",
                "\"rea\r\nder\"@example.org",
                "rea\u007Fder@example.org",
                "rea\u0085der@example.org",
                "rea\u2028der@example.org",
                "rea\u202Eder@example.org",
                "rea\uD800der@example.org",
                "rea\u760Ader@example.org",
                "rea\u760Dder@example.org",
                "\"rea\u010Ader\"@example.org",
                "reader@exam\u2100ple.org"
            })
    void anything_else_is_refused(String text) {
        assertThat(EmailAddress.parse(text)).isEmpty();
    }

    @Test
    void lengths_are_counted_in_octets() {
        assertThat(EmailAddress.parse("a".repeat(64) + "@example.org")).isPresent();
        assertThat(EmailAddress.parse("a".repeat(65) + "@example.org")).isEmpty();
        assertThat(EmailAddress.parse("é".repeat(32) + "@example.org")).isPresent();
        assertThat(EmailAddress.parse("é".repeat(33) + "@example.org")).isEmpty();

        var domain = "a.".repeat(93) + "aa.org"; // 192 octets
        assertThat(EmailAddress.parse("b".repeat(61) + "@" + domain)).isPresent();
        assertThat(EmailAddress.parse("b".repeat(62) + "@" + domain)).isEmpty();
        assertThat(EmailAddress.parse("b@" + "a".repeat(63) + ".org")).isPresent();
        assertThat(EmailAddress.parse("b@" + "a".repeat(64) + ".org")).isEmpty();
    }

    @Test
    void the_domain_compares_without_case_and_the_local_part_with_it() {
        var address = EmailAddress.parse("Reader+Tag@Example.ORG").orElseThrow();

        assertThat(address.normalised()).isEqualTo("Reader+Tag@example.org");
        assertThat(address.wireValue()).isEqualTo("Reader+Tag@example.org");
    }

    @Test
    void domains_become_a_labels_and_local_parts_never_do() {
        var address = EmailAddress.parse("δοκιμή@Bücher.example").orElseThrow();

        assertThat(address.asciiDomain()).isEqualTo("xn--bcher-kva.example");
        assertThat(address.wireValue()).isEqualTo("δοκιμή@xn--bcher-kva.example");
        assertThat(address.needsSmtpUtf8()).isTrue();
        assertThat(EmailAddress.parse("a@bücher.example").orElseThrow().needsSmtpUtf8())
                .isFalse();
    }

    @Test
    void a_sharp_s_stays_itself() {
        assertThat(EmailAddress.parse("a@faß.de").orElseThrow().asciiDomain()).isEqualTo("xn--fa-hia.de");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bücher.example",
                "例え.jp",
                "пример.рф",
                "παράδειγμα.gr",
                "ελ.gr",
                "한국.kr",
                "ไทย.th",
                "مثال.org",
                "דוגמה.il",
                "उदाहरण.in",
                "münchen-ost.de",
                "Ærø.dk",
                "中国互联网络信息中心.cn",
                "a。b.jp",
                "ＡＢＣ.jp"
            })
    void a_labels_agree_with_the_platforms_where_the_standards_agree(String domain) {
        assertThat(new EmailAddress("a", domain).asciiDomain())
                .isEqualTo(IDN.toASCII(domain).toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void an_address_cannot_be_made_from_bad_parts() {
        assertThatThrownBy(() -> new EmailAddress("a\r\n", "example.org"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("\n");
    }
}
