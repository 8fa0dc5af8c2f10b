package reynard.tracking;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;

/// Opens and clicks lie in tables by month: those to come are made ahead, and those that nobody asks for any more go as
/// a whole. What they were counted into stays.
public final class Months {
    private static final Logger LOG = LoggerFactory.getLogger(Months.class);
    private static final int AHEAD = 3;
    /// Kit's statistics of a subscriber reach back five years.
    private static final int KEPT = 61;

    private final TrackingStore store = new TrackingStore();
    private final Database database;
    private Optional<YearMonth> doneIn = Optional.empty();

    public Months(Database database) {
        this.database = database;
    }

    /// Does once a month what is to be done, each table in a transaction of its own.
    public synchronized void keep(Instant now) {
        var month = YearMonth.from(now.atZone(ZoneOffset.UTC));
        if (doneIn.filter(month::equals).isPresent()) {
            return;
        }
        for (int i = 0; i <= AHEAD; i++) {
            var coming = month.plusMonths(i);
            database.useTx(tx -> store.createMonth(tx, coming));
        }
        var oldest = month.minusMonths(KEPT);
        for (var old : database.read(store::months)) {
            if (old.isBefore(oldest)) {
                database.useTx(tx -> store.dropMonth(tx, old));
                LOG.info("opens and clicks of {} are kept no longer", old);
            }
        }
        doneIn = Optional.of(month);
    }
}
