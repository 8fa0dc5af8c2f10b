package reynard.broadcast;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.delivery.Rests;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.SegmentId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.segment.Condition;
import reynard.segment.Filter;
import reynard.segment.Segments;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;

/// Sends broadcasts: begins each at its time and walks its audience in steps, each a transaction that queues the emails
/// of the next readers and says how far it has come. Whoever dies between two steps has left nothing undone, and the
/// ledger has one email of a broadcast per reader.
///
/// Who is chosen by a tag or a segment is asked when the walk comes to them; who came after it began gets nothing.
public final class Mailing {
    static final int STEP = 500;
    /// So many emails wait for their first try at most: a broadcast that is stopped or whose readers leave has not
    /// filled the ledger for nothing.
    static final int AHEAD = 5_000;

    private static final int AT_ONCE = 50;
    private static final Logger LOG = LoggerFactory.getLogger(Mailing.class);

    private final Database database;
    private final Broadcasts broadcasts;
    private final BroadcastStore store;
    private final Segments segments;
    private final Deliveries deliveries;
    private final Rests rests;
    private final Events events;

    public Mailing(
            Database database,
            Broadcasts broadcasts,
            Segments segments,
            Deliveries deliveries,
            Subscribers subscribers,
            Events events) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.store = broadcasts.store();
        this.segments = segments;
        this.deliveries = deliveries;
        this.rests = new Rests(subscribers, deliveries);
        this.events = events;
    }

    /// Does what is to be done now, of each broadcast one step.
    ///
    /// @return how much was done; nought means that there is nothing to do now
    public int mail(Instant now) {
        int done = 0;
        for (var account : database.inTx(tx -> store.busy(tx, now))) {
            try {
                done += mail(account, now);
            } catch (RuntimeException e) {
                // The others' go on; this one is tried again in the next round.
                LOG.error("broadcasts of account {}: a round failed", account.value(), e);
            }
        }
        return done;
    }

    private int mail(AccountId account, Instant now) {
        int done = 0;
        for (var id : database.inTx(tx -> store.toAppear(tx, account, now, AT_ONCE))) {
            database.useTx(tx -> broadcasts.appear(tx, account, id, now));
            done++;
        }
        for (var id : database.inTx(tx -> store.toBegin(tx, account, now, AT_ONCE))) {
            done += database.inTx(tx -> begin(tx, account, id, now));
        }
        for (var id : database.inTx(tx -> store.sending(tx, account))) {
            done += database.inTx(tx -> step(tx, account, id, now));
        }
        return done;
    }

    private int begin(Tx tx, AccountId account, BroadcastId id, Instant now) {
        if (!store.lockIfFree(tx, account, id)) {
            return 0;
        }
        var broadcast = store.find(tx, account, id).orElseThrow();
        // Its author may have put it off in between.
        if (!(broadcast.stage() instanceof Broadcast.Stage.Scheduled)
                || broadcast.settings().sendAt().filter(at -> !at.isAfter(now)).isEmpty()) {
            return 0;
        }
        var filter = filter(tx, account, broadcast.settings().audience());
        if (filter.isEmpty()) {
            broadcasts.abort(tx, account, id, Broadcast.Reason.AUDIENCE_GONE, now);
        } else {
            store.begin(tx, account, id, segments.count(tx, account, filter.get()), now);
        }
        return 1;
    }

    private int step(Tx tx, AccountId account, BroadcastId id, Instant now) {
        if (!store.lockIfFree(tx, account, id)) {
            return 0;
        }
        var broadcast = store.find(tx, account, id).orElseThrow();
        if (!(broadcast.stage() instanceof Broadcast.Stage.Sending(var since))) {
            return 0;
        }
        var walk = store.walk(tx, account, id);
        if (walk.through()) {
            return complete(tx, account, id, now);
        }
        if (store.untried(tx, account, id, AHEAD) >= AHEAD) {
            return 0;
        }
        var filter = filter(tx, account, broadcast.settings().audience());
        if (filter.isEmpty()) {
            broadcasts.abort(tx, account, id, Broadcast.Reason.AUDIENCE_GONE, now);
            return 1;
        }
        var readers = segments.walk(tx, account, filter.get(), walk.to(), since, STEP);
        deliveries.queue(
                tx,
                account,
                id,
                readers,
                skipped(tx, account, readers, now),
                broadcast.settings().sendAt().orElseThrow(),
                now);
        var to = readers.isEmpty() ? walk.to() : readers.getLast();
        store.walked(tx, account, id, new BroadcastStore.Walk(to, readers.size() < STEP), now);
        return 1;
    }

    /// Whoever wants fewer emails is not sent this one later: it is of its moment.
    private Map<SubscriberId, String> skipped(Tx tx, AccountId account, List<SubscriberId> readers, Instant now) {
        var skipped = new HashMap<SubscriberId, String>();
        rests.of(tx, account, readers, now).forEach((reader, rest) -> {
            if (rest.until(now).isPresent()) {
                skipped.put(reader, rest.code());
            }
        });
        return skipped;
    }

    private int complete(Tx tx, AccountId account, BroadcastId id, Instant now) {
        if (store.isUnderWay(tx, account, id)) {
            return 0;
        }
        store.complete(tx, account, id, now);
        events.append(tx, account, new Event.BroadcastSent(id, now));
        return 1;
    }

    /// To how many it would go if it began now. Empty when something that the audience names is gone.
    public Optional<Long> reach(Tx tx, AccountId account, Audience audience) {
        return filter(tx, account, audience).map(filter -> segments.count(tx, account, filter));
    }

    /// Whom the audience is made of now. Empty when something that it names is gone: without it, `none` would mail
    /// those whom it must not.
    private Optional<Filter> filter(Tx tx, AccountId account, Audience audience) {
        var groups = new ArrayList<Filter.Group>();
        groups.add(new Filter.Group(Filter.Match.ALL, List.of(new Condition.StateIs(SubscriberState.ACTIVE))));
        if (audience instanceof Audience.Chosen(var match, var sources)) {
            if (!broadcasts.unknown(tx, account, sources).isEmpty()) {
                return Optional.empty();
            }
            var conditions = sources.stream()
                    .map(source -> condition(tx, account, source))
                    .toList();
            groups.add(new Filter.Group(match, conditions));
        }
        return Optional.of(new Filter(groups));
    }

    private Condition condition(Tx tx, AccountId account, Audience.Source source) {
        return switch (source.kind()) {
            case TAG -> new Condition.HasTag(new TagId(source.id()));
            case SEGMENT ->
                new Condition.Matches(segments.find(tx, account, new SegmentId(source.id()))
                        .orElseThrow()
                        .filter());
        };
    }

    /// When the next broadcast begins or the next post appears.
    public Optional<Instant> nextAt() {
        return database.inTx(store::nextAt);
    }

    /// Broadcasts that were due until a moment have gone out as far as their author is concerned.
    ///
    /// @return how many
    public int treatAsSent(Instant until, Instant now) {
        int treated = 0;
        for (var account : database.inTx(tx -> store.busy(tx, until))) {
            treated += database.inTx(tx -> store.treatAsSent(tx, account, until, now));
        }
        return treated;
    }
}
