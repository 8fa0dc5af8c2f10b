package reynard.segment;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.Id;
import reynard.id.SegmentId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.segment.Condition.EmailContains;
import reynard.segment.Condition.FieldContains;
import reynard.segment.Condition.FieldHasValue;
import reynard.segment.Condition.FieldIs;
import reynard.segment.Condition.FieldIsNot;
import reynard.segment.Condition.HasTag;
import reynard.segment.Condition.InForm;
import reynard.segment.Condition.InSequence;
import reynard.segment.Condition.StateIs;
import reynard.segment.Condition.Subscribed;
import reynard.subscriber.SubscriberCondition;

/// Saved questions about the subscribers of an account, answered anew each time.
public final class Segments {
    private final SegmentStore store = new SegmentStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Segments(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// @param filter names nothing that is [#unknown]
    public Segment create(Tx tx, AccountId account, String name, Filter filter) {
        var now = clock.instant();
        var segment = new Segment(new SegmentId(ids.next()), name, filter, now, now);
        store.insert(tx, account, segment);
        return segment;
    }

    public Page<Segment> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    public Optional<Segment> find(Tx tx, AccountId account, SegmentId id) {
        return store.find(tx, account, id);
    }

    /// What is absent stays as it is.
    ///
    /// @param filter names nothing that is [#unknown]
    /// @return empty when there is no such segment
    public Optional<Segment> update(
            Tx tx, AccountId account, SegmentId id, Optional<String> name, Optional<Filter> filter) {
        return store.findForUpdate(tx, account, id).map(before -> {
            var after = new Segment(
                    id,
                    name.orElse(before.name()),
                    filter.orElse(before.filter()),
                    before.createdAt(),
                    clock.instant());
            store.update(tx, account, after);
            return after;
        });
    }

    public sealed interface Deletion {
        record Deleted() implements Deletion {}

        record NoSuchSegment() implements Deletion {}

        /// These sequences exclude by it, and these broadcasts are for those in it or not for them; without it they
        /// would
        /// mail those whom they must not.
        record InUse(List<SequenceId> sequences, List<BroadcastId> broadcasts) implements Deletion {}
    }

    public Deletion delete(AccountId account, SegmentId id) {
        return database.inTx(tx -> {
            var sequences = store.excludedBy(tx, account, id);
            var broadcasts = store.audienceOf(tx, account, id);
            if (!sequences.isEmpty() || !broadcasts.isEmpty()) {
                return new Deletion.InUse(sequences, broadcasts);
            }
            return store.delete(tx, account, id) ? new Deletion.Deleted() : new Deletion.NoSuchSegment();
        });
    }

    /// What the filter names and the account has not, in the filter's order, each once.
    public List<Id> unknown(Tx tx, AccountId account, Filter filter) {
        var named = filter.conditions().flatMap(Segments::names).distinct().toList();
        var existing = store.existing(tx, account, named);
        return named.stream().filter(id -> !existing.contains(id)).toList();
    }

    private static Stream<Id> names(Condition any) {
        return switch (any) {
            case HasTag(var tag) -> Stream.of(tag);
            case InForm(var form) -> Stream.of(form);
            case InSequence(var sequence) -> Stream.of(sequence);
            case FieldIs condition -> Stream.of(condition.field());
            case FieldIsNot condition -> Stream.of(condition.field());
            case FieldContains condition -> Stream.of(condition.field());
            case FieldHasValue(var field) -> Stream.of(field);
            case Condition.FieldEquals condition -> Stream.of(condition.field());
            case Condition.FieldCompares condition -> Stream.of(condition.field());
            case Condition.CameByForm(var forms) -> forms.stream().map(form -> form);
            case Condition.Matches(var filter) -> filter.conditions().flatMap(Segments::names);
            case StateIs _, Subscribed _, EmailContains _ -> Stream.empty();
            case Condition.CameFrom _, Condition.Near _, Condition.Engaged _ -> Stream.empty();
        };
    }

    /// Who matches now, by id, the newest first.
    public Page<SubscriberId> matching(Tx tx, AccountId account, Filter filter, PageRequest page) {
        return store.matching(tx, account, filter, page);
    }

    /// Those among the given who match the segment now; nobody when there is no such segment.
    public Set<SubscriberId> matching(Tx tx, AccountId account, SegmentId segment, Collection<SubscriberId> among) {
        return store.find(tx, account, segment)
                .map(found -> store.matching(tx, account, found.filter(), among))
                .orElse(Set.of());
    }

    /// Those who match now, may be mailed and were there at a moment, a step of them: by id, after another.
    public List<SubscriberId> walk(
            Tx tx, AccountId account, Filter filter, SubscriberId after, Instant createdUntil, int limit) {
        return store.walk(tx, account, filter, after, createdUntil, limit);
    }

    /// How many match now.
    public long count(Tx tx, AccountId account, Filter filter) {
        return store.count(tx, account, filter);
    }

    /// The filter as a condition, for lists of subscribers.
    static SubscriberCondition condition(Filter filter) {
        var sql = SegmentSql.of(filter);
        return new SubscriberCondition(sql.condition(), sql.parameters());
    }
}
