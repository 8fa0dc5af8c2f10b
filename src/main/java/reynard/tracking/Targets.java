package reynard.tracking;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.id.AccountId;
import reynard.id.LinkId;

/// Every address that an account's emails have linked to, each once. They never change and are never taken away, so
/// what is remembered of them is right.
public final class Targets {
    private static final int REMEMBERED = 10_000;

    private final TrackingStore store = new TrackingStore();
    private final Database database;
    private final IdBlocks ids;
    private final Map<Link, LinkId> idsKnown = remembered();
    private final Map<Place, String> urlsKnown = remembered();

    public Targets(Database database, IdBlocks ids) {
        this.database = database;
        this.ids = ids;
    }

    private record Link(AccountId account, String url) {}

    private record Place(AccountId account, LinkId link) {}

    private static <K, V> Map<K, V> remembered() {
        return Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > REMEMBERED;
            }
        });
    }

    /// The id of an address, in a transaction of its own when it is new.
    LinkId keep(AccountId account, String url) {
        var link = new Link(account, url);
        var known = idsKnown.get(link);
        return known == null ? keep(link) : known;
    }

    /// Many letters with a new address are written at once, and one of them asks for all.
    private synchronized LinkId keep(Link link) {
        var known = idsKnown.get(link);
        if (known != null) {
            return known;
        }
        var account = link.account();
        var url = link.url();
        var id = database.inTx(tx -> store.findLink(tx, account, url).orElseGet(() -> {
            store.insertLink(tx, account, new LinkId(ids.next()), url);
            // Another may have been quicker.
            return store.findLink(tx, account, url).orElseThrow();
        }));
        idsKnown.put(link, id);
        return id;
    }

    Optional<String> find(AccountId account, LinkId link) {
        var place = new Place(account, link);
        var known = Optional.ofNullable(urlsKnown.get(place));
        if (known.isPresent()) {
            return known;
        }
        var found = database.read(tx -> store.findUrl(tx, account, link));
        found.ifPresent(url -> urlsKnown.put(place, url));
        return found;
    }
}
