package reynard.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import reynard.account.Vault;
import reynard.delivery.smtp.Relay;
import reynard.identity.DkimKeys;
import reynard.identity.DnsClient;
import reynard.identity.DomainCheck;
import reynard.identity.Finding;
import reynard.identity.Finding.Level;
import reynard.mail.EmailAddress;
import reynard.mail.dkim.DkimKey;

/// Whether a sending domain is set up as the large receivers demand.
@Command(
        name = "check-domain",
        description = {
            "Looks at a sending domain's SPF, DKIM, DMARC and MX, and at the PTR of its addresses, and prints the "
                    + "records to add.",
            "Ends with 0 when all is well, 1 when something is missing or wrong, 3 when DNS did not answer."
        },
        mixinStandardHelpOptions = true)
final class CheckDomainCommand extends AccountCommand {
    private static final int WRONG = 1;
    private static final int NO_ANSWER = 3;

    @Parameters(paramLabel = "DOMAIN", description = "The domain of the From address.")
    private String domain = "";

    @Option(
            names = "--resolver",
            paramLabel = "HOST:PORT",
            description = "The DNS server to ask, by its address (that of the system)")
    private @Nullable String resolver;

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description = "An address that mail leaves from, as receivers see it; may be given several times.")
    private List<String> addresses = List.of();

    @Option(
            names = "--selector",
            paramLabel = "NAME",
            description = "A DKIM selector to look for, such as the relay's, instead of this installation's keys; may "
                    + "be given several times.")
    private List<String> selectors = List.of();

    @Override
    public Integer call() {
        var name = EmailAddress.parse("x@" + domain)
                .map(EmailAddress::asciiDomain)
                .orElseThrow(() -> fault("DOMAIN must be a domain such as example.com: " + domain));
        var settings = settings();
        var dns = new DnsClient(Optional.ofNullable(resolver).map(this::server));
        for (var address : addresses) {
            literal("--ip", address);
        }
        var findings = DomainCheck.of(
                dns,
                new DomainCheck.Sending(
                        name,
                        settings.returns().domain(),
                        selectors.isEmpty() ? ownKeys(name) : named(name),
                        settings.outgoing().relays().stream().findFirst().map(Relay::host),
                        addresses));
        findings.forEach(this::print);
        return status(findings);
    }

    private static int status(List<Finding> findings) {
        if (findings.stream().anyMatch(finding -> finding.level() == Level.BAD)) {
            return WRONG;
        }
        return findings.stream().anyMatch(finding -> finding.level() == Level.UNKNOWN) ? NO_ANSWER : 0;
    }

    private void print(Finding finding) {
        println("%-8s %-6s %s".formatted(label(finding.level()), finding.subject(), finding.text()));
        finding.record().ifPresent(record -> println("         add    " + record));
    }

    private static String label(Level level) {
        return switch (level) {
            case GOOD -> "ok";
            case WARNING -> "warning";
            case BAD -> "WRONG";
            case UNKNOWN -> "unknown";
        };
    }

    private Map<String, String> named(String name) {
        var records = new HashMap<String, String>();
        for (var selector : selectors) {
            if (!DkimKey.isSelector(selector)) {
                throw fault("--selector must be lower-case letters, digits and hyphens: " + selector);
            }
            records.put(DkimKey.recordName(name, selector), "");
        }
        return records;
    }

    /// The keys of this installation that sign for the domain.
    private Map<String, String> ownKeys(String name) {
        var records = new HashMap<String, String>();
        with((installation, account) -> {
            var keys = new DkimKeys(
                    installation.database(),
                    installation.ids(),
                    Vault.in(settings().dataDir()),
                    InstantSource.system());
            keys.list(account).stream()
                    .filter(key -> key.signingSince().isPresent())
                    .filter(key -> name.equals(key.domain()) || name.endsWith("." + key.domain()))
                    .forEach(key -> records.put(key.recordName(), key.recordText()));
            return 0;
        });
        return records;
    }

    private InetSocketAddress server(String text) {
        int colon = text.lastIndexOf(':');
        boolean one = colon > 0 && text.indexOf(':') == colon;
        boolean hasPort = (one && text.substring(colon + 1).matches("[0-9]{1,5}")) || text.contains("]:");
        var host = hasPort ? text.substring(0, colon) : text;
        int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : 53;
        if (port > 65_535) {
            throw fault("--resolver must be an address with a port, such as 9.9.9.9:53: " + text);
        }
        return new InetSocketAddress(literal("--resolver", host.replace("[", "").replace("]", "")), port);
    }

    private InetAddress literal(String option, String text) {
        // Java also reads 1.2.3, as C did.
        boolean whole = text.contains(":") || text.matches("[0-9]+(\\.[0-9]+){3}");
        try {
            if (whole) {
                return InetAddress.ofLiteral(text);
            }
        } catch (IllegalArgumentException e) {
            throw fault(option + " must be an IP address: " + text);
        }
        throw fault(option + " must be an IP address: " + text);
    }
}
