package reynard.ui.sending;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.delivery.Backlog;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.delivery.Relays;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.identity.DkimKeys;
import reynard.identity.Dns;
import reynard.identity.DomainCheck;
import reynard.identity.Finding;
import reynard.identity.SigningKey;
import reynard.mail.EmailAddress;
import reynard.mail.dkim.DkimAlgorithm;
import reynard.mail.dkim.DkimKey;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// The way of mail out of the house: the relay, and what receivers see of the domains that it is from.
public final class HealthEndpoints {
    private static final String HOME = "/sending/health";

    private final Database database;
    private final Accounts accounts;
    private final DkimKeys dkimKeys;
    private final Dns dns;
    private final Supplier<List<Way>> ways;
    private final Optional<String> relayHost;
    private final Optional<String> bounceDomain;
    private final Deliveries deliveries;
    private final Figures figures;
    private final Desk desk;

    /// A relay, and how it does.
    ///
    /// @param down while its mail waits
    /// @param refused domains that it takes no mail from
    public record Way(String name, Optional<Relays.Trouble> down, Map<String, Relays.Trouble> refused) {
        public Way {
            refused = Map.copyOf(refused);
        }
    }

    /// @param ways none: the built-in inbox
    public HealthEndpoints(
            Database database,
            Accounts accounts,
            DkimKeys dkimKeys,
            Dns dns,
            Supplier<List<Way>> ways,
            Optional<String> relayHost,
            Optional<String> bounceDomain,
            Deliveries deliveries,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.dkimKeys = dkimKeys;
        this.dns = dns;
        this.ways = ways;
        this.relayHost = relayHost;
        this.bounceDomain = bounceDomain;
        this.deliveries = deliveries;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, visit -> visit.page("ui/sending/health.jte", page(visit, Form.empty(), "")));
        desk.form(routes, HOME + "/check", Desk.Right.LOOK, this::check);
        desk.form(routes, HOME + "/keys", Desk.Right.RULE, this::createKeys);
        desk.form(routes, HOME + "/keys/use", Desk.Right.RULE, this::useKey);
    }

    private record Counts(Map<Delivery.State, Long> states, Backlog backlog) {}

    private HealthPage page(Desk.Visit visit, Form form, String checked) {
        var counted = figures.get(
                visit.account(),
                Counts.class,
                0,
                () -> new Counts(deliveries.counts(visit.account()), deliveries.backlog(visit.account(), visit.now())));
        var counts = counted.map(Counts::states);
        return new HealthPage(
                visit.frame("Relay and domains", Section.SENDING),
                form,
                ways.get().stream().map(way -> shown(visit, way)).toList(),
                Stream.of(
                                Delivery.State.SCHEDULED,
                                Delivery.State.CLAIMED,
                                Delivery.State.AT_DOT,
                                Delivery.State.DEFERRED,
                                Delivery.State.UNCERTAIN,
                                Delivery.State.HELD)
                        .map(state -> new Option(
                                state.wireName(),
                                LedgerPage.State.of(state).label()
                                        + counts.map(found -> ": " + Words.number(found.getOrDefault(state, 0L)))
                                                .orElse("")))
                        .toList(),
                counted.map(it -> pace(visit, it.backlog())).orElse(""),
                domains(visit),
                checked,
                checked.isEmpty() ? List.of() : findings(visit, checked),
                dkimKeys.list(visit.account()).stream()
                        .map(key -> key(visit, key))
                        .toList());
    }

    private static String pace(Desk.Visit visit, Backlog backlog) {
        if (backlog.due() == 0) {
            return "";
        }
        var due = Words.count(backlog.due(), "email") + (backlog.due() == 1 ? " is due" : " are due");
        return backlog.lasts()
                .map(time -> due + ", and " + Words.number(backlog.lastMinute())
                        + " went out in the last minute: at this pace the last one goes out "
                        + visit.local().near(visit.now().plus(time)) + ", about "
                        + visit.local().exact(visit.now().plus(time)) + ".")
                .orElse(due + ", and none went out in the last minute.");
    }

    private static HealthPage.Way shown(Desk.Visit visit, Way way) {
        var words = new ArrayList<String>();
        way.down().ifPresent(trouble -> words.add("Its mail waits since " + said(visit, trouble) + "."));
        way.refused()
                .forEach((domain, trouble) ->
                        words.add("It takes nothing from " + domain + " since " + said(visit, trouble) + "."));
        var tone = way.down().isPresent() ? "bad" : way.refused().isEmpty() ? "good" : "warn";
        return new HealthPage.Way(
                way.name(), way.down().isPresent() ? "Down" : "Takes mail", tone, String.join(" ", words));
    }

    private static String said(Desk.Visit visit, Relays.Trouble trouble) {
        return visit.local().dated(trouble.since()) + ": " + trouble.cause() + "; tried again "
                + visit.local().near(trouble.probeAt());
    }

    /// Those that the account sends from.
    private List<String> domains(Desk.Visit visit) {
        return database.read(tx -> accounts.sendingAddresses(tx, visit.account())).stream()
                .map(SendingAddress::emailAddress)
                .flatMap(address -> EmailAddress.parse(address).stream())
                .map(EmailAddress::asciiDomain)
                .distinct()
                .sorted()
                .toList();
    }

    private List<HealthPage.Finding> findings(Desk.Visit visit, String domain) {
        var keys = new HashMap<String, String>();
        dkimKeys.list(visit.account()).stream()
                .filter(key -> key.signingSince().isPresent())
                .filter(key -> domain.equals(key.domain()) || domain.endsWith("." + key.domain()))
                .forEach(key -> keys.put(key.recordName(), key.recordText()));
        var sending = new DomainCheck.Sending(domain, bounceDomain, keys, relayHost, List.of());
        return DomainCheck.of(dns, sending).stream()
                .map(finding -> new HealthPage.Finding(
                        finding.subject().name(),
                        label(finding.level()),
                        tone(finding.level()),
                        Words.capital(finding.text()) + ".",
                        finding.record().orElse("")))
                .toList();
    }

    private static String label(Finding.Level level) {
        return switch (level) {
            case GOOD -> "Well";
            case WARNING -> "Could be better";
            case BAD -> "Wrong";
            case UNKNOWN -> "Unknown";
        };
    }

    private static String tone(Finding.Level level) {
        return switch (level) {
            case GOOD -> "good";
            case WARNING -> "warn";
            case BAD -> "bad";
            case UNKNOWN -> "";
        };
    }

    private static HealthPage.Key key(Desk.Visit visit, SigningKey key) {
        return new HealthPage.Key(
                key.domain(),
                key.selector(),
                key.algorithm().keyType(),
                key.signingSince()
                        .map(since -> "Signs since " + visit.local().day(since))
                        .orElse("Does not sign"),
                key.signingSince().isPresent(),
                key.zoneLine());
    }

    private Optional<String> domain(Desk.Visit visit, Form form) {
        return domains(visit).stream()
                .filter(domain -> domain.equals(form.value("domain")))
                .findFirst();
    }

    /// DNS is asked when an author wants it, and not by every look at the page.
    private Reply check(Desk.Visit visit, Form form) {
        return domain(visit, form)
                .map(domain -> visit.page("ui/sending/health.jte", page(visit, form, domain)))
                .orElseGet(visit::noSuchPage);
    }

    /// One of each kind: some receivers do not read the newer one.
    private Reply createKeys(Desk.Visit visit, Form form) {
        var domain = domain(visit, form);
        var selector = form.value("selector").strip();
        if (domain.isEmpty()) {
            return visit.noSuchPage();
        }
        if (!DkimKey.isSelector(selector + "-ed25519")) {
            form.fault("selector", "Must be lower-case letters, digits and hyphens.");
            return visit.refusal("ui/sending/health.jte", page(visit, form, ""));
        }
        var made = Stream.of(DkimAlgorithm.values())
                .map(algorithm ->
                        dkimKeys.create(visit.account(), domain.get(), selector + "-" + algorithm.keyType(), algorithm))
                .toList();
        if (made.stream().anyMatch(Optional::isEmpty)) {
            form.fault("selector", "There are keys of this name: choose another.");
            return visit.refusal("ui/sending/health.jte", page(visit, form, ""));
        }
        return visit.done(HOME, "The keys are made. Add their records to DNS now.");
    }

    private Reply useKey(Desk.Visit visit, Form form) {
        return dkimKeys.use(visit.account(), form.value("domain"), form.value("selector"))
                ? visit.done(HOME, "This key signs from now on.")
                : visit.noSuchPage();
    }
}
