package reynard.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import reynard.identity.Finding.Level;
import reynard.identity.Finding.Subject;
import reynard.mail.dkim.DkimKey;

/// Whether a domain is set up as the large receivers demand: SPF, DKIM, DMARC, MX and PTR, and what to add.
public final class DomainCheck {
    /// How the servers of well-known relays are named in SPF.
    private static final Map<String, String> RELAYS = Map.of(
            "amazonaws.com", "include:amazonses.com",
            "sendgrid.net", "include:sendgrid.net",
            "mailgun.org", "include:mailgun.org",
            "postmarkapp.com", "include:spf.mtasv.net",
            "gmail.com", "include:_spf.google.com",
            "office365.com", "include:spf.protection.outlook.com");

    private final Dns dns;
    private final Sending sending;
    private final List<Finding> findings = new ArrayList<>();

    private DomainCheck(Dns dns, Sending sending) {
        this.dns = dns;
        this.sending = sending;
    }

    /// How mail of the domain is sent.
    ///
    /// @param domain of the From address
    /// @param bounceDomain of the envelope sender, if it is another
    /// @param keys the records that DKIM keys need, by name; an empty value for a selector whose key is not known
    /// @param relayHost that mail is handed to
    /// @param addresses that mail leaves from, as receivers see them
    public record Sending(
            String domain,
            Optional<String> bounceDomain,
            Map<String, String> keys,
            Optional<String> relayHost,
            List<String> addresses) {
        public Sending {
            keys = Map.copyOf(keys);
            addresses = List.copyOf(addresses);
        }
    }

    public static List<Finding> of(Dns dns, Sending sending) {
        var check = new DomainCheck(dns, sending);
        check.spf(sending.bounceDomain().orElse(sending.domain()));
        check.dkim();
        check.dmarc();
        check.mx();
        check.ptr();
        return check.findings;
    }

    private void found(Subject subject, Level level, String text) {
        findings.add(new Finding(subject, level, text, Optional.empty()));
    }

    private void found(Subject subject, Level level, String text, String record) {
        findings.add(new Finding(subject, level, text, Optional.of(record)));
    }

    /// @return whether DNS did not answer, which is then noted
    private boolean isUnknown(Subject subject, Dns.Answer answer) {
        if (answer instanceof Dns.Answer.Failed(var cause)) {
            found(subject, Level.UNKNOWN, "DNS does not answer: " + cause);
            return true;
        }
        return false;
    }

    // SPF

    private void spf(String domain) {
        var answer = dns.txt(domain);
        if (isUnknown(Subject.SPF, answer)) {
            return;
        }
        var records = Spf.records(answer);
        if (records.isEmpty()) {
            found(Subject.SPF, Level.BAD, domain + " has no SPF record", spfRecord(domain));
            return;
        }
        if (records.size() > 1) {
            found(
                    Subject.SPF,
                    Level.BAD,
                    domain + " has " + records.size() + " SPF records; receivers take none of them");
            return;
        }
        var record = records.getFirst();
        var lower = record.toLowerCase(Locale.ROOT) + " ";
        int lookups = Spf.lookups(dns, domain);
        if (lookups > 10) {
            found(Subject.SPF, Level.BAD, "the SPF record of " + domain + " needs more than 10 look-ups");
        } else if (lower.contains(" +all ") || lower.contains(" all ")) {
            found(Subject.SPF, Level.BAD, "the SPF record of " + domain + " allows everybody: " + record);
        } else {
            found(Subject.SPF, Level.GOOD, domain + ": " + record);
        }
        sending.addresses().forEach(address -> spf(domain, address));
    }

    private void spf(String domain, String address) {
        switch (Spf.check(dns, domain, address)) {
            case PASS -> found(Subject.SPF, Level.GOOD, address + " may send for " + domain);
            case UNKNOWN -> found(Subject.SPF, Level.UNKNOWN, "DNS does not answer about " + domain);
            case BROKEN, NONE ->
                found(Subject.SPF, Level.BAD, "the SPF record of " + domain + " cannot be evaluated for " + address);
            case FAIL, SOFTFAIL, NEUTRAL ->
                found(
                        Subject.SPF,
                        Level.BAD,
                        address + " may not send for " + domain + "; add it to the record",
                        mechanism(address));
        }
    }

