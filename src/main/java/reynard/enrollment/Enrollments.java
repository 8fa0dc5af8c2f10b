package reynard.enrollment;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.delivery.Rests;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.segment.Segments;
import reynard.sequence.Sequences;
import reynard.subscriber.MemberFilter;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tzdata.TzData;

/// The ways into a sequence and out of it, and what news from below does to those inside.
public final class Enrollments {
    private final EnrollmentStore store = new EnrollmentStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;
    private final Subscribers subscribers;
    private final Deliveries deliveries;
    private final Plans plans;
    private final Exclusions exclusions;
    private final Rests rests;
    private final Events events;

    public Enrollments(
            Database database,
            IdBlocks ids,
            InstantSource clock,
            Events events,
            Subscribers subscribers,
            Segments segments,
            Sequences sequences,
            Deliveries deliveries,
            TzData tzData,
            Policies policies) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.subscribers = subscribers;
        this.deliveries = deliveries;
        this.plans = new Plans(sequences, tzData, policies);
        this.exclusions = new Exclusions(store, segments);
        this.rests = new Rests(subscribers, deliveries);
        this.events = events;
        events.listen(this::happened);
    }

    /// What became of adding a subscriber to a sequence.
    public sealed interface Enrolling {
        record Enrolled(Instant addedAt) implements Enrolling {}

        /// In already, in whatever standing; nothing has changed.
        record AlreadyIn(Instant addedAt) implements Enrolling {}

        /// The sequence repeats: a new run began at the first email.
        record Restarted(Instant addedAt) implements Enrolling {}

        record SequenceInactive() implements Enrolling {}

        record NoSuchSequence() implements Enrolling {}
    }

    /// Adds a subscriber, who must exist. Someone who is not confirmed waits for that; someone who left gets nothing.
    public Enrolling enroll(
            Tx tx, AccountId account, SequenceId sequence, Subscriber subscriber, Enrollment.Source source) {
        return enrollHeld(
                tx, account, sequence, held(tx, account, List.of(subscriber)).getFirst(), source);
    }

    /// As they are, which they stay until the transaction ends. Who leaves or is confirmed at this moment has either
    /// done so before, or finds the new enrollment and ends or starts it.
    private List<Subscriber> held(Tx tx, AccountId account, List<Subscriber> people) {
        var held = subscribers.hold(
                tx, account, people.stream().map(Subscriber::id).distinct().toList());
        return people.stream()
                .map(subscriber -> held.getOrDefault(subscriber.id(), subscriber))
                .toList();
    }

    private Enrolling enrollHeld(
            Tx tx, AccountId account, SequenceId sequence, Subscriber subscriber, Enrollment.Source source) {
        var plan = plans.inForce(tx, account, sequence);
        if (plan.isEmpty()) {
            return new Enrolling.NoSuchSequence();
        }
        if (!plan.get().sequence().settings().active()) {
            return new Enrolling.SequenceInactive();
        }
        var existing = store.findForUpdate(tx, account, sequence, subscriber.id());
        if (existing.isEmpty()) {
            var entered = entry(new EnrollmentId(ids.next()), plan.get(), subscriber, 1, source);
            if (store.insert(tx, account, entered)) {
                tellJoined(tx, account, entered, entered.addedAt());
                return new Enrolling.Enrolled(entered.addedAt());
            }
            // Another request has added them since we looked.
            existing = store.findForUpdate(tx, account, sequence, subscriber.id());
        }
        var before = existing.orElseThrow();
        if (plan.get().sequence().settings().repeat()) {
            return restart(tx, account, before, plan.get(), subscriber, source);
        }
        return before.progress() instanceof Progress.Removed
                ? comeBack(tx, account, before, plan.get(), subscriber, source)
                : new Enrolling.AlreadyIn(before.addedAt());
    }

    /// As [#enroll] one after the other, in few statements.
    ///
    /// @param newcomers may name one several times
    /// @return in the order of the newcomers
    public List<Enrolling> enrollAll(
            Tx tx, AccountId account, SequenceId sequence, List<Subscriber> newcomers, Enrollment.Source source) {
        var people = held(tx, account, newcomers);
        var plan = plans.inForce(tx, account, sequence);
        if (plan.isEmpty()) {
            return people.stream()
                    .<Enrolling>map(_ -> new Enrolling.NoSuchSequence())
                    .toList();
        }
        if (!plan.get().sequence().settings().active()) {
            return people.stream()
                    .<Enrolling>map(_ -> new Enrolling.SequenceInactive())
                    .toList();
        }
        var entering = new LinkedHashMap<SubscriberId, Enrollment>();
        for (var subscriber : people) {
            entering.computeIfAbsent(
                    subscriber.id(), _ -> entry(new EnrollmentId(ids.next()), plan.get(), subscriber, 1, source));
        }
        var entered = store.insertAll(tx, account, sequence, List.copyOf(entering.values()));
        events.appendAll(
                tx,
                account,
                entering.values().stream()
                        .filter(enrollment -> entered.contains(enrollment.subscriber()))
                        .flatMap(enrollment -> joined(enrollment, enrollment.addedAt()).stream())
                        .toList());
        var outcomes = new ArrayList<Enrolling>();
        for (var subscriber : people) {
            var enrollment = entered.contains(subscriber.id()) ? entering.remove(subscriber.id()) : null;
            outcomes.add(
                    enrollment == null
                            ? enrollHeld(tx, account, sequence, subscriber, source)
                            : new Enrolling.Enrolled(enrollment.addedAt()));
        }
        return outcomes;
    }

    private Enrolling restart(
            Tx tx, AccountId account, Enrollment before, Plan plan, Subscriber subscriber, Enrollment.Source source) {
        var restarted = entry(before.id(), plan, subscriber, before.run() + 1, source);
        store.insertPastRun(tx, account, before, restarted.addedAt());
        deliveries.dropQueued(tx, account, List.of(before.id()), "restarted", restarted.addedAt());
        store.update(tx, account, List.of(restarted));
        tellJoined(tx, account, restarted, restarted.addedAt());
        return new Enrolling.Restarted(restarted.addedAt());
    }

    /// Who was taken out of a sequence that does not repeat goes on behind what they have had.
    private Enrolling comeBack(
            Tx tx, AccountId account, Enrollment before, Plan plan, Subscriber subscriber, Enrollment.Source source) {
        var entered = entry(before.id(), plan, subscriber, before.run(), source);
        var back = entered;
        if (subscriber.state() == SubscriberState.ACTIVE) {
            var placed = entered.behind(before.lastEmail());
            back = placed.with(
                    plan.step(placed, settled(tx, account, placed), entered.addedAt()), entered.planVersion());
        }
        store.update(tx, account, List.of(back));
        tellJoined(tx, account, back, back.addedAt());
        return new Enrolling.Enrolled(back.addedAt());
    }

    private Enrollment entry(EnrollmentId id, Plan plan, Subscriber subscriber, int run, Enrollment.Source source) {
        var now = clock.instant();
        var sequence = plan.sequence();
        var pending = new Enrollment(
                id,
                sequence.id(),
                subscriber.id(),
                run,
                source,
                now,
                new Progress.Pending(),
                Optional.empty(),
                Optional.empty(),
                sequence.planVersion());
        return Judgement.barred(subscriber.state(), now)
                .map(barred -> pending.with(barred, pending.planVersion()))
                .orElseGet(() -> started(pending, plan, now));
    }

    /// The clock of the first email starts.
    private static Enrollment started(Enrollment enrollment, Plan plan, Instant at) {
        var anchored = enrollment.anchoredAt(at);
        return anchored.with(plan.step(anchored, Set.of(), at), plan.sequence().planVersion());
    }

    private static Enrollment left(Enrollment enrollment, Progress.Leaving reason, Instant at) {
        return enrollment.with(new Progress.Cancelled(at, reason), enrollment.planVersion());
    }

    /// Everyone who was not removed, by entry, newest first.
    Page<EnrollmentStore.Member> members(
            Tx tx, AccountId account, SequenceId sequence, MemberFilter filter, PageRequest page) {
        return store.members(tx, account, sequence, filter, page);
    }

    /// Takes a subscriber out of a sequence: nothing more of it goes to them.
    ///
    /// @return whether they were in it
    public boolean remove(AccountId account, SequenceId sequence, SubscriberId subscriber) {
        return database.inTx(tx -> removeAll(tx, account, sequence, List.of(subscriber)) == 1);
    }

    /// The same with many.
    ///
    /// @return how many were in it
    public int removeAll(Tx tx, AccountId account, SequenceId sequence, Collection<SubscriberId> people) {
        var now = clock.instant();
        var removed = store.findAllForUpdate(tx, account, sequence, people).stream()
                .filter(enrollment -> isIn(enrollment.progress()))
                .map(enrollment ->
                        enrollment.with(new Progress.Removed(now, Progress.Removal.BY_HAND), enrollment.planVersion()))
                .toList();
        store.update(tx, account, removed);
        deliveries.dropQueued(tx, account, removed.stream().map(Enrollment::id).toList(), "removed_from_sequence", now);
        return removed.size();
    }

    private static boolean isIn(Progress progress) {
        return !progress.isOver() || progress instanceof Progress.Completed;
    }

    private void happened(Tx tx, AccountId account, Event event) {
        switch (event) {
            case Event.SubscriberLeft(var subscriber, var departure, var at) ->
                endAll(tx, account, subscriber, departure, at);
            case Event.SubscriberConfirmed(var subscriber, var at) -> startPending(tx, account, subscriber, at);
            case Event.SequencePlanChanged(var sequence, var planVersion, var at) ->
                store.requestReplan(tx, account, sequence, planVersion, at);
            // Everyone is older than a plan that never comes: the re-planner takes them all out.
            case Event.SequenceDeleted(var sequence, var at) ->
                store.requestReplan(tx, account, sequence, Long.MAX_VALUE, at);
            case Event.DeliveriesSettled(var settled) -> advance(tx, account, settled);
            case Event.DeliveryWithdrawn withdrawn -> waitAgain(tx, account, withdrawn);
            case Event.SequenceWanted(var subscriber, var sequence, var _) ->
                subscribers
                        .find(tx, account, subscriber)
                        .ifPresent(found -> enroll(tx, account, sequence, found, Enrollment.Source.RULE));
            case Event.News _ -> {}
        }
    }

    /// Whose clock does not run has not begun.
    private static Optional<Event> joined(Enrollment enrollment, Instant at) {
        return switch (enrollment.progress()) {
            case Progress.Pending _, Progress.Cancelled _, Progress.Removed _ -> Optional.empty();
            case Progress.Waiting _, Progress.Sending _, Progress.Parked _, Progress.Completed _ ->
                Optional.of(new Event.SequenceJoined(enrollment.subscriber(), enrollment.sequence(), at));
        };
    }

    private void tellJoined(Tx tx, AccountId account, Enrollment enrollment, Instant at) {
        joined(enrollment, at).ifPresent(event -> events.append(tx, account, event));
    }

    /// Writes where people who were on their way are now, and tells of those who have come to the end.
    void keep(Tx tx, AccountId account, List<Enrollment> enrollments) {
        store.update(tx, account, enrollments);
        for (var enrollment : enrollments) {
            if (enrollment.progress() instanceof Progress.Completed(var at)) {
                events.append(
                        tx, account, new Event.SequenceCompleted(enrollment.subscriber(), enrollment.sequence(), at));
            }
        }
    }

    private void endAll(Tx tx, AccountId account, SubscriberId subscriber, Event.Departure departure, Instant at) {
        var reason = switch (departure) {
            case UNSUBSCRIBED -> Progress.Leaving.UNSUBSCRIBED;
            case BOUNCED -> Progress.Leaving.BOUNCED;
            case COMPLAINED -> Progress.Leaving.COMPLAINED;
        };
        var ended = store.openForUpdate(tx, account, subscriber).stream()
                .map(enrollment -> left(enrollment, reason, at))
                .toList();
        store.update(tx, account, ended);
    }

    private void startPending(Tx tx, AccountId account, SubscriberId subscriber, Instant at) {
        for (var enrollment : store.openForUpdate(tx, account, subscriber)) {
            if (enrollment.progress() instanceof Progress.Pending) {
                var started = plans.inForce(tx, account, enrollment.sequence())
                        .map(plan -> started(enrollment, plan, at))
                        .orElseGet(() -> enrollment.with(
                                new Progress.Removed(at, Progress.Removal.SEQUENCE_DELETED), enrollment.planVersion()));
                store.update(tx, account, List.of(started));
                tellJoined(tx, account, started, at);
            }
        }
    }

    /// One email of each of these runs is done with: the next delay counts from when it was.
    private void advance(Tx tx, AccountId account, List<Event.DeliverySettled> settled) {
        var byEnrollment = new HashMap<EnrollmentId, Event.DeliverySettled>();
        settled.forEach(one -> byEnrollment.put(one.enrollment(), one));
        var onTheirWay = store.findAllForUpdate(tx, account, byEnrollment.keySet()).stream()
                .filter(enrollment -> isDone(enrollment, byEnrollment.get(enrollment.id())))
                .toList();
        if (onTheirWay.isEmpty()) {
            return;
        }
        var had = store.settled(
                tx, account, onTheirWay.stream().map(Enrollment::id).toList());
        var plans = new HashMap<SequenceId, Optional<Plan>>();
        var moved = new ArrayList<Enrollment>();
        for (var enrollment : onTheirWay) {
            var plan = plans.computeIfAbsent(enrollment.sequence(), id -> this.plans.inForce(tx, account, id));
            var done = Optional.ofNullable(byEnrollment.get(enrollment.id())).orElseThrow();
            moved.add(past(plan, enrollment, done, had.getOrDefault(enrollment.id(), Set.of())));
        }
        keep(tx, account, moved);
    }

    private static boolean isDone(Enrollment enrollment, Event.@Nullable DeliverySettled settled) {
        return settled != null
                && enrollment.run() == settled.run()
                && enrollment.progress().equals(new Progress.Sending(settled.email()));
    }

    /// Their queued email was taken back with an edit; the re-planner, which that edit has called, finds
    /// their next one.
    private void waitAgain(Tx tx, AccountId account, Event.DeliveryWithdrawn withdrawn) {
        store.findForUpdate(tx, account, withdrawn.enrollment())
                .filter(enrollment -> enrollment.run() == withdrawn.run())
                .filter(enrollment -> enrollment.progress().equals(new Progress.Sending(withdrawn.email())))
                .ifPresent(enrollment -> {
                    var waiting = new Progress.Waiting(withdrawn.email(), withdrawn.at(), plans.tzdata());
                    store.update(tx, account, List.of(enrollment.with(waiting, enrollment.planVersion())));
                });
    }

    private static Enrollment past(
            Optional<Plan> plan, Enrollment enrollment, Event.DeliverySettled done, Set<SequenceEmailId> had) {
        if (plan.isEmpty()) {
            return enrollment
                    .past(done.email(), done.at())
                    .with(new Progress.Removed(done.at(), Progress.Removal.SEQUENCE_DELETED), enrollment.planVersion());
        }
        return plan.get().past(enrollment, done.email(), had, done.at());
    }

    private Set<SequenceEmailId> settled(Tx tx, AccountId account, Enrollment enrollment) {
        return store.settled(tx, account, List.of(enrollment.id())).getOrDefault(enrollment.id(), Set.of());
    }

    EnrollmentStore store() {
        return store;
    }

    Plans plans() {
        return plans;
    }

    Exclusions exclusions() {
        return exclusions;
    }

    Rests rests() {
        return rests;
    }

    Subscribers subscribers() {
        return subscribers;
    }
}
