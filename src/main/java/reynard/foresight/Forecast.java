package reynard.foresight;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.enrollment.Cohort;
import reynard.enrollment.Standings;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.sequence.Sequences;

/// What goes out in the days to come, if nobody enters, leaves or is excluded meanwhile.
public final class Forecast {
    private final Database database;
    private final Sequences sequences;
    private final Standings standings;

    public Forecast(Database database, Sequences sequences, Standings standings) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
    }

    /// How many of one email go out in one hour, which begins at `hour`.
    public record Row(Instant hour, SequenceId sequence, SequenceEmailId email, long count) {}

    private record Key(Instant hour, SequenceId sequence, SequenceEmailId email) {
        static final Comparator<Key> ORDER = Comparator.comparing(Key::hour)
                .thenComparingLong(key -> key.sequence().value())
                .thenComparingLong(key -> key.email().value());
    }

    /// By hour, empty hours left out; empty when there is no such sequence.
    public Optional<List<Row>> of(AccountId account, SequenceId sequence, Duration span, Instant now) {
        return database.inTx(tx -> {
            if (sequences.find(tx, account, sequence).isEmpty()) {
                return Optional.empty();
            }
            var counts = new TreeMap<Key, Long>(Key.ORDER);
            count(tx, account, sequence, now, now.plus(span), counts);
            return Optional.of(rows(counts));
        });
    }

    /// The whole account's.
    public List<Row> of(AccountId account, Duration span, Instant now) {
        return database.inTx(tx -> {
            var counts = new TreeMap<Key, Long>(Key.ORDER);
            for (var sequence : sequences.active(tx, account)) {
                count(tx, account, sequence, now, now.plus(span), counts);
            }
            return rows(counts);
        });
    }

    private void count(
            Tx tx, AccountId account, SequenceId sequence, Instant now, Instant until, Map<Key, Long> counts) {
        var found = standings.plan(tx, account, sequence);
        // It may have been deleted since the sequences were listed.
        if (found.isEmpty() || !found.get().sequence().settings().active()) {
            return;
        }
        var plan = found.get();
        var changedAt = plan.sequence().planChangedAt();
        var exclusions = plan.sequence().settings().exclusions();
        for (var cohort : standings.cohorts(tx, account, plan, false, exclusions, now)) {
            if (!cohort.excluded()) {
                for (var step : Ahead.of(plan, start(cohort, changedAt, now), now, until)
                        .steps()) {
                    if (step.skipped().isEmpty() && step.at().isBefore(until)) {
                        var key = new Key(step.at().truncatedTo(ChronoUnit.HOURS), sequence, step.email());
                        counts.merge(key, cohort.people(), Long::sum);
                    }
                }
            }
        }
    }

    static Ahead.Start start(Cohort cohort, Instant changedAt, Instant now) {
        return new Ahead.Start(
                cohort.one(),
                cohort.facts(),
                cohort.held() ? Optional.empty() : cohort.sendsAt().or(() -> Optional.of(now)),
                changedAt);
    }

    private static List<Row> rows(Map<Key, Long> counts) {
        return counts.entrySet().stream()
                .map(entry -> new Row(
                        entry.getKey().hour(),
                        entry.getKey().sequence(),
                        entry.getKey().email(),
                        entry.getValue()))
                .toList();
    }
}