    private String spfRecord(String domain) {
        var allowed = new ArrayList<String>();
        sending.addresses().forEach(address -> allowed.add(mechanism(address)));
        sending.relayHost()
                .ifPresent(host -> RELAYS.entrySet().stream()
                        .filter(relay -> host.endsWith(relay.getKey()))
                        .forEach(relay -> allowed.add(relay.getValue())));
        if (allowed.isEmpty()) {
            allowed.add(sending.relayHost().map(host -> "a:" + host).orElse("mx"));
        }
        return domain + ". IN TXT \"v=spf1 " + String.join(" ", allowed) + " ~all\"";
    }

    private static String mechanism(String address) {
        return (address.contains(":") ? "ip6:" : "ip4:") + address;
    }

    // DKIM

    private void dkim() {
        if (sending.keys().isEmpty()) {
            found(
                    Subject.DKIM,
                    Level.BAD,
                    "there is no key that signs for " + sending.domain() + ": bin/reynard dkim create "
                            + sending.domain() + " (or the relay signs; then name its --selector)");
        }
        new java.util.TreeMap<>(sending.keys()).forEach(this::dkim);
    }

    private void dkim(String name, String expected) {
        var answer = dns.txt(name);
        if (isUnknown(Subject.DKIM, answer)) {
            return;
        }
        var records = answer.values().stream()
                .filter(text -> !tag(text, "p").isEmpty() || text.contains("p="))
                .toList();
        if (records.isEmpty()) {
            if (expected.isEmpty()) {
                found(Subject.DKIM, Level.BAD, name + " has no key record");
            } else {
                found(Subject.DKIM, Level.BAD, name + " has no key record", DkimKey.zoneLine(name, expected));
            }
            return;
        }
        var record = records.getFirst();
        if (records.size() > 1) {
            found(Subject.DKIM, Level.BAD, name + " has " + records.size() + " key records");
        } else if (tag(record, "p").isEmpty()) {
            found(Subject.DKIM, Level.BAD, name + " is revoked: its p= is empty");
        } else if (!expected.isEmpty() && !tag(record, "p").equals(tag(expected, "p"))) {
            found(
                    Subject.DKIM,
                    Level.BAD,
                    name + " has another key than the one that signs",
                    DkimKey.zoneLine(name, expected));
        } else if (List.of(tag(record, "t").split(":")).contains("y")) {
            found(Subject.DKIM, Level.WARNING, name + " says t=y: receivers may treat the mail as unsigned");
        } else {
            found(Subject.DKIM, Level.GOOD, name + " has the key");
        }
    }

    /// The value of a tag in `a=1; b=2`, without white space.
    private static String tag(String record, String name) {
        for (var tag : record.split(";")) {
            int equals = tag.indexOf('=');
            if (equals > 0 && tag.substring(0, equals).strip().equalsIgnoreCase(name)) {
                return tag.substring(equals + 1).replaceAll("\\s", "");
            }
        }
        return "";
    }

    // DMARC

    private void dmarc() {
        for (var domain = sending.domain(); domain.contains("."); domain = domain.substring(domain.indexOf('.') + 1)) {
            var answer = dns.txt("_dmarc." + domain);
            if (isUnknown(Subject.DMARC, answer)) {
                return;
            }
            var records = answer.values().stream()
                    .filter(text -> text.toLowerCase(Locale.ROOT).startsWith("v=dmarc1"))
                    .toList();
            if (!records.isEmpty()) {
                dmarc(domain, records);
                return;
            }
        }
        found(
                Subject.DMARC,
                Level.BAD,
                sending.domain() + " has no DMARC record",
                "_dmarc." + sending.domain() + ". IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@" + sending.domain()
                        + "\"");
    }

