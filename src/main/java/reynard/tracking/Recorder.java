package reynard.tracking;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toSet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.LinkId;
import reynard.tracking.Tally.Figures;
import reynard.tracking.TrackingStore.Sent;
import reynard.tracking.TrackingStore.Visits;

/// Writes down what happened with one account's emails, and counts it, in one transaction. What was written down before
/// is not counted again.
final class Recorder {
    /// No person has an email before them, reads it and acts so soon after its relay took it.
    private static final Duration OPEN_TOO_SOON = Duration.ofSeconds(5);

    private static final Duration CLICK_TOO_SOON = Duration.ofSeconds(10);

    private final TrackingStore store;
    private final Tx tx;
    private final AccountId account;
    private final Map<Long, Tally> tallies = new TreeMap<>();
    private Map<DeliveryId, Sent> sent = Map.of();

    Recorder(TrackingStore store, Tx tx, AccountId account) {
        this.store = store;
        this.tx = tx;
        this.account = account;
    }

    /// @param links the ids of the addresses that were followed
    /// @param wanted whether somebody wants to be told of clicks
    void record(List<Intake.Numbered> happenings, Map<String, LinkId> links, boolean wanted) {
        sent = store.deliveries(
                tx,
                account,
                happenings.stream().map(one -> one.happening().delivery()).toList());
        var opens = new ArrayList<TrackingStore.Open>();
        var clicks = new ArrayList<TrackingStore.Click>();
        for (var one : happenings) {
            var happening = one.happening();
            // An email that is gone takes with it what was done with it.
            var delivery = sent.get(happening.delivery());
            if (delivery == null) {
                continue;
            }
            switch (happening.what()) {
                case Happening.What.Opened _ ->
                    opens.add(new TrackingStore.Open(
                            happening.delivery(),
                            happening.at(),
                            one.id(),
                            delivery.subscriber(),
                            machine(happening, delivery, OPEN_TOO_SOON)));
                case Happening.What.Clicked(var url) ->
                    clicks.add(new TrackingStore.Click(
                            happening.delivery(),
                            happening.at(),
                            one.id(),
                            delivery.subscriber(),
                            Objects.requireNonNull(links.get(url)),
                            machine(happening, delivery, CLICK_TOO_SOON)));
            }
        }
        opens(opens);
        clicks(clicks, wanted);
        store.addToTallies(tx, account, tallies);
    }

    private static Optional<Machine> machine(Happening happening, Sent delivery, Duration tooSoon) {
        return happening.machine().or(() -> {
            var soonest = delivery.settledAt().map(at -> at.plus(tooSoon));
            return soonest.filter(at -> !happening.at().isBefore(at)).isPresent()
                    ? Optional.empty()
                    : Optional.of(Machine.TOO_SOON);
        });
    }

    private void opens(List<TrackingStore.Open> all) {
        var written = store.insertOpens(tx, account, all);
        var opens = all.stream().filter(open -> written.contains(open.id())).toList();
        var byPeople = new HashMap<DeliveryId, Instant>();
        var byMachines = new HashMap<DeliveryId, Instant>();
        for (var open : opens) {
            boolean person = open.machine().isEmpty();
            (person ? byPeople : byMachines).merge(open.delivery(), open.at(), Recorder::earlier);
            count(open.delivery(), person, new Figures(0, 1, 0, 0));
        }
        var opened = new Figures(1, 0, 0, 0);
        store.markOpened(tx, account, byPeople).forEach(delivery -> count(delivery, true, opened));
        store.markMachineOpened(tx, account, byMachines).forEach(delivery -> count(delivery, false, opened));
    }

