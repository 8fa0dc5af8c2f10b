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
    }

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    public void append(Tx tx, AccountId account, Event event) {
        for (var listener : listeners) {
            listener.happened(tx, account, event);
        }
    }
}
