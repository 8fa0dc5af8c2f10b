package reynard.tracking;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;

/// Tells of clicks, once it is certain that they were a person's: when no others have come beside them. What follows
/// from a click happens in the transaction in which it is told, so each is told once, whatever breaks meanwhile.
public final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
    private static final int AT_ONCE = 100;
    private static final int ATTEMPTS_MAX = 10;
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    private final ClickNewsStore store = new ClickNewsStore();
    private final Database database;
    private final Events events;

    public Announcer(Database database, Events events) {
        this.database = database;
        this.events = events;
    }

    /// Tells of some that are due.
    ///
    /// @return how many
    public int announce(Instant now) {
        int told = 0;
        for (var account : database.read(store::accounts)) {
            if (!account.dueAt().isAfter(now)) {
                told += announce(account.account(), now);
            }
        }
        return told;
    }

    /// When the next is due.
    public Optional<Instant> nextAt() {
        return database.read(store::accounts).stream()
                .map(ClickNewsStore.Waiting::dueAt)
                .min(Instant::compareTo);
    }

    private int announce(AccountId account, Instant now) {
        try {
            return database.inTx(tx -> tell(tx, account, store.take(tx, account, now, AT_ONCE)));
        } catch (RuntimeException e) {
            LOG.warn("some of {} clicks of account {} cannot be told of; trying each alone", AT_ONCE, account, e);
            return announceEachAlone(account, now);
        }
    }

    private int tell(Tx tx, AccountId account, List<ClickNewsStore.News> news) {
        events.appendAll(
                tx,
                account,
                news.stream()
                        .map(one -> new Event.LinkClicked(one.subscriber(), one.url(), one.at()))
                        .toList());
        return news.size();
    }

    private int announceEachAlone(AccountId account, Instant now) {
        int told = 0;
        for (long id : database.read(tx -> store.due(tx, account, now, AT_ONCE))) {
            try {
                told += database.inTx(tx -> tell(tx, account, store.takeOne(tx, account, id)));
            } catch (RuntimeException e) {
                postpone(account, id, now, e);
                told++;
            }
        }
        return told;
    }

    private void postpone(AccountId account, long id, Instant now, RuntimeException cause) {
        if (database.inTx(tx -> store.postpone(tx, account, id, now.plus(AFTER_FAILURE))) < ATTEMPTS_MAX) {
            LOG.warn("click {} of account {} cannot be told of now", id, account, cause);
        } else {
            LOG.error("click {} of account {} is given up: nothing follows from it", id, account, cause);
            database.useTx(tx -> store.takeOne(tx, account, id));
        }
    }
}
