package reynard.tag;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.id.TagId;

/// Labels, and who wears them.
public final class Tags {
    private final TagStore store = new TagStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Tags(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// A tag, and whether it is new.
    public record Saved(Tag tag, boolean created) {}

    /// Creates the tag, or answers the one that has this name in whatever case.
    public Saved create(AccountId account, String name) {
        return database.inTx(tx -> {
            var tag = new Tag(new TagId(ids.next()), name, clock.instant());
            return store.insert(tx, account, tag)
                    ? new Saved(tag, true)
                    : new Saved(store.findByName(tx, account, name).orElseThrow(), false);
        });
    }

    public Page<Tag> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    public Map<TagId, Long> subscriberCounts(AccountId account, Collection<TagId> tags) {
        return database.inTx(tx -> store.subscriberCounts(tx, account, tags));
    }

    public Optional<Tag> find(Tx tx, AccountId account, TagId id) {
        return store.find(tx, account, id);
    }

    /// Since when a subscriber wears a tag, and whether that is new.
    public record Tagged(Instant at, boolean added) {}

    /// Both must exist.
    public Tagged tag(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        var now = clock.instant();
        return store.insertTagging(tx, account, tag, subscriber, ids.next(), now)
                ? new Tagged(now, true)
                : new Tagged(store.taggedAt(tx, account, tag, subscriber), false);
    }

    /// Removing a tag that is not worn changes nothing.
    public void untag(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        store.deleteTagging(tx, account, tag, subscriber);
    }
}
