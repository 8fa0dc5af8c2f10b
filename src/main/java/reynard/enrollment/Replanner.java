package reynard.enrollment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;

/// Looks again at everyone in a sequence whose plan was edited, in bounded steps and beside everything else.
///
/// Nobody depends on it to be kept from an old date: whoever falls due with an old plan is re-planned at that moment.
/// It is needed for those whose new date is earlier than the old one, and for those who had none.
public final class Replanner {
    private static final int BATCH_MAX = 500;

    private final Database database;
    private final Enrollments enrollments;
    private final EnrollmentStore store;
    private final Plans plans;

    public Replanner(Database database, Enrollments enrollments) {
        this.database = database;
        this.enrollments = enrollments;
        this.store = enrollments.store();
        this.plans = enrollments.plans();
    }

    /// How far the people of one sequence have been looked at again.
    ///
    /// @param of how many have to be, as far as is known now: those who leave meanwhile are not among them
    /// @param since when the plan was edited last
    public record Replanning(SequenceId sequenceId, long done, long of, Instant since) {}

    /// The sequences of an account whose people are being looked at again.
    public List<Replanning> underWay(AccountId account) {
        return database.inTx(tx -> store.replanning(tx, account));
    }

    /// One batch of each sequence that has to be looked at.
    ///
    /// @return how many enrollments were looked at, requests that came to their end counted too
    public int replan(Instant now) {
        int replanned = 0;
        for (var request : database.inTx(store::replans)) {
            replanned += database.inTx(tx -> replan(tx, request, now));
        }
        return replanned;
    }

    private int replan(Tx tx, EnrollmentStore.Replan request, Instant now) {
        var plan = plans.inForce(tx, request.account(), request.sequence());
        var stale = store.claimStale(tx, request.account(), request.sequence(), request.planVersion(), BATCH_MAX);
        if (stale.isEmpty()) {
            boolean finished = !store.hasStale(tx, request.account(), request.sequence(), request.planVersion());
            if (finished) {
                store.finishReplan(tx, request);
            }
            return finished ? 1 : 0;
        }
        var settled = store.settled(
                tx, request.account(), stale.stream().map(Enrollment::id).toList());
        List<Enrollment> replanned = stale.stream()
                .map(enrollment -> replanned(enrollment, plan, settled(settled, enrollment.id()), now))
                .toList();
        enrollments.keep(tx, request.account(), replanned);
        store.countReplanned(tx, request, stale.size());
        return stale.size();
    }

    private static Set<SequenceEmailId> settled(
            java.util.Map<EnrollmentId, Set<SequenceEmailId>> settled, EnrollmentId enrollment) {
        return settled.getOrDefault(enrollment, Set.of());
    }

    private static Enrollment replanned(
            Enrollment enrollment, Optional<Plan> plan, Set<SequenceEmailId> settled, Instant now) {
        if (plan.isEmpty()) {
            return enrollment.with(
                    new Progress.Removed(now, Progress.Removal.SEQUENCE_DELETED), enrollment.planVersion());
        }
        return plan.get().standing(enrollment, settled, plan.get().sequence().planChangedAt(), now);
    }
}
