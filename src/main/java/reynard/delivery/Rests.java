package reynard.delivery;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.subscriber.Subscribers;
import reynard.subscriber.Wish;

/// Who of some people wants fewer emails: asked before any email of a list is queued.
public final class Rests {
    private final Subscribers subscribers;
    private final Deliveries deliveries;

    public Rests(Subscribers subscribers, Deliveries deliveries) {
        this.subscribers = subscribers;
        this.deliveries = deliveries;
    }

    /// Those who want all are missing.
    public Map<SubscriberId, Rest> of(Tx tx, AccountId account, Collection<SubscriberId> people, Instant now) {
        var wishes = subscribers.wishes(tx, account, people);
        if (wishes.isEmpty()) {
            return Map.of();
        }
        var weekly = wishes.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Wish.Weekly)
                .map(Map.Entry::getKey)
                .toList();
        var last = weekly.isEmpty() ? Map.<SubscriberId, Instant>of() : deliveries.lastEmails(tx, account, weekly, now);
        var rests = new HashMap<SubscriberId, Rest>();
        wishes.forEach((reader, wish) -> rests.put(reader, new Rest(wish, Optional.ofNullable(last.get(reader)))));
        return rests;
    }
}
