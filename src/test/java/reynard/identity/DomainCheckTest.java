package reynard.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reynard.cli.Commands;
import reynard.identity.Finding.Level;
import reynard.identity.Finding.Subject;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DomainCheckTest {
    private static final String KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    private static final String GOOD = """
            example.com. IN MX 10 mail.example.com.
            example.com. IN TXT "v=spf1 ip4:192.0.2.0/24 include:relay.example -all"
            relay.example. IN TXT "v=spf1 ip6:2001:db8::/32 ~all"
            bounce.example.com. IN MX 10 mail.example.com.
            bounce.example.com. IN TXT "v=spf1 a:mail.example.com -all"
            mail.example.com. IN A 192.0.2.10
            10.2.0.192.in-addr.arpa. IN PTR mail.example.com.
            _dmarc.example.com. IN TXT "v=DMARC1; p=none; rua=mailto:d@example.com"
            r1._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; " "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
            """;

    private static ScriptedDns dns;

    @BeforeAll
    static void start() {
        dns = ScriptedDns.start();
    }

    @AfterAll
    static void stop() {
        dns.close();
    }

    private static List<Finding> findings(Optional<String> bounceDomain) {
        return DomainCheck.of(
                new DnsClient(Optional.of(dns.socketAddress())),
                new DomainCheck.Sending(
                        "example.com",
                        bounceDomain,
                        Map.of("r1._domainkey.example.com", KEY),
                        Optional.empty(),
                        List.of("192.0.2.10")));
    }

    private static List<Finding> findings() {
        return findings(Optional.empty());
    }

    private static List<Finding> not(Level level, List<Finding> findings) {
        return findings.stream().filter(finding -> finding.level() != level).toList();
    }

    @Test
    void a_domain_that_is_set_up_well_has_nothing_but_good_findings() {
        dns.zone(GOOD);
        assertThat(not(Level.GOOD, findings())).isEmpty();
        assertThat(not(Level.GOOD, findings(Optional.of("bounce.example.com")))).isEmpty();
        assertThat(findings()).extracting(Finding::subject).contains(Subject.values());
    }

    @Test
    void each_missing_record_is_named_with_the_line_to_add() {
        dns.zone("example.com. IN A 192.0.2.1");

        var found = not(Level.GOOD, findings());

        assertThat(found)
                .extracting(Finding::subject)
                .containsExactly(Subject.SPF, Subject.DKIM, Subject.DMARC, Subject.MX, Subject.PTR);
        assertThat(found.stream().flatMap(finding -> finding.record().stream()))
                .containsExactly(
                        "example.com. IN TXT \"v=spf1 ip4:192.0.2.10 ~all\"",
                        "r1._domainkey.example.com. IN TXT ( \"" + KEY + "\" )",
                        "_dmarc.example.com. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.com\"",
                        "example.com. IN MX 10 mail.example.com.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SPF   | "v=spf1 ip4:192.0.2.0/24 include:relay.example -all" | "v=spf1 +all"             | allows everybody
            SPF   | "v=spf1 ip4:192.0.2.0/24 include:relay.example -all" | "v=spf1 -all"             | 192.0.2.10 may not send
            SPF   | "v=spf1 ip4:192.0.2.0/24 include:relay.example -all" | "v=spf1 include:gone -all" | cannot be evaluated
            SPF   | "v=spf1 ip4:192.0.2.0/24 include:relay.example -all" | "v=spf1 include:example.com -all" | more than 10 look-ups
            DKIM  | p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=       | p=                        | is revoked
            DKIM  | p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=       | p=AAAA                    | another key than the one that signs
            DMARC | p=none                                               | q=none                    | has no policy
            DMARC | rua=mailto:d@example.com                             | adkim=s                   |
            MX    | example.com. IN MX 10 mail                           | example.com. IN MX 0 .;   | takes no mail
            PTR   | PTR mail.example.com.                                | PTR other.example.com.    | does not lead back
            """, ignoreLeadingAndTrailingWhitespace = true, quoteCharacter = '~')
    void what_is_wrong_is_named(Subject subject, String right, String wrong, String sentence) {
        assertThat(GOOD).contains(right);
        dns.zone(GOOD.replaceFirst(java.util.regex.Pattern.quote(right), wrong));

        var bad = not(Level.GOOD, findings());

        if (sentence == null) {
            assertThat(bad).isEmpty();
        } else {
            assertThat(bad)
                    .allMatch(finding -> finding.subject() == subject)
                    .anyMatch(finding ->
                            finding.level() == Level.BAD && finding.text().contains(sentence));
        }
    }

    @Test
    void two_SPF_records_are_none() {
        dns.zone(GOOD + "example.com. IN TXT \"v=spf1 -all\"\n");
        assertThat(not(Level.GOOD, findings()))
                .first()
                .satisfies(finding -> assertThat(finding.text()).contains("2 SPF records"));
    }

    @Test
    void the_DMARC_record_of_the_domain_above_counts() {
        dns.zone(GOOD);
        var findings = DomainCheck.of(
                new DnsClient(Optional.of(dns.socketAddress())),
                new DomainCheck.Sending("news.example.com", Optional.empty(), Map.of(), Optional.empty(), List.of()));
        assertThat(findings)
                .filteredOn(finding -> finding.subject() == Subject.DMARC)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text()).startsWith("_dmarc.example.com:"));
    }

    private static String command(String... arguments) {
        var out = new StringWriter();
        int status = Commands.line(new PrintWriter(out, true)).execute(arguments);
        return status + "\n" + out;
    }

    @Test
    void the_command_prints_its_findings_and_its_exit_code_tells() {
        dns.zone(GOOD);
        assertThat(command(
                        "check-domain",
                        "example.com",
                        "--resolver",
                        dns.address(),
                        "--selector",
                        "r1",
                        "--ip",
                        "192.0.2.10"))
                .startsWith("0\n")
                .contains("ok       DMARC  _dmarc.example.com: v=DMARC1; p=none");
        assertThat(command(
                        "check-domain",
                        "example.com",
                        "--resolver",
                        dns.address(),
                        "--selector",
                        "r2",
                        "--ip",
                        "192.0.2.10"))
                .startsWith("1\n")
                .contains("WRONG    DKIM   r2._domainkey.example.com has no key record");
        dns.fails("example.com");
        assertThat(command("check-domain", "example.com", "--resolver", dns.address(), "--selector", "r1"))
                .startsWith("3\n")
                .contains("unknown  SPF    DNS does not answer: example.com: SERVFAIL");
        assertThat(command("check-domain", "not a domain", "--selector", "r1")).startsWith("2\n");
        assertThat(command("check-domain", "example.com", "--selector", "r1", "--resolver", "nine:99999"))
                .startsWith("2\n");
        assertThat(command("check-domain", "example.com", "--selector", "r1", "--ip", "1.2.3"))
                .startsWith("2\n");
    }
}
