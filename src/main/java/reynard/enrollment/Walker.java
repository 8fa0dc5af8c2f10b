package reynard.enrollment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.delivery.Deliveries.Step;
import reynard.delivery.Rest;
import reynard.delivery.Rests;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;

/// Finds who is due and queues their next email, or records why it is skipped.
///
/// Works account by account, one bounded batch each in turn, so that a large account does not keep a small one waiting.
/// Any number of nodes may walk at once: a row that one works on is skipped by the others.
public final class Walker {
    private static final int BATCH_MAX = 500;

    private final Database database;
    private final Enrollments enrollments;
    private final EnrollmentStore store;
    private final Plans plans;
    private final Subscribers subscribers;
    private final Exclusions exclusions;
    private final Rests rests;
    private final Heartbeat heartbeat = new Heartbeat();
    private final Deliveries deliveries;

    public Walker(Database database, Enrollments enrollments, Deliveries deliveries) {
        this.database = database;
        this.enrollments = enrollments;
        this.store = enrollments.store();
        this.plans = enrollments.plans();
        this.subscribers = enrollments.subscribers();
        this.exclusions = enrollments.exclusions();
        this.rests = enrollments.rests();
        this.deliveries = deliveries;
    }

    /// One batch of each account that has someone due.
    ///
    /// @return how many enrollments were looked at; zero when nobody is due
    public int walk(Instant now) {
        int walked = 0;
        var outage = database.inTx(tx -> heartbeat.beat(tx, now));
        for (var due : database.inTx(store::dueAccounts)) {
            if (!due.dueAt().isAfter(now)) {
                walked += database.inTx(tx -> walk(
                        tx,
                        due.account(),
                        outage,
                        now,
                        now,
                        (plan, enrollment, facts, editedAt) -> Judgement.of(plan, enrollment, facts, editedAt, now)));
            }
        }
        return walked;
    }

    /// Writes one batch of each account's emails that were due until a moment into the ledger, queued ones too, as if
    /// they had been sent when they were due.
    ///
    /// @return how many; zero when all are written
    public int treatAsSent(Instant until, Instant now) {
        int treated = 0;
        for (var account : database.inTx(store::accounts)) {
            treated += database.inTx(tx -> deliveries.treatAsSent(tx, account, until, now, BATCH_MAX));
        }
        for (var due : database.inTx(store::dueAccounts)) {
            if (!due.dueAt().isAfter(until)) {
                treated += database.inTx(tx -> walk(
                        tx,
                        due.account(),
                        Optional.empty(),
                        until,
                        now,
                        (plan, enrollment, facts, editedAt) ->
                                Judgement.treatedAsSent(plan, enrollment, facts, editedAt, until, now)));
            }
        }
        return treated;
    }

    /// A clock that is moved by hand has been moved to this moment: that is no outage.
    public void goOn(Tx tx, Instant now) {
        heartbeat.goOn(tx, now);
    }

    /// When the next enrollment is due, whoever's it is.
    public Optional<Instant> nextDueAt() {
        return database.inTx(store::dueAccounts).stream()
                .map(EnrollmentStore.DueAccount::dueAt)
                .findFirst();
    }

    /// What becomes of one who is due.
    private interface Judge {
        Judgement of(Plan plan, Enrollment enrollment, Judgement.Facts facts, Instant editedAt);
    }

    private int walk(Tx tx, AccountId account, Optional<Outage> outage, Instant dueUntil, Instant now, Judge judge) {
        var due = store.claimDue(tx, account, dueUntil, BATCH_MAX);
        var changed = new ArrayList<Enrollment>();
        var steps = new ArrayList<Step>();
        var resting = new HashMap<>(
                rests.of(tx, account, due.stream().map(Enrollment::subscriber).toList(), now));
        due.stream().collect(Collectors.groupingBy(Enrollment::sequence)).forEach((sequence, members) -> {
            var batch = Batch.load(tx, this, account, sequence, members, outage, resting);
            members.forEach(enrollment -> batch.walk(enrollment, judge, now, changed, steps));
        });
        deliveries.record(tx, account, steps, now);
        enrollments.keep(tx, account, changed);
        return due.size();
    }

    /// Due enrollments of one sequence with all that their judgement needs, read in a few statements.
    private record Batch(
            Optional<Plan> plan,
            Map<SubscriberId, Subscriber> subscribers,
            Map<SubscriberId, Rule.Excluded> excluded,
            Map<EnrollmentId, Set<SequenceEmailId>> settled,
            Optional<Outage> outage,
            Map<SubscriberId, Rest> resting) {

        static Batch load(
                Tx tx,
                Walker walker,
                AccountId account,
                SequenceId sequence,
                List<Enrollment> members,
                Optional<Outage> outage,
                Map<SubscriberId, Rest> resting) {
            var people = members.stream().map(Enrollment::subscriber).toList();
            var plan = walker.plans.inForce(tx, account, sequence);
            return new Batch(
                    plan,
                    walker.subscribers.findAll(tx, account, people),
                    plan.map(found -> walker.exclusions.of(
                                    tx, account, found.sequence().settings().exclusions(), people))
                            .orElse(Map.of()),
                    walker.store.settled(
                            tx, account, members.stream().map(Enrollment::id).toList()),
                    outage,
                    resting);
        }

        void walk(Enrollment enrollment, Judge judge, Instant now, List<Enrollment> changed, List<Step> steps) {
            if (plan.isEmpty()) {
                changed.add(enrollment.with(
                        new Progress.Removed(now, Progress.Removal.SEQUENCE_DELETED), enrollment.planVersion()));
                return;
            }
            // What was due at the edit and is only looked at now is late, not in the edit's past.
            var editedAt = plan.get().sequence().planChangedAt();
            var judgement = judge.of(plan.get(), enrollment, facts(enrollment), editedAt);
            changed.add(judgement.after());
            switch (judgement) {
                case Judgement.Stands _ -> {}
                case Judgement.Send(var _, var email, var dueAt) -> {
                    // One a week is one of all sequences, also of those that this batch comes to later.
                    resting.computeIfPresent(enrollment.subscriber(), (_, rest) -> rest.afterEmail(now));
                    steps.add(Step.send(
                            enrollment.id(),
                            enrollment.run(),
                            enrollment.sequence(),
                            email,
                            enrollment.subscriber(),
                            dueAt));
                }
                case Judgement.Skip(var _, var email, var dueAt, var rule) ->
                    steps.add(Step.skip(
                            enrollment.id(),
                            enrollment.run(),
                            enrollment.sequence(),
                            email,
                            enrollment.subscriber(),
                            dueAt,
                            rule.code(),
                            rule.values()));
            }
        }

        private Judgement.Facts facts(Enrollment enrollment) {
            return new Judgement.Facts(
                    Optional.ofNullable(subscribers.get(enrollment.subscriber()))
                            .orElseThrow()
                            .state(),
                    settled.getOrDefault(enrollment.id(), Set.of()),
                    Optional.ofNullable(excluded.get(enrollment.subscriber())),
                    outage,
                    Optional.ofNullable(resting.get(enrollment.subscriber())));
        }
    }
}
