package reynard.tag;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.subscriber.MemberFilter;

/// Labels, and who wears them.
public final class Tags {
    private final TagStore store = new TagStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final InstantSource clock;

    public Tags(Database database, IdBlocks ids, Events events, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
        this.clock = clock;
    }

    /// A tag, and whether it is new.
    public record Saved(Tag tag, boolean created) {}

    /// Creates the tag, or answers the one that has this name in whatever case.
    public Saved create(AccountId account, String name) {
        return database.inTx(tx -> {
            var tag = new Tag(new TagId(ids.next()), name, clock.instant());
            if (!store.insert(tx, account, tag)) {
                return new Saved(store.findByName(tx, account, name).orElseThrow(), false);
            }
            events.append(tx, account, new Event.TagCreated(tag.id(), tag.createdAt()));
            return new Saved(tag, true);
        });
    }

    /// As [#create] one after the other, in few statements.
    ///
    /// @param names may name one several times
    /// @return in the order of the names
    public List<Tag> createAll(Tx tx, AccountId account, List<String> names) {
        var now = clock.instant();
        var tags = names.stream()
                .map(name -> new Tag(new TagId(ids.next()), name, now))
                .toList();
        events.appendAll(
                tx,
                account,
                store.insertAll(tx, account, tags, now).stream()
                        .map(id -> new Event.TagCreated(id, now))
                        .toList());
        return store.findByNames(tx, account, names);
    }

    /// Deletes those that are there, off everybody who wears them.
    ///
    /// @return which
    public Set<TagId> deleteAll(Tx tx, AccountId account, Collection<TagId> tags) {
        var now = clock.instant();
        var deleted = store.deleteAll(tx, account, tags);
        events.appendAll(
                tx,
                account,
                deleted.stream()
                        .map(tag -> new Event.TagDeleted(tag.id(), tag.name(), tag.createdAt(), now))
                        .toList());
        return deleted.stream().map(Tag::id).collect(Collectors.toSet());
    }

    public Page<Tag> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    public sealed interface Renaming {
        record Renamed(Tag tag) implements Renaming {}

        record NoSuchTag() implements Renaming {}

        /// Another tag has this name in whatever case.
        record NameTaken() implements Renaming {}
    }

    /// Id and taggings stay.
    public Renaming rename(AccountId account, TagId id, String name) {
        return database.inTx(tx -> {
            if (store.findByName(tx, account, name)
                    .filter(tag -> !tag.id().equals(id))
                    .isPresent()) {
                return store.find(tx, account, id).isPresent() ? new Renaming.NameTaken() : new Renaming.NoSuchTag();
            }
            return store.rename(tx, account, id, name, clock.instant())
                    .<Renaming>map(Renaming.Renamed::new)
                    .orElseGet(Renaming.NoSuchTag::new);
        });
    }

    /// A subscriber who wears a tag, and since when.
    public record Member(SubscriberId subscriber, Instant taggedAt) {}

    /// Who wears the tag, last tagged first.
    public Page<Member> members(Tx tx, AccountId account, TagId tag, MemberFilter filter, PageRequest page) {
        return store.members(tx, account, tag, filter, page);
    }

    /// A tag that a subscriber wears, and since when.
    public record Worn(Tag tag, Instant taggedAt) {}

    /// What the subscriber wears, last tagged first.
    public Page<Worn> worn(Tx tx, AccountId account, SubscriberId subscriber, PageRequest page) {
        return store.worn(tx, account, subscriber, page);
    }

    public Map<TagId, Long> subscriberCounts(AccountId account, Collection<TagId> tags) {
        return database.inTx(tx -> store.subscriberCounts(tx, account, tags));
    }

    public Optional<Tag> find(Tx tx, AccountId account, TagId id) {
        return store.find(tx, account, id);
    }

    /// Those that are there; nobody deletes them before the transaction ends.
    public Set<TagId> hold(Tx tx, AccountId account, Collection<TagId> tags) {
        return store.hold(tx, account, tags);
    }

    /// A tag and someone who wears it, or is to.
    public record Pair(TagId tag, SubscriberId subscriber) {}

    /// As [#tag] one after the other, in few statements.
    ///
    /// @return since when each is worn
    public Map<Pair, Instant> tagAll(Tx tx, AccountId account, Collection<Pair> pairs) {
        var now = clock.instant();
        var wanted = List.copyOf(Set.copyOf(pairs));
        var taggingIds = wanted.stream().map(_ -> ids.next()).toList();
        var news = store.insertTaggings(tx, account, wanted, taggingIds, now).stream()
                .map(pair -> new Event.TagAdded(pair.subscriber(), pair.tag(), now))
                .toList();
        events.appendAll(tx, account, news);
        return store.taggedAt(tx, account, wanted);
    }

    /// As [#untag] one after the other.
    public void untagAll(Tx tx, AccountId account, Collection<Pair> pairs) {
        var now = clock.instant();
        events.appendAll(
                tx,
                account,
                store.deleteTaggings(tx, account, List.copyOf(Set.copyOf(pairs))).stream()
                        .map(pair -> new Event.TagRemoved(pair.subscriber(), pair.tag(), now))
                        .toList());
    }

    /// Since when a subscriber wears a tag, and whether that is new.
    public record Tagged(Instant at, boolean added) {}

    /// Both must exist.
    public Tagged tag(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        var now = clock.instant();
        if (store.insertTagging(tx, account, tag, subscriber, ids.next(), now)) {
            events.append(tx, account, new Event.TagAdded(subscriber, tag, now));
            return new Tagged(now, true);
        }
        // Somebody may have taken it off since; then it is put on again.
        return store.taggedAt(tx, account, tag, subscriber)
                .map(at -> new Tagged(at, false))
                .orElseGet(() -> tag(tx, account, tag, subscriber));
    }

    /// Removing a tag that is not worn changes nothing.
    public void untag(Tx tx, AccountId account, TagId tag, SubscriberId subscriber) {
        if (store.deleteTagging(tx, account, tag, subscriber)) {
            events.append(tx, account, new Event.TagRemoved(subscriber, tag, clock.instant()));
        }
    }
}
