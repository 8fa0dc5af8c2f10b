package reynard.enrollment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.delivery.Deliveries.Step;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.Exclusion;
import reynard.sequence.SequenceEmail;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;

/// Finds who is due and queues their next email, or records why it is skipped.
///
/// Works account by account, one bounded batch each in turn, so that a large account does not keep a small one waiting.
/// Any number of nodes may walk at once: a row that one works on is skipped by the others.
public final class Walker {
    private static final int BATCH_MAX = 500;

    private final Database database;
    private final EnrollmentStore store;
    private final Plans plans;
    private final Subscribers subscribers;
    private final Exclusions exclusions;
    private final Deliveries deliveries;

    public Walker(Database database, Enrollments enrollments, Deliveries deliveries) {
        this.database = database;
        this.store = enrollments.store();
        this.plans = enrollments.plans();
        this.subscribers = enrollments.subscribers();
        this.exclusions = enrollments.exclusions();
        this.deliveries = deliveries;
    }

    /// One batch of each account that has someone due.
    ///
    /// @return how many enrollments were looked at; zero when nobody is due
    public int walk(Instant now) {
        int walked = 0;
        for (var due : database.inTx(store::dueAccounts)) {
            if (!due.dueAt().isAfter(now)) {
                walked += database.inTx(tx -> walk(tx, due.account(), now));
            }
        }
        return walked;
    }

    /// When the next enrollment is due, whoever's it is.
    public Optional<Instant> nextDueAt() {
        return database.inTx(store::dueAccounts).stream()
                .map(EnrollmentStore.DueAccount::dueAt)
                .findFirst();
    }

    private int walk(Tx tx, AccountId account, Instant now) {
        var due = store.claimDue(tx, account, now, BATCH_MAX);
        var changed = new ArrayList<Enrollment>();
        var steps = new ArrayList<Step>();
        due.stream().collect(Collectors.groupingBy(Enrollment::sequence)).forEach((sequence, members) -> {
            var batch = Batch.load(tx, this, account, sequence, members);
            for (var enrollment : members) {
                batch.judge(enrollment, now, changed, steps);
            }
        });
        deliveries.record(tx, account, steps, now);
        store.update(tx, account, changed);
        return due.size();
    }

    /// Due enrollments of one sequence with all that their judgement needs, read in a few statements.
    private record Batch(
            Optional<Plan> plan,
            Map<SubscriberId, Subscriber> subscribers,
            Map<SubscriberId, Exclusion> excluded,
            Map<EnrollmentId, Set<SequenceEmailId>> settled) {

        static Batch load(Tx tx, Walker walker, AccountId account, SequenceId sequence, List<Enrollment> members) {
            var people = members.stream().map(Enrollment::subscriber).toList();
            var plan = walker.plans.inForce(tx, account, sequence);
            return new Batch(
                    plan,
                    walker.subscribers.findAll(tx, account, people),
                    plan.map(found -> walker.exclusions.judge(tx, account, found.sequence(), people))
                            .orElse(Map.of()),
                    walker.store.settled(
                            tx, account, members.stream().map(Enrollment::id).toList()));
        }

        void judge(Enrollment enrollment, Instant now, List<Enrollment> changed, List<Step> steps) {
            if (plan.isEmpty()) {
                changed.add(enrollment.with(
                        new Progress.Removed(now, Progress.Removal.SEQUENCE_DELETED), enrollment.planVersion()));
                return;
            }
            var done = settled.getOrDefault(enrollment.id(), Set.of());
            var current = current(enrollment, plan.get(), done, now);
            if (!(current.progress() instanceof Progress.Waiting(var email, var dueAt, var _)) || dueAt.isAfter(now)) {
                changed.add(current);
                return;
            }
            if (plan.get().email(email).filter(SequenceEmail::isSent).isEmpty()) {
                // It was taken back and nothing came in its place.
                changed.add(stepped(current, plan.get(), done, now));
                return;
            }
            if (!Enrollments.mayBeMailed(Optional.ofNullable(subscribers.get(current.subscriber())))) {
                // Whoever leaves is taken out by the news of it; this is the second lock on the door.
                throw new IllegalStateException("waiting though not active: " + current.subscriber());
            }
            var exclusion = excluded.get(current.subscriber());
            if (exclusion == null) {
                steps.add(
                        Step.send(current.id(), current.run(), current.sequence(), email, current.subscriber(), dueAt));
                changed.add(current.with(new Progress.Sending(email), current.planVersion()));
                return;
            }
            steps.add(Step.skip(
                    current.id(),
                    current.run(),
                    current.sequence(),
                    email,
                    current.subscriber(),
                    dueAt,
                    "excluded_by_" + exclusion.source().wireName(),
                    Map.of(exclusion.source().wireName() + "_id", exclusion.id())));
            var settledNow = new HashSet<>(done);
            settledNow.add(email);
            changed.add(stepped(current.past(email, now), plan.get(), settledNow, now));
        }

        /// As the plan and the tz rules in force have it.
        private static Enrollment current(Enrollment enrollment, Plan plan, Set<SequenceEmailId> done, Instant now) {
            var sequence = plan.sequence();
            if (enrollment.planVersion() != sequence.planVersion()) {
                // What was due at the edit and is only looked at now is late, not in the edit's past.
                return enrollment.with(plan.restep(enrollment, done, sequence.updatedAt()), sequence.planVersion());
            }
            boolean sameRules = enrollment.progress() instanceof Progress.Waiting(var _, var _, var tzdata)
                    && tzdata.equals(plan.tzdata());
            return sameRules ? enrollment : stepped(enrollment, plan, done, now);
        }

        private static Enrollment stepped(Enrollment enrollment, Plan plan, Set<SequenceEmailId> done, Instant now) {
            return enrollment.with(
                    plan.step(enrollment, done, now), plan.sequence().planVersion());
        }
    }
}
