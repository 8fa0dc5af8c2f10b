package reynard.purchase;

import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.ProductId;
import reynard.id.PurchaseId;
import reynard.mail.EmailAddress;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;

/// What subscribers bought.
public final class Purchases {
    private final PurchaseStore store = new PurchaseStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final Subscribers subscribers;
    private final InstantSource clock;

    public Purchases(Database database, IdBlocks ids, Events events, Subscribers subscribers, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.subscribers = subscribers;
        this.clock = clock;
    }

    /// A purchase as it was written, and whether it is new.
    public record Recorded(Purchase purchase, boolean created) {}

    /// Records a purchase. The same transaction again replaces what was known of it. A buyer who is not on the list yet
    /// is put there; products are known from their first sale on.
    ///
    /// @param items no two with the same `lid` or `pid`
    public Recorded record(
            AccountId account, EmailAddress buyer, Purchase.Transaction transaction, List<Purchase.Item> items) {
        return database.inTx(tx -> {
            var subscriber = subscribers
                    .findByEmail(tx, account, buyer.value())
                    .orElseGet(() -> subscribers
                            .upsert(tx, account, buyer, Optional.empty(), SubscriberState.ACTIVE, Map.of())
                            .subscriber());
            var now = clock.instant();
            var written = store.put(tx, account, new PurchaseId(ids.next()), subscriber.id(), transaction, now);
            var products = products(tx, account, items, now);
            store.replaceItems(tx, account, written.id(), items, products);
            var purchase = new Purchase(written.id(), subscriber.id(), subscriber.emailAddress(), transaction, items);
            if (written.created()) {
                events.append(tx, account, new Event.PurchaseCreated(written.id(), subscriber.id(), now));
            }
            return new Recorded(purchase, written.created());
        });
    }

    private Map<String, ProductId> products(
            Tx tx, AccountId account, List<Purchase.Item> items, java.time.Instant now) {
        Set<String> pids = new HashSet<>();
        for (var item : items) {
            if (pids.add(item.pid())) {
                store.insertProduct(tx, account, new ProductId(ids.next()), item.pid(), item.name(), now);
            }
        }
        return store.products(tx, account, pids);
    }

    /// The newest first.
    public Page<Purchase> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> {
            var found = store.list(tx, account, page);
            var items = store.items(
                    tx, account, found.items().stream().map(Purchase::id).toList());
            return found.map(purchase -> with(purchase, items.getOrDefault(purchase.id(), List.of())));
        });
    }

    public Optional<Purchase> find(Tx tx, AccountId account, PurchaseId id) {
        return store.find(tx, account, id)
                .map(purchase ->
                        with(purchase, store.items(tx, account, List.of(id)).getOrDefault(id, List.of())));
    }

    /// What was bought.
    public Set<ProductId> products(Tx tx, AccountId account, Purchase purchase) {
        var pids = purchase.items().stream().map(Purchase.Item::pid).toList();
        return Set.copyOf(store.products(tx, account, pids).values());
    }

    private static Purchase with(Purchase purchase, List<Purchase.Item> items) {
        return new Purchase(
                purchase.id(), purchase.subscriber(), purchase.emailAddress(), purchase.transaction(), items);
    }
}
