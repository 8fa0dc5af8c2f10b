package reynard.ui.home;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery.State;
import reynard.delivery.DeliveryFilter;
import reynard.delivery.Kind;
import reynard.enrollment.Brake;
import reynard.enrollment.Census;
import reynard.enrollment.Replanner;
import reynard.enrollment.Standings;
import reynard.foresight.Forecast;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceId;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Local;
import reynard.ui.Section;
import reynard.ui.Words;

/// The first page: trouble first, then what goes out, then totals.
public final class HomeEndpoints {
    private static final Duration SPAN = Duration.ofDays(14);
    private static final int SEQUENCES_MAX = 200;
    private static final int NOTICES_MAX = 50;
    private static final DeliveryFilter SENT = new DeliveryFilter(
            Optional.of(State.SENT),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    private final Database database;
    private final Forecast forecast;
    private final Deliveries deliveries;
    private final Subscribers subscribers;
    private final Sequences sequences;
    private final Standings standings;
    private final Brake brake;
    private final Replanner replanner;
    private final boolean builtInInbox;
    private final Figures figures;
    private final Desk desk;

    /// @param builtInInbox whether no relay is named, so that nothing leaves this machine
    public HomeEndpoints(
            Database database,
            Forecast forecast,
            Deliveries deliveries,
            Subscribers subscribers,
            Sequences sequences,
            Standings standings,
            Brake brake,
            Replanner replanner,
            boolean builtInInbox,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.forecast = forecast;
        this.deliveries = deliveries;
        this.subscribers = subscribers;
        this.sequences = sequences;
        this.standings = standings;
        this.brake = brake;
        this.replanner = replanner;
        this.builtInInbox = builtInInbox;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/", this::show);
    }

    /// What takes long to count where there is much of it.
    ///
    /// @param paused of the sequences that are
    private record Counted(
            List<Forecast.Row> rows,
            Map<State, Long> ledger,
            Map<SubscriberState, Long> people,
            Map<SequenceId, Census> paused) {}

    private Counted count(Desk.Visit visit, List<Sequence> listed) {
        var ledger = new EnumMap<State, Long>(State.class);
        ledger.putAll(deliveries.counts(visit.account()));
        var paused = listed.stream()
                .filter(sequence -> !sequence.settings().active())
                .map(Sequence::id)
                .toList();
        return new Counted(
                forecast.of(visit.account(), SPAN, visit.now()),
                ledger,
                database.read(tx -> subscribers.counts(tx, visit.account())),
                paused.isEmpty() ? Map.of() : database.read(tx -> standings.census(tx, visit.account(), paused)));
    }

    private Reply show(Desk.Visit visit) {
        var local = visit.local();
        var listed = database.read(tx -> sequences.list(tx, visit.account(), PageRequest.first(SEQUENCES_MAX)))
                .items();
        var counted = figures.get(visit.account(), Counted.class, 0, () -> count(visit, listed));
        if (counted.isEmpty()) {
            return visit.counting("Home", Section.HOME);
        }
        var rows = counted.get().rows();
        var ledger = counted.get().ledger();
        var people = counted.get().people();
        var day = visit.now().plus(Duration.ofDays(1));
        long nextDay = rows.stream()
                .filter(row -> row.hour().isBefore(day))
                .mapToLong(Forecast.Row::count)
                .sum();
        return visit.page(
                "ui/home/home.jte",
                new HomePage(
                        visit.frame("Home", Section.HOME),
                        visit.accountItself().timeZone(),
                        steps(visit, ledger, people, listed),
                        builtInInbox && listed.isEmpty() && people.isEmpty(),
                        troubles(visit, ledger, listed, counted.get().paused()),
                        Words.count(nextDay, "email"),
                        Words.count(rows.stream().mapToLong(Forecast.Row::count).sum(), "email"),
                        hours(rows, visit.now(), local),
                        days(rows, local),
                        people(people),
                        Words.number(people.values().stream()
                                .mapToLong(Long::longValue)
                                .sum()),
                        ledger(ledger),
                        Words.number(ledger.values().stream()
                                .mapToLong(Long::longValue)
                                .sum())));
    }

    /// What leads from nothing to a first email; nothing any more when one has gone out.
    private List<HomePage.Step> steps(
            Desk.Visit visit, Map<State, Long> ledger, Map<SubscriberState, Long> people, List<Sequence> listed) {
        if (begun(visit, ledger.getOrDefault(State.SENT, 0L))) {
            return List.of();
        }
        boolean written = database.read(tx -> listed.stream()
                .anyMatch(sequence -> sequences.outline(tx, visit.account(), sequence.id()).stream()
                        .anyMatch(SequenceEmail::isSent)));
        boolean anybody = !people.isEmpty();
        return List.of(
                new HomePage.Step(
                        "Say who writes",
                        "Your name, your time zone, and the postal address that every email has to show.",
                        "/settings",
                        "Settings",
                        visit.accountItself().postalAddress().isPresent()),
                new HomePage.Step(
                        "Write a sequence",
                        "One email is enough to begin with. Publish it when you like it.",
                        listed.isEmpty()
                                ? "/sequences/new"
                                : "/sequences/" + listed.getFirst().id().value(),
                        listed.isEmpty() ? "New sequence" : "To the sequence",
                        written),
                new HomePage.Step(
                        "Add yourself",
                        "Be the first reader: add your own address and begin with the sequence.",
                        "/people/new",
                        "Add somebody",
                        anybody),
                new HomePage.Step(
                        "Look at what arrives",
                        builtInInbox
                                ? "No relay is named yet, so mail stays in the built-in inbox, where you can read it."
                                : "The first email goes to the address that you have added.",
                        builtInInbox ? "/inbox" : "/people",
                        builtInInbox ? "Inbox" : "People",
                        false));
    }

    /// Whether an email has gone out that an author wrote. Notices do not count, such as a test or the link that
    /// confirms a sending address; who has had that many has begun.
    private boolean begun(Desk.Visit visit, long sent) {
        if (sent == 0 || sent > NOTICES_MAX) {
            return sent > 0;
        }
        return deliveries.list(visit.account(), SENT, PageRequest.first(NOTICES_MAX)).items().stream()
                .anyMatch(delivery -> !(delivery.kind() instanceof Kind.NoticeMail));
    }

    private List<HomePage.Trouble> troubles(
            Desk.Visit visit, Map<State, Long> ledger, List<Sequence> listed, Map<SequenceId, Census> census) {
        var troubles = new ArrayList<HomePage.Trouble>();
        brake.standstill()
                .ifPresent(standstill -> troubles.add(new HomePage.Trouble(
                        "bad",
                        "All sending is held since " + visit.local().moment(standstill.since()),
                        standstill.sentence() + " The operator decides with bin/reynard resume.",
                        "",
                        "")));
        long uncertain = ledger.getOrDefault(State.UNCERTAIN, 0L);
        if (uncertain > 0) {
            troubles.add(new HomePage.Trouble(
                    "warn",
                    Words.count(uncertain, "email") + " may or may not have arrived",
                    "The connection broke after the last dot. They are sent again, unchanged, or held, as their sequence says.",
                    "/sending?state=uncertain",
                    "Which ones"));
        }
        long held = ledger.getOrDefault(State.HELD, 0L);
        if (held > 0) {
            troubles.add(new HomePage.Trouble(
                    "warn",
                    Words.count(held, "email") + (held == 1 ? " is held" : " are held"),
                    "Nobody knows whether they arrived, and their sequence says not to send them again unasked.",
                    "/sending?state=held",
                    "Which ones"));
        }
        var paused = listed.stream()
                .filter(sequence -> !sequence.settings().active())
                .toList();
        for (var sequence : paused) {
            long inside = census.getOrDefault(sequence.id(), Census.NONE).inside();
            if (inside > 0) {
                troubles.add(new HomePage.Trouble(
                        "warn",
                        "“" + sequence.settings().name() + "” is paused",
                        Words.count(inside, "person") + (inside == 1 ? " stands" : " stand") + " still in it since "
                                + sequence.pausedAt().map(visit.local()::moment).orElse("its beginning") + ".",
                        "/sequences/" + sequence.id().value(),
                        "To the sequence"));
            }
        }
        for (var work : replanner.underWay(visit.account())) {
            if (work.of() == 0) {
                continue;
            }
            troubles.add(new HomePage.Trouble(
                    "",
                    "An edit is being carried out",
                    Words.number(work.done()) + " of " + Words.count(work.of(), "person")
                            + " have their new dates; whoever falls due meanwhile is looked at first.",
                    "/sequences/" + work.sequenceId().value(),
                    "To the sequence"));
        }
        if (visit.accountItself().postalAddress().isEmpty() && ledger.getOrDefault(State.SENT, 0L) > 0) {
            troubles.add(new HomePage.Trouble(
                    "warn",
                    "No postal address",
                    "Many countries want one in every email. It is printed below yours as soon as you name it.",
                    "/settings",
                    "Settings"));
        }
        return troubles;
    }

    /// One bar for each hour from the present one.
    private static List<HomePage.Hour> hours(List<Forecast.Row> rows, Instant now, Local local) {
        var counts = new TreeMap<Instant, Long>();
        var first = now.truncatedTo(ChronoUnit.HOURS);
        for (int i = 0; i < 24; i++) {
            counts.put(first.plus(Duration.ofHours(i)), 0L);
        }
        rows.forEach(row -> counts.computeIfPresent(row.hour(), (_, count) -> count + row.count()));
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return counts.entrySet().stream()
                .map(entry -> new HomePage.Hour(
                        local.time(entry.getKey()),
                        entry.getValue(),
                        most == 0 ? 0 : (int) (entry.getValue() == 0 ? 0 : Math.max(2, 100 * entry.getValue() / most))))
                .toList();
    }

    private static List<HomePage.Day> days(List<Forecast.Row> rows, Local local) {
        var counts = new TreeMap<LocalDate, Long>();
        rows.forEach(row -> counts.merge(local.date(row.hour()), row.count(), Long::sum));
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(1);
        return counts.entrySet().stream()
                .map(entry -> new HomePage.Day(
                        local.day(entry.getKey()),
                        entry.getKey().toString(),
                        Words.number(entry.getValue()),
                        1_000 * entry.getValue() / most))
                .toList();
    }

    private static List<HomePage.Count> people(Map<SubscriberState, Long> people) {
        return List.of(
                count("Active", people.getOrDefault(SubscriberState.ACTIVE, 0L)),
                count("Not confirmed", people.getOrDefault(SubscriberState.INACTIVE, 0L)),
                count("Unsubscribed", people.getOrDefault(SubscriberState.CANCELLED, 0L)),
                count("Bounced", people.getOrDefault(SubscriberState.BOUNCED, 0L)),
                count("Complained", people.getOrDefault(SubscriberState.COMPLAINED, 0L)));
    }

    private static List<HomePage.Count> ledger(Map<State, Long> ledger) {
        long onTheWay = ledger.getOrDefault(State.SCHEDULED, 0L)
                + ledger.getOrDefault(State.CLAIMED, 0L)
                + ledger.getOrDefault(State.AT_DOT, 0L)
                + ledger.getOrDefault(State.DEFERRED, 0L);
        return List.of(
                count("Sent", ledger.getOrDefault(State.SENT, 0L)),
                count("Came back", ledger.getOrDefault(State.BOUNCED, 0L)),
                count("Skipped by a rule", ledger.getOrDefault(State.SKIPPED, 0L)),
                count("Failed", ledger.getOrDefault(State.FAILED, 0L)),
                count("On the way", onTheWay),
                count("Uncertain", ledger.getOrDefault(State.UNCERTAIN, 0L)),
                count("Held", ledger.getOrDefault(State.HELD, 0L)));
    }

    private static HomePage.Count count(String label, long count) {
        return new HomePage.Count(label, Words.number(count));
    }
}
