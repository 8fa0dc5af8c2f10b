package reynard.audit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import reynard.audit.AuditStore.SequenceRow;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.enrollment.Plan;
import reynard.enrollment.Policies;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.sequence.Sequences;
import reynard.tzdata.TzData;

/// Walks the whole database, account by account and page by page, and tells of each row that the rules cannot have led
/// to. It sees one moment, changes nothing and keeps nobody waiting, so it may be asked while a server runs.
public final class Audit {
    private static final int PAGE = 1_000;

    private final AuditStore store = new AuditStore();
    private final Database database;
    private final Sequences sequences;
    private final TzData tzData;
    private final Policies policies;

    /// @param policies those that the server runs with
    public Audit(Database database, Sequences sequences, TzData tzData, Policies policies) {
        this.database = database;
        this.sequences = sequences;
        this.tzData = tzData;
        this.policies = policies;
    }

    /// @param rows how many were looked at, by table
    public record Report(Map<String, Long> rows, long violations) {
        public Report {
            rows = Map.copyOf(rows);
        }

        public boolean isClean() {
            return violations == 0;
        }

        /// Such as `12 deliveries …`: the tables by name, each with its count.
        public String counts() {
            return new TreeMap<>(rows)
                    .entrySet().stream()
                            .map(entry -> entry.getKey() + " " + entry.getValue())
                            .collect(Collectors.joining(", "));
        }
    }

    /// @param violations gets each as it is found
    public Report run(Consumer<Violation> violations) {
        return database.inTx(tx -> {
            store.freeze(tx);
            var walk = new Walk(tx, violations);
            store.accounts(tx).forEach(walk::account);
            return new Report(walk.rows, walk.found);
        });
    }

    private final class Walk {
        private final Tx tx;
        private final Consumer<Violation> violations;
        private final Map<String, Long> rows = new HashMap<>();
        private long found;

        Walk(Tx tx, Consumer<Violation> violations) {
            this.tx = tx;
            this.violations = violations;
        }

        void account(AccountId account) {
            count("account", 1);
            var plans = new HashMap<SequenceId, Optional<Plan>>();
            var known = store.sequences(tx, account).stream()
                    .collect(Collectors.toMap(SequenceRow::id, sequence -> sequence));
            count("sequence", known.size());
            known.values().forEach(sequence -> sequence(account, sequence));
            enrollments(account, known, plans);
            deliveries(account);
            for (var twice : store.twice(tx, account)) {
                report(
                        account,
                        "enrollment",
                        twice.enrollment().value(),
                        "is a second one of subscriber " + twice.subscriber().value() + " in sequence "
                                + twice.sequence().value());
            }
            for (var twice : store.sentTwice(tx, account)) {
                report(
                        account,
                        "delivery",
                        twice.delivery(),
                        "is a second one of email " + twice.email() + " in run " + twice.run());
            }
            for (var twice : store.broadcastTwice(tx, account)) {
                report(
                        account,
                        "delivery",
                        twice.delivery(),
                        "is a second one of broadcast " + twice.broadcast() + " for subscriber " + twice.subscriber());
            }
            var broadcasts = store.broadcasts(tx, account);
            count("broadcast", broadcasts.size());
            for (var broadcast : broadcasts) {
                BroadcastInvariants.broken(broadcast)
                        .ifPresent(sentence -> report(account, "broadcast", broadcast.id(), sentence));
            }
            for (var tally : store.wrongTallies(tx, account)) {
                report(
                        account,
                        "email_tally",
                        tally.email(),
                        "counts " + tally.opened() + " opened and " + tally.clicked() + " clicked, but "
                                + tally.openedReally() + " and " + tally.clickedReally() + " are");
            }
            for (var tally : store.wrongLinkTallies(tx, account)) {
                report(
                        account,
                        "link_tally",
                        tally.link(),
                        "counts " + tally.visitors() + " visitors of email " + tally.email() + ", but "
                                + tally.visitorsReally() + " are");
            }
            for (var stray : store.strays(tx, account)) {
                report(account, stray.what(), stray.id(), "belongs to " + stray.owner() + " that does not exist");
            }
            for (long delivery : store.lostLetters(tx, account)) {
                report(account, "delivery", delivery, "may have arrived, but its letter is kept nowhere");
            }
            for (long delivery : store.unreadableLetters(tx, account)) {
                report(account, "delivery", delivery, "has a kept letter whose source does not exist");
            }
        }

        private void sequence(AccountId account, SequenceRow sequence) {
            long upTo = sequence.deleted() ? Long.MAX_VALUE : sequence.planVersion();
            if (sequence.replanTo().filter(to -> to != upTo).isPresent()) {
                report(
                        account,
                        "replan",
                        sequence.id().value(),
                        "is for plan " + sequence.replanTo().get() + ", but the sequence has plan " + upTo);
            }
        }

        private void enrollments(
                AccountId account, Map<SequenceId, SequenceRow> known, Map<SequenceId, Optional<Plan>> plans) {
            var page = store.enrollments(tx, account, 0, PAGE);
            while (!page.isEmpty()) {
                var ledger = store.ledger(tx, account, page);
                for (var row : page) {
                    var sequence = known.get(row.sequence());
                    if (sequence == null) {
                        report(account, "enrollment", row.id().value(), "is of a sequence that does not exist");
                        continue;
                    }
                    var plan = plans.computeIfAbsent(row.sequence(), id -> plan(account, id));
                    new EnrollmentInvariants(row, ledger.getOrDefault(row.id(), List.of()), sequence, plan)
                            .broken()
                            .ifPresent(sentence ->
                                    report(account, "enrollment", row.id().value(), sentence));
                    count("enrollment_past_run", row.pastRuns());
                }
                count("enrollment", page.size());
                page = store.enrollments(tx, account, page.getLast().id().value(), PAGE);
            }
        }

        private Optional<Plan> plan(AccountId account, SequenceId id) {
            return sequences.find(tx, account, id).map(sequence -> {
                var name = sequence.settings().timeZone();
                var zone = tzData.find(name).orElseThrow(() -> new IllegalStateException("the tz data lacks " + name));
                return new Plan(sequence, zone, tzData.version(), sequences.outline(tx, account, id), policies);
            });
        }

        private void deliveries(AccountId account) {
            var page = store.deliveries(tx, account, 0, PAGE);
            while (!page.isEmpty()) {
                for (var row : page) {
                    DeliveryInvariants.broken(row).forEach(sentence -> report(account, "delivery", row.id(), sentence));
                    count("attempt", row.tries());
                }
                count("delivery", page.size());
                page = store.deliveries(tx, account, page.getLast().id(), PAGE);
            }
        }

        private void count(String table, long more) {
            rows.merge(table, more, Long::sum);
        }

        private void report(AccountId account, String table, long id, String sentence) {
            found++;
            violations.accept(new Violation(account, table, id, sentence));
        }
    }
}
