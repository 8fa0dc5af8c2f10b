package reynard.enrollment;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.db.Tx;
import reynard.delivery.Rests;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.CatchUp;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.subscriber.Subscriber;

/// Where people stand in their sequences, for whoever foretells what comes. Reads, and locks nothing; only
/// [#keepDates] writes.
public final class Standings {
    private static final int BATCH_MAX = 500;

    private final EnrollmentStore store;
    private final Plans plans;
    private final Exclusions exclusions;
    private final Rests rests;
    private final Heartbeat heartbeat = new Heartbeat();

    public Standings(Enrollments enrollments) {
        this.store = enrollments.store();
        this.plans = enrollments.plans();
        this.exclusions = enrollments.exclusions();
        this.rests = enrollments.rests();
    }

    /// Empty when there is no such sequence.
    public Optional<Plan> plan(Tx tx, AccountId account, SequenceId sequence) {
        return plans.now(tx, account, sequence);
    }

    /// The plan as an edit of the sequence or of some of its emails would leave it.
    public Plan edited(Plan plan, Sequence sequence, Collection<SequenceEmail> emails) {
        return plans.edited(plan, sequence, emails);
    }

    /// Where the people of sequences stand, counted; those that nobody ever entered are missing.
    public Map<SequenceId, Census> census(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        return store.census(tx, account, sequences);
    }

    /// Every walk of one subscriber, by entry, newest first.
    public List<Enrollment> of(Tx tx, AccountId account, SubscriberId subscriber) {
        return store.ofSubscriber(tx, account, subscriber);
    }

    public Optional<Enrollment> find(Tx tx, AccountId account, SequenceId sequence, SubscriberId subscriber) {
        return store.find(tx, account, sequence, subscriber);
    }

    /// What a judgement about this enrollment has to know now.
    public Judgement.Facts facts(
            Tx tx, AccountId account, Plan plan, Enrollment enrollment, Subscriber subscriber, Instant now) {
        var people = List.of(subscriber.id());
        return new Judgement.Facts(
                subscriber.state(),
                store.settled(tx, account, List.of(enrollment.id())).getOrDefault(enrollment.id(), Set.of()),
                Optional.ofNullable(exclusions
                        .of(tx, account, plan.sequence().settings().exclusions(), people)
                        .get(subscriber.id())),
                heartbeat.outage(tx),
                Optional.ofNullable(rests.of(tx, account, people, now).get(subscriber.id())));
    }

    /// Everyone in the sequence who has something to come or may yet have, as few groups as tell them apart.
    ///
    /// @param anchored whether dates will be counted anew, so that everyone's anchor matters
    /// @param wouldExclude exclusions that are asked about
    public List<Cohort> cohorts(
            Tx tx, AccountId account, Plan plan, boolean anchored, Set<Exclusion> wouldExclude, Instant moment) {
        var sequence = plan.sequence();
        var now = excluded(tx, account, sequence.id(), sequence.settings().exclusions());
        var then = wouldExclude.equals(sequence.settings().exclusions())
                ? now
                : excluded(tx, account, sequence.id(), wouldExclude);
        var apart = store.settledAhead(
                tx, account, sequence.id(), plan.policies().inserted() == Policies.Inserted.SEND_NOW);
        var resting = store.resting(tx, account, sequence.id(), moment);
        resting.keySet().forEach(enrollment -> apart.putIfAbsent(enrollment, Set.of()));
        // What is spread out comes to each at a moment of their own.
        boolean split = sequence.overdue() instanceof CatchUp.Spread
                || (anchored && sequence.handling().catchUp() instanceof CatchUp.Spread);
        var cohorts = store.cohorts(
                tx,
                account,
                sequence.id(),
                sequence.planVersion(),
                plan.tzdata(),
                split,
                anchored,
                now,
                then,
                false,
                apart);
        if (!apart.isEmpty()) {
            cohorts.addAll(store.cohorts(
                    tx,
                    account,
                    sequence.id(),
                    sequence.planVersion(),
                    plan.tzdata(),
                    true,
                    true,
                    now,
                    then,
                    true,
                    apart));
        }
        if (!resting.isEmpty()) {
            var rests = this.rests.of(tx, account, resting.values(), moment);
            cohorts.replaceAll(cohort -> resting.containsKey(cohort.one().id())
                    ? cohort.resting(Optional.ofNullable(rests.get(cohort.one().subscriber())))
                    : cohort);
        }
        return cohorts;
    }

    private Set<SubscriberId> excluded(Tx tx, AccountId account, SequenceId sequence, Collection<Exclusion> by) {
        return by.isEmpty()
                ? Set.of()
                : exclusions
                        .of(tx, account, by, store.inside(tx, account, sequence))
                        .keySet();
    }

    /// Steps everyone whom the re-planner has not reached yet, so that all stand under this plan.
    public void settle(Tx tx, AccountId account, Plan plan, Instant now) {
        var sequence = plan.sequence();
        var changedAt = sequence.planChangedAt();
        var stale = store.claimStale(tx, account, sequence.id(), sequence.planVersion(), BATCH_MAX);
        while (!stale.isEmpty()) {
            var settled = store.settled(
                    tx, account, stale.stream().map(Enrollment::id).toList());
            store.update(
                    tx,
                    account,
                    stale.stream()
                            .map(enrollment -> plan.standing(
                                    enrollment, settled.getOrDefault(enrollment.id(), Set.of()), changedAt, now))
                            .toList());
            stale = store.claimStale(tx, account, sequence.id(), sequence.planVersion(), BATCH_MAX);
        }
    }

    /// Takes over to an edited plan, with the dates that they have, all who wait for an email which it still sends.
    /// Everybody else is re-planned as always.
    ///
    /// @param before under which they stand now
    public void keepDates(Tx tx, AccountId account, Plan before, Plan edited) {
        if (!edited.sequence().settings().active()) {
            return;
        }
        var still = new HashSet<>(edited.emails().stream()
                .filter(SequenceEmail::isSent)
                .map(SequenceEmail::id)
                .toList());
        store.keepDates(
                tx,
                account,
                edited.sequence().id(),
                before.sequence().planVersion(),
                edited.sequence().planVersion(),
                still);
    }
}