    private void dmarc(String domain, List<String> records) {
        var policy = tag(records.getFirst(), "p").toLowerCase(Locale.ROOT);
        if (records.size() > 1) {
            found(Subject.DMARC, Level.BAD, "_dmarc." + domain + " has " + records.size() + " records; none counts");
        } else if (!List.of("none", "quarantine", "reject").contains(policy)) {
            found(Subject.DMARC, Level.BAD, "_dmarc." + domain + " has no policy p=: " + records.getFirst());
        } else {
            found(Subject.DMARC, Level.GOOD, "_dmarc." + domain + ": " + records.getFirst());
        }
        strict(records.getFirst());
    }

    /// Strict alignment makes a key or an envelope of another domain than the very one of From count for nothing.
    private void strict(String record) {
        boolean ownKey =
                sending.keys().keySet().stream().anyMatch(name -> name.endsWith("._domainkey." + sending.domain()));
        if (tag(record, "adkim").equals("s") && !sending.keys().isEmpty() && !ownKey) {
            found(Subject.DMARC, Level.BAD, "adkim=s asks for a DKIM key of " + sending.domain() + " itself");
        }
        if (tag(record, "aspf").equals("s") && sending.bounceDomain().isPresent()) {
            found(Subject.DMARC, Level.WARNING, "aspf=s: the bounce domain does not align, so DKIM alone has to");
        }
    }

    // MX

    private void mx() {
        mx(sending.domain(), "answers to the From address");
        sending.bounceDomain()
                .filter(domain -> !domain.equals(sending.domain()))
                .ifPresent(domain -> mx(domain, "bounces"));
    }

    private void mx(String domain, String what) {
        var answer = dns.mx(domain);
        if (isUnknown(Subject.MX, answer)) {
            return;
        }
        var hosts = answer.values().stream()
                .map(mx -> mx.substring(mx.indexOf(' ') + 1))
                .toList();
        if (hosts.isEmpty()) {
            boolean implicit = !dns.addresses(domain).values().isEmpty();
            found(
                    Subject.MX,
                    implicit ? Level.WARNING : Level.BAD,
                    domain + " has no MX record" + (implicit ? ", only an address" : "") + "; it takes " + what,
                    domain + ". IN MX 10 mail." + sending.domain() + ".");
        } else if (hosts.contains(".")) {
            found(Subject.MX, Level.BAD, domain + " says that it takes no mail (null MX); it should take " + what);
        } else {
            hosts.forEach(host -> mxHost(domain, host));
        }
    }

    private void mxHost(String domain, String host) {
        var addresses = dns.addresses(host);
        if (!isUnknown(Subject.MX, addresses)) {
            found(
                    Subject.MX,
                    addresses.values().isEmpty() ? Level.BAD : Level.GOOD,
                    domain + ": " + host
                            + (addresses.values().isEmpty()
                                    ? " has no address"
                                    : " (" + String.join(", ", addresses.values()) + ")"));
        }
    }

    // PTR

    private void ptr() {
        if (sending.addresses().isEmpty()) {
            found(
                    Subject.PTR,
                    sending.relayHost().isPresent() ? Level.GOOD : Level.WARNING,
                    sending.relayHost()
                            .map(host -> "is the relay's affair (" + host + "); to check an address, name it: --ip")
                            .orElse("not checked; name the address that mail leaves from: --ip"));
        }
        sending.addresses().forEach(this::ptr);
    }

    private void ptr(String address) {
        var answer = dns.reverse(address);
        if (isUnknown(Subject.PTR, answer)) {
            return;
        }
        var confirmed = answer.values().stream()
                .filter(name -> dns.addresses(name).values().stream().anyMatch(found -> Spf.isIn(found, address)))
                .findFirst();
        if (answer.values().isEmpty()) {
            found(Subject.PTR, Level.BAD, address + " has no name; whoever owns the address must give it one");
        } else if (confirmed.isPresent()) {
            found(Subject.PTR, Level.GOOD, address + " is " + confirmed.get() + ", and back");
        } else {
            found(
                    Subject.PTR,
                    Level.BAD,
                    address + " is " + answer.values().getFirst() + ", but that name does not lead back to it");
        }
    }
}
