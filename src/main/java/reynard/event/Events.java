package reynard.event;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reynard.db.Tx;
import reynard.id.AccountId;

/// Carries news upwards. A listener runs in the transaction of what it is told of: both are committed, or neither.
public final class Events {
    /// Hears of every event of every account. What it throws undoes what happened.
    @FunctionalInterface
    public interface Listener {
        void happened(Tx tx, AccountId account, Event event);

        /// Hears of many at once, in their order.
        default void allHappened(Tx tx, AccountId account, List<? extends Event> events) {
            for (var event : events) {
                happened(tx, account, event);
            }
        }
    }

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /// The same as one after the other, in fewer statements.
    public void appendAll(Tx tx, AccountId account, List<? extends Event> events) {
        if (events.isEmpty()) {
            return;
        }
        for (var listener : listeners) {
            listener.allHappened(tx, account, events);
        }
    }

    public void append(Tx tx, AccountId account, Event event) {
        for (var listener : listeners) {
            listener.happened(tx, account, event);
        }
    }
}
