package reynard.enrollment;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.SettingStore;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;

/// After a start with another tz release: gives everyone who waits the date that the new rules make of
/// their anchor.
///
/// Goes once through all who wait, in bounded steps and beside everything else. Nobody made an edit, so
/// nobody is put off to a later slot: a date that the new rules place in the past is due at once. Whom an
/// edit had put off before stays put off.
public final class Retimer {
    private static final Logger LOG = LoggerFactory.getLogger(Retimer.class);
    private static final int BATCH_MAX = 500;
    private static final String SETTING = "tzdata";
    private static final EnrollmentId START = new EnrollmentId(0);

    private final Database database;
    private final EnrollmentStore store;
    private final Plans plans;
    private final SettingStore settings = new SettingStore();
    private final Deque<AccountId> accounts = new ArrayDeque<>();
    private EnrollmentId after = START;
    private long retimed;
    private State state = State.NEW;

    private enum State {
        NEW,
        UNDER_WAY,
        DONE
    }

    public Retimer(Database database, Enrollments enrollments) {
        this.database = database;
        this.store = enrollments.store();
        this.plans = enrollments.plans();
    }

    /// One batch of one account. Not for two threads at once.
    ///
    /// @return how much was done; zero when every date is by the rules in force
    public int retime(Instant now) {
        if (state == State.NEW) {
            begin();
        }
        if (state == State.DONE) {
            return 0;
        }
        if (accounts.isEmpty()) {
            database.useTx(tx -> settings.put(tx, SETTING, plans.tzdata()));
            LOG.info("tz data {}: {} dates computed anew", plans.tzdata(), retimed);
            state = State.DONE;
            return 0;
        }
        var account = accounts.element();
        var batch = database.inTx(tx -> retime(tx, account, now));
        retimed += batch.size();
        if (batch.isEmpty()) {
            accounts.remove();
            after = START;
            return 1;
        }
        after = batch.getLast().id();
        return batch.size();
    }

    private void begin() {
        database.useTx(tx -> {
            boolean known =
                    settings.find(tx, SETTING).filter(plans.tzdata()::equals).isPresent();
            state = known ? State.DONE : State.UNDER_WAY;
            if (!known) {
                accounts.addAll(store.accounts(tx));
            }
        });
    }

    private List<Enrollment> retime(Tx tx, AccountId account, Instant now) {
        var batch = store.claimOtherTzdata(tx, account, plans.tzdata(), after, BATCH_MAX);
        var settled =
                store.settled(tx, account, batch.stream().map(Enrollment::id).toList());
        var changed = new ArrayList<Enrollment>();
        batch.stream()
                .collect(Collectors.groupingBy(Enrollment::sequence))
                .forEach((sequence, members) -> plans.inForce(tx, account, sequence)
                        .ifPresent(plan -> members.stream()
                                .map(member -> retimed(member, plan, settled.getOrDefault(member.id(), Set.of()), now))
                                .forEach(changed::add)));
        store.update(tx, account, changed);
        return batch;
    }

    private static Enrollment retimed(Enrollment enrollment, Plan plan, Set<SequenceEmailId> settled, Instant now) {
        boolean planned = enrollment.planVersion() == plan.sequence().planVersion()
                && plan.next(enrollment.lastEmail(), settled).isPresent();
        // Whose plan is old, too, is the re-planner's; who waits for no email any more only waits for the end.
        return planned ? plan.retimed(enrollment, settled, now) : enrollment;
    }
}