    private void clicks(List<TrackingStore.Click> all, boolean wanted) {
        var written = store.insertClicks(tx, account, all);
        var clicks = all.stream().filter(click -> written.contains(click.id())).toList();
        if (clicks.isEmpty()) {
            return;
        }
        var turned = turned(clicks);
        var turnedIds = turned.stream().map(Burst.Click::id).collect(toSet());
        var byPeople = new HashMap<DeliveryId, Instant>();
        var byMachines = new HashMap<DeliveryId, Instant>();
        var visits = new TreeMap<Visits.Key, Visits>();
        for (var click : clicks) {
            boolean person = click.machine().isEmpty();
            visits.merge(
                    new Visits.Key(click.delivery(), click.link()),
                    person ? new Visits(1, 0) : new Visits(0, 1),
                    Visits::plus);
            if (person && !turnedIds.contains(click.id())) {
                byPeople.merge(click.delivery(), click.at(), Recorder::earlier);
            } else {
                byMachines.merge(click.delivery(), click.at(), Recorder::earlier);
            }
        }
        for (var click : turned) {
            visits.merge(new Visits.Key(click.delivery(), click.link()), new Visits(-1, 1), Visits::plus);
            byMachines.merge(click.delivery(), click.at(), Recorder::earlier);
        }
        countVisits(visits);
        var clicked = new Figures(0, 0, 1, 0);
        var unclicked = new Figures(0, 0, -1, 0);
        if (!turned.isEmpty()) {
            store.unclick(
                            tx,
                            account,
                            turned.stream().map(Burst.Click::delivery).collect(toSet()))
                    .forEach(delivery -> count(delivery, true, unclicked));
            store.deleteNews(tx, account, turnedIds);
        }
        store.markClicked(tx, account, byPeople).forEach(delivery -> count(delivery, true, clicked));
        store.markMachineClicked(tx, account, byMachines).forEach(delivery -> count(delivery, false, clicked));
        if (wanted) {
            store.insertNews(
                    tx,
                    account,
                    clicks.stream()
                            .filter(click -> click.machine().isEmpty() && !turnedIds.contains(click.id()))
                            .toList());
        }
    }

    /// The clicks that looked like a person's until others came beside them, of this batch and before.
    private List<Burst.Click> turned(Collection<TrackingStore.Click> clicks) {
        var people = clicks.stream().filter(click -> click.machine().isEmpty()).toList();
        if (people.isEmpty()) {
            return List.of();
        }
        var times = people.stream().map(TrackingStore.Click::at).collect(toCollection(TreeSet::new));
        var from = times.first().minus(Burst.WINDOW);
        var to = times.last().plus(Burst.WINDOW);
        var deliveries = people.stream().map(TrackingStore.Click::delivery).collect(toSet());
        var bursts = Burst.of(store.clicksBetween(tx, account, deliveries, from, to));
        return bursts.isEmpty() ? List.of() : store.turnIntoMachines(tx, account, deliveries, from, to, bursts);
    }

    private void countVisits(Map<Visits.Key, Visits> visits) {
        var after = store.addToVisits(tx, account, visits);
        var links = new TreeMap<TrackingStore.LinkTally.Key, TrackingStore.LinkTally>();
        visits.forEach((key, more) -> {
            count(key.delivery(), true, new Figures(0, 0, 0, more.clicks()));
            count(key.delivery(), false, new Figures(0, 0, 0, more.machineClicks()));
            int now = Objects.requireNonNull(after.get(key)).clicks();
            int before = now - more.clicks();
            email(key.delivery())
                    .ifPresent(email -> links.merge(
                            new TrackingStore.LinkTally.Key(email, key.link().value()),
                            new TrackingStore.LinkTally(
                                    (now > 0 ? 1 : 0) - (before > 0 ? 1 : 0), more.clicks(), more.machineClicks()),
                            TrackingStore.LinkTally::plus));
        });
        store.addToLinkTallies(tx, account, links);
    }

    private Optional<Long> email(DeliveryId delivery) {
        return Optional.ofNullable(sent.get(delivery)).flatMap(Sent::email);
    }

    private void count(DeliveryId delivery, boolean person, Figures figures) {
        email(delivery)
                .ifPresent(email -> tallies.merge(
                        email,
                        person ? new Tally(figures, Figures.NONE) : new Tally(Figures.NONE, figures),
                        Tally::plus));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
