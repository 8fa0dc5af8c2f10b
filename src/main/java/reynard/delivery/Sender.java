package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.DeliveryStore.Kept;
import reynard.delivery.DeliveryStore.Marking;
import reynard.delivery.DeliveryStore.Result;
import reynard.delivery.smtp.Begun;
import reynard.delivery.smtp.ConnectionPool;
import reynard.delivery.smtp.EnhancedStatus;
import reynard.delivery.smtp.Envelope;
import reynard.delivery.smtp.Opening;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.Reply;
import reynard.delivery.smtp.ReplyClass;
import reynard.delivery.smtp.SendOutcome;
import reynard.delivery.smtp.SmtpTransaction;
import reynard.delivery.smtp.Stage;
import reynard.event.Event.Departure;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.mail.EmailAddress;
import reynard.schedule.Backoff;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;

/// Sends what is queued, each connection on a virtual thread of its own.
///
/// The order of things for one email, which the promise rests on: the claim is durable; the relay waits for the
/// message, or for its final dot; the mark is durable; the dot goes out; the reply, the reader's next step and the news
/// of it are durable in one transaction; only then is another email of this connection marked. So a crash leaves at
/// most one email per connection of which nobody knows whether it arrived, and those are the marked ones.
public final class Sender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sender.class);
    private static final Duration GIVE_UP_AFTER = Duration.ofDays(4);
    /// Time for a late reply to come on record, and for the operator to see which ones they are.
    static final Duration UNCERTAIN_PAUSE = Duration.ofMinutes(1);

    private static final Duration AFTER_DATABASE_FAILURE = Duration.ofSeconds(1);
    private static final int POISONED_AFTER = 3;
    private static final String FATAL = "each time that it was written, the server ended";

    /// What was written is written anew when it has waited so long for a connection.
    private static final Duration FRESH = Duration.ofSeconds(10);

    /// Broadcasts keep one in so many connections while there is mail of sequences.
    private static final int BROADCASTS_KEEP_ONE_IN = 4;
    private static final int REPLY_CHARACTERS_MAX = 2_000;

    private final Database database;
    private final Deliveries deliveries;
    private final DeliveryStore store;
    private final Sources sources;
    private final Letters letters;
    private final Subscribers subscribers;
    private final Relays relays;
    private final Destinations destinations;
    private final boolean rated;
    private final Exchanges exchanges;
    private final ConnectionPool connections;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final long node;
    private final boolean addressed;
    private final Runnable whenDone;
    /// Those that are claimed and not done with.
    private final Semaphore slots;

    private final LetterSlots letterSlots = new LetterSlots();
    private final Bookmarks bookmarks = new Bookmarks(System::nanoTime);
    private final Map<Relay, Semaphore> lines = new HashMap<>();
    private final GroupCommit<Marking, Boolean> marks = new GroupCommit<>(this::mark, this::onTheirWay);
    private final GroupCommit<Verdict, Boolean> results = new GroupCommit<>(this::record, this::onTheirWay);
    private final AtomicInteger broadcastsOnTheirWay = new AtomicInteger();
    /// For the one email that is written on trial.
    private final Lock trial = new ReentrantLock();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicLong accepted = new AtomicLong();
    private final Set<Claim> underWay = ConcurrentHashMap.newKeySet();
    /// Accounts of which this node may hold deliveries that are not under way.
    private final Set<AccountId> straying = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /// @param node this process's id, under which it holds its session lock
    /// @param domainRate how many emails go to one recipient domain in a minute
    /// @param patience how long an email waits for its domain to have a place before it goes back into the queue
    /// @param exchanges where mail goes that no relay takes
    /// @param addressed whether mail of a list waits until its account has a postal address
    /// @param whenDone called when there is room for more; may start the next round
    public Sender(
            Database database,
            Deliveries deliveries,
            Letters letters,
            Subscribers subscribers,
            Relays relays,
            Optional<Integer> domainRate,
            Duration patience,
            Exchanges exchanges,
            ConnectionPool connections,
            InstantSource clock,
            RandomGenerator random,
            long node,
            boolean addressed,
            Runnable whenDone) {
        this.database = database;
        this.deliveries = deliveries;
        this.store = deliveries.store();
        this.sources = deliveries.sources();
        this.letters = letters;
        this.subscribers = subscribers;
        this.relays = relays;
        this.destinations = new Destinations(relays.connections(), domainRate, patience);
        this.rated = domainRate.isPresent();
        this.exchanges = exchanges;
        this.connections = connections;
        this.clock = clock;
        this.random = random;
        this.node = node;
        this.addressed = addressed;
        this.whenDone = whenDone;
        this.slots = new Semaphore(relays.held());
        relays.all().forEach(relay -> lines.put(relay, new Semaphore(relay.connections(), true)));
    }

    /// @param ending what follows from how the conversation ended; may look into the database
    private record Verdict(Claim claim, Function<Tx, Ending> ending) {}

    /// @param round what it says of the recipient's domain
    /// @param took the conversation; zero if there was none
    /// @param recorded ends when it is on record; with false if that could not be, and never will by this node
    private record Tried(Destinations.Round round, Duration took, CompletableFuture<Boolean> recorded) {
        static final CompletableFuture<Boolean> ON_RECORD = CompletableFuture.completedFuture(true);

        Tried(Destinations.Round round, CompletableFuture<Boolean> recorded) {
            this(round, Duration.ZERO, recorded);
        }

        static Tried unsaid() {
            return new Tried(Destinations.Round.OTHER, ON_RECORD);
        }

        Tried since(long nanos) {
            return new Tried(round, Duration.ofNanos(System.nanoTime() - nanos), recorded);
        }
    }

    /// How many have a connection.
    private int onTheirWay() {
        return relays.connections()
                - lines.values().stream().mapToInt(Semaphore::availablePermits).sum();
    }

    /// Takes queued emails, a fair share of them for each account, and begins to send them, once half of what may wait
    /// is gone. Does not wait for them.
    ///
    /// Notices come first, for somebody is waiting for each; then the mail of sequences, whose moment is the
    /// reader's own. While there is such mail, broadcasts have a quarter of the connections, and the rest when
    /// there is none: so a large one delays nobody's sequence, and goes on.
    ///
    /// @return how many were taken
    public int dispatch(Instant now) {
        takeBackStrays(now);
        int room = relays.room(now);
        if (room == 0 || !isRoomy()) {
            return 0;
        }
        var ready = new LinkedHashMap<AccountId, Set<String>>();
        ready(now)
                .forEach(queue -> ready.computeIfAbsent(queue.account(), _ -> new HashSet<>())
                        .add(queue.kind()));
        int taken = 0;
        int accounts = ready.size();
        @Nullable RuntimeException failure = null;
        for (var entry : ready.entrySet()) {
            int share = Math.min(Math.ceilDiv(slots.availablePermits(), accounts--), room - taken);
            if (share > 0 && !stopping) {
                try {
                    taken += dispatch(entry.getKey(), entry.getValue(), share, now);
                } catch (RuntimeException e) {
                    // The others have their turn before it is told.
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        return taken;
    }

    /// The queues from which something may go out now.
    private List<DeliveryStore.Ready> ready(Instant now) {
        var places = bookmarks.places();
        var ready = database.inTx(tx -> store.ready(tx, addressed, places)).stream()
                .filter(queue -> !queue.nextAttemptAt().isAfter(now))
                .toList();
        if (ready.isEmpty() && !places.isEmpty()) {
            bookmarks.clear();
            return ready(now);
        }
        return ready;
    }

    /// Whether a claim is worth its statements: half of those that wait for a connection are gone. The others keep the
    /// connections busy until it is made.
    private boolean isRoomy() {
        int free = slots.availablePermits();
        return free >= (relays.held() - relays.connections()) / 2
                || relays.worthClaiming().stream().anyMatch(enough -> free >= enough);
    }

    private int dispatch(AccountId account, Set<String> kinds, int share, Instant now) {
        int taken = 0;
        if (kinds.contains("notice")) {
            taken += take(account, "notice", share, now);
        }
        int rest = share - taken;
        int kept = kinds.contains("broadcast")
                ? Math.clamp(relays.held() / BROADCASTS_KEEP_ONE_IN - broadcastsOnTheirWay.get(), 0, rest)
                : 0;
        if (kinds.contains("sequence") && rest > kept) {
            taken += take(account, "sequence", rest - kept, now);
        }
        int left = share - taken;
        if (kinds.contains("broadcast") && left > 0) {
            taken += take(account, "broadcast", left, now);
        }
        return taken;
    }

    private int take(AccountId account, String kind, int limit, Instant now) {
        var queue = new Bookmarks.Queue(account, kind);
        var from = bookmarks.of(queue);
        var claimed = claims(account, tx -> store.claim(tx, queue, from, node, now, limit));
        int taken = begin(claimed.all());
        if (taken == limit) {
            claimed.end().ifPresent(end -> bookmarks.put(queue, end));
            return taken;
        }
        bookmarks.remove(queue);
        return from.equals(Bookmarks.Place.HEAD) ? taken : taken + take(account, kind, limit - taken, now);
    }

    private int begin(List<Taken> claims) {
        for (var taken : claims) {
            var claim = taken.claim();
            // Only this loop takes slots, so those counted above are there.
            slots.acquireUninterruptibly();
            boolean isBroadcast = claim.kind() instanceof Kind.BroadcastMail;
            broadcastsOnTheirWay.addAndGet(isBroadcast ? 1 : 0);
            underWay.add(claim);
            executor.execute(() -> {
                boolean ended = false;
                try {
                    ended = send(claim, taken.draft());
                } finally {
                    broadcastsOnTheirWay.addAndGet(isBroadcast ? -1 : 0);
                    underWay.remove(claim);
                    if (!ended) {
                        straying.add(claim.account());
                    }
                    slots.release();
                    if (isRoomy()) {
                        whenDone.run();
                    }
                }
            });
        }
        return claims.size();
    }

    /// @param draft what its letter is made of; empty when there is none any more, or its bytes are kept
    private record Taken(Claim claim, Optional<Letters.Parts> draft) {}

    /// @param end the place of the last of them
    private record Batch(List<Taken> all, Optional<Bookmarks.Place> end) {}

    private Batch claims(AccountId account, Function<Tx, List<DeliveryStore.Claimed>> claim) {
        try {
            return database.inTx(tx -> {
                store.hold(tx, account, node, clock.instant());
                var claimed = claim.apply(tx);
                var claims = claimed.stream().map(DeliveryStore.Claimed::claim).toList();
                var drafts = letters.parts(tx, account, claims);
                return new Batch(
                        claims.stream()
                                .map(one -> new Taken(one, Optional.ofNullable(drafts.get(one.delivery()))))
                                .toList(),
                        claimed.stream().map(DeliveryStore.Claimed::place).max(Comparator.naturalOrder()));
            });
        } catch (RuntimeException e) {
            // The commit may have happened all the same.
            straying.add(account);
            throw e;
        }
    }

    /// What this node holds and does not work on was claimed by a commit whose reply was lost, or dropped on its way.
    private void takeBackStrays(Instant now) {
        for (var account : List.copyOf(straying)) {
            var busy = underWay.stream()
                    .filter(claim -> claim.account().equals(account))
                    .map(Claim::delivery)
                    .toList();
            straying.remove(account);
            try {
                database.useTx(tx -> deliveries.takeBack(tx, account, node, false, busy, now));
            } catch (RuntimeException e) {
                straying.add(account);
                throw e;
            }
        }
    }

    /// When the next queued email may be tried, whoever's it is.
    public Optional<Instant> nextAttemptAt() {
        var possibleAt = relays.roomAt(clock.instant());
        return oldestDueAt().map(at -> at.isBefore(possibleAt) ? possibleAt : at);
    }

    /// Since when the first in the queue may be sent, or from when on; empty when there is none.
    public Optional<Instant> oldestDueAt() {
        return database.inTx(tx -> store.ready(tx, addressed, Map.of())).stream()
                .map(DeliveryStore.Ready::nextAttemptAt)
                .findFirst();
    }

    /// How many connections carry an email now.
    public int busyConnections() {
        return onTheirWay();
    }

    /// How many wait for one.
    public int idleConnections() {
        return connections.idleCount();
    }

    /// Waits until nothing is on its way.
    public void awaitQuiet() {
        slots.acquireUninterruptibly(relays.held());
        slots.release(relays.held());
    }

    /// How many emails the relay has accepted since the start.
    public long accepted() {
        return accepted.get();
    }

    /// @return whether it is on record how it ended
    private boolean send(Claim claim, Optional<Letters.Parts> draft) {
        CompletableFuture<Boolean> recorded;
        try {
            recorded = renderAndSend(claim, draft);
        } catch (BrokenEmail e) {
            recorded =
                    finish(claim, ending(claim, Delivery.State.HELD, "unrendered", "", e.sentence(), "template_error"));
        } catch (RuntimeException | Error e) {
            // The row stays claimed by this node; whatever it was, it must not end the others.
            LOG.error("delivery {} could not be sent", claim.delivery(), e);
            recorded = Database.isFailure(e)
                    ? finish(claim, retry(claim, "broken", "", String.valueOf(e.getMessage())))
                    : finish(claim, tx -> poisonous(tx, claim, e));
        }
        return recorded.join();
    }

    private CompletableFuture<Boolean> renderAndSend(Claim claim, Optional<Letters.Parts> draft) {
        if (claim.kind() instanceof Kind.NoticeMail notice && clock.instant().isAfter(notice.giveUpAt())) {
            return finish(claim, ending(claim, Delivery.State.FAILED, "broken", "", "not sent in time", "gave_up"));
        }
        if (claim.trials().orElse(0) >= POISONED_AFTER) {
            return finish(claim, ending(claim, Delivery.State.HELD, "unrendered", "", FATAL, "poison"));
        }
        var written = clock.instant();
        var letter = claim.trials().isPresent() ? onTrial(claim, draft) : letter(claim, draft);
        if (letter.isEmpty()) {
            return finish(claim, gone(claim));
        }
        return switch (relays.choose(claim.delivery(), letter.get().fromDomain(), written)) {
            case Relays.Choice.Nowhere _ -> finish(claim, nowhere(claim, letter.get()));
            case Relays.Choice.Wait(var until) -> {
                putOff(claim, until);
                yield Tried.ON_RECORD;
            }
            case Relays.Choice.Chosen(var relay) -> {
                long began = System.nanoTime();
                try {
                    yield enter(claim, draft, letter.get(), relay, written);
                } finally {
                    relays.left(relay, Duration.ofNanos(System.nanoTime() - began));
                }
            }
        };
    }

    /// Gone between the claim and now; the news of it could not reach a claimed row.
    private Ending gone(Claim claim) {
        return ending(claim, Delivery.State.SKIPPED, "broken", "", "no longer there", "gone");
    }

    private Ending nowhere(Claim claim, Letters.Letter letter) {
        return ending(
                claim,
                Delivery.State.HELD,
                "broken",
                "",
                "no relay is for mail from " + letter.fromDomain(),
                "no_relay");
    }

    private record Way(Relay relay, String from, String to, Instant written) {}

    /// Takes one of the places that its domain has, and then a line.
    ///
    /// @return ends when what came of it is on record
    private CompletableFuture<Boolean> enter(
            Claim claim, Optional<Letters.Parts> draft, Letters.Letter letter, Relay relay, Instant written) {
        var to = letter.recipient().asciiDomain();
        var domain = place(relay, to);
        var full = destinations.enter(domain, claim.kind() instanceof Kind.NoticeMail, clock.instant());
        if (full.isPresent()) {
            putOff(claim, full.get());
            return Tried.ON_RECORD;
        }
        var way = new Way(relay, letter.fromDomain(), to, written);
        var tried = Tried.unsaid();
        try {
            tried = takeLine(claim, draft, letter, way);
        } finally {
            destinations.left(domain, tried.round(), tried.took(), clock.instant());
        }
        return tried.recorded();
    }

    /// What counts together: where there is no relay, the domains whose mail one operator takes in; where there are
    /// several, each for itself, so that a slow one does not keep a domain from the others. A rate is for all.
    private String place(Relay relay, String domain) {
        if (relay.isDirect()) {
            return exchanges.operator(domain);
        }
        return relays.all().size() > 1 && !rated ? domain + " by " + relay : domain;
    }

    private Tried takeLine(Claim claim, Optional<Letters.Parts> draft, Letters.Letter first, Way way) {
        var free = Optional.ofNullable(lines.get(way.relay())).orElseThrow();
        free.acquireUninterruptibly();
        try {
            if (stopping) {
                withdraw(claim);
                return Tried.unsaid();
            }
            if (relays.isDown(way.relay())) {
                putOff(claim, relays.roomAt(clock.instant()));
                return Tried.unsaid();
            }
            boolean stale = draft.isPresent()
                    && !claim.isWritten()
                    && way.written().plus(FRESH).isBefore(clock.instant());
            var letter = stale ? letters.write(claim, clock.instant()) : Optional.of(first);
            if (letter.isEmpty()) {
                return new Tried(Destinations.Round.OTHER, finish(claim, gone(claim)));
            }
            long began = System.nanoTime();
            return transmit(claim.sentFrom(letter.get().sender()), letter.get(), way)
                    .since(began);
        } finally {
            free.release();
        }
    }

    /// Our own program cannot make this email. It may next time, but not for ever. If it was at fault after the mark,
    /// nobody knows whether the email arrived.
    private Ending poisonous(Tx tx, Claim claim, Throwable fault) {
        if (store.isMarked(tx, claim, node)) {
            return uncertain(tx, claim, fault.toString());
        }
        long before = store.countAttempts(tx, claim.account(), claim.delivery(), "unrendered");
        return before + 1 < POISONED_AFTER
                ? retry(claim, "unrendered", "", fault.toString())
                : ending(claim, Delivery.State.HELD, "unrendered", "", fault.toString(), "poison");
    }

    /// A node has ended that had taken it, perhaps by writing it. So it is on record that it is being written now, one
    /// email at a time: whichever ends a node is known by it, and the others are not taken for it.
    private Optional<Letters.Letter> onTrial(Claim claim, Optional<Letters.Parts> draft) {
        trial.lock();
        try {
            tryOut(claim, Optional.of(claim.trials().orElse(0) + 1));
            try {
                return letter(claim, draft);
            } finally {
                tryOut(claim, Optional.empty());
            }
        } finally {
            trial.unlock();
        }
    }

    private void tryOut(Claim claim, Optional<Integer> trials) {
        database.useTx(tx -> store.tryOut(tx, claim, node, trials));
    }

    private Optional<Letters.Letter> letter(Claim claim, Optional<Letters.Parts> draft) {
        var kept = claim.isWritten()
                ? database.inTx(tx -> store.findMessage(tx, claim.account(), claim.delivery()))
                : Optional.<Kept>empty();
        if (kept.isEmpty()) {
            return draft.map(parts -> letters.letter(claim, parts, clock.instant()));
        }
        // It may have arrived, so it goes out as it was, byte for byte.
        return recipient(claim)
                .flatMap(EmailAddress::parse)
                .flatMap(to -> EmailAddress.parse(kept.get().envelopeSender())
                        .map(from -> new Letters.Letter(
                                from,
                                to,
                                FromDomain.of(kept.get().message()),
                                kept.get().message(),
                                Optional.empty())));
    }

    private Optional<String> recipient(Claim claim) {
        if (claim.kind() instanceof Kind.NoticeMail notice) {
            return Optional.of(notice.recipient());
        }
        return claim.kind()
                .subscriber()
                .flatMap(id -> database.inTx(tx -> subscribers.find(tx, claim.account(), id)))
                .map(Subscriber::emailAddress);
    }

    private Tried transmit(Claim claim, Letters.Letter letter, Way way) {
        if (!way.relay().isDirect()) {
            return transmit(claim, letter, way, List.of(way.relay()));
        }
        return switch (exchanges.of(way.to(), way.relay().port(), clock.instant())) {
            case Exchanges.Exchange.Hosts(var hosts) -> transmit(claim, letter, way, hosts);
            case Exchanges.Exchange.Unreachable(var outcome) -> notBegun(claim, way, outcome);
        };
    }

    /// @param hosts the first of these that takes a connection gets it
    private Tried transmit(Claim claim, Letters.Letter letter, Way way, List<Relay> hosts) {
        var envelope = new Envelope(letter.sender(), letter.recipient(), Optional.of(claim.messageId()));
        int host = 0;
        boolean fresh = false;
        while (true) {
            switch (fresh ? connections.open(hosts.get(host)) : connections.take(hosts.get(host))) {
                case SendOutcome.NotSent outcome -> {
                    if (way.relay().isDirect()) {
                        exchanges.failed(hosts.get(host), outcome, clock.instant());
                    }
                    if (host == hosts.size() - 1) {
                        return notBegun(claim, way, outcome);
                    }
                    host++;
                    fresh = false;
                }
                case Opening.Opened(var connection) -> {
                    if (way.relay().isDirect()) {
                        exchanges.reached(hosts.get(host));
                    }
                    try {
                        var begun = connection.begin(envelope, letter.message());
                        if (!(begun instanceof SendOutcome.Stale) || fresh || !connection.awaitRecord()) {
                            return conclude(claim, letter, begun, way);
                        }
                        // The relay has closed this one, and so perhaps all that wait; a new one is never stale.
                        fresh = true;
                    } finally {
                        connections.giveBack(connection);
                    }
                }
            }
        }
    }

    private Tried notBegun(Claim claim, Way way, SendOutcome.NotSent outcome) {
        return new Tried(ended(way, outcome), finish(claim, notSent(claim, outcome)));
    }

    private Tried conclude(Claim claim, Letters.Letter letter, Begun begun, Way way) {
        return switch (begun) {
            case SendOutcome.NotSent outcome -> notBegun(claim, way, outcome);
            case Begun.Ready(var transaction) -> {
                int slot = letterSlots.take();
                if (!mark(claim, slot, letter, transaction)) {
                    letterSlots.giveBack(slot);
                    yield Tried.unsaid();
                }
                var outcome = transaction.finish();
                // Only then: while it is on record nowhere how it ended, its bytes must be there.
                var recorded = finish(claim, tx -> afterDot(tx, claim, outcome)).thenApply(isOnRecord -> {
                    if (isOnRecord) {
                        letterSlots.giveBack(slot);
                    }
                    return isOnRecord;
                });
                transaction.onRecord(recorded);
                if (outcome instanceof SendOutcome.Accepted) {
                    accepted.incrementAndGet();
                }
                yield new Tried(ended(way, outcome), recorded);
            }
        };
    }

    /// Tells the relays how it went.
    ///
    /// @return what it says of the recipient's domain
    private Destinations.Round ended(Way way, SendOutcome outcome) {
        relays.ended(way.relay(), way.from(), outcome, clock.instant());
        return switch (outcome) {
            case SendOutcome.Accepted _ -> Destinations.Round.WELL;
            case SendOutcome.Deferred(var stage, var reply) -> round(stage, reply);
            case SendOutcome.Rejected(var stage, var reply) -> round(stage, reply);
            case SendOutcome.Broken _, SendOutcome.Stale _, SendOutcome.Unsupported _, SendOutcome.Unconfirmed _ ->
                Destinations.Round.OTHER;
        };
    }

    /// Before RCPT nobody knows where it goes to.
    private static Destinations.Round round(Stage stage, Reply reply) {
        return stage.compareTo(Stage.RCPT) >= 0 && ReplyClass.of(stage, reply) == ReplyClass.THROTTLE
                ? Destinations.Round.TOO_MUCH
                : Destinations.Round.OTHER;
    }

    private boolean mark(Claim claim, int slot, Letters.Letter letter, SmtpTransaction transaction) {
        boolean marked;
        try {
            marked = marks.record(claim.account(), Marking.of(claim, slot, letter));
        } catch (RuntimeException e) {
            // No mail without memory.
            transaction.abandon();
            throw e;
        }
        if (!marked) {
            transaction.abandon();
            withdraw(claim);
        }
        return marked;
    }

    private List<Boolean> mark(AccountId account, List<Marking> markings) {
        var now = clock.instant();
        var unkept = sources.unkept(account, markings, now);
        var marked = database.inTx(tx -> {
            unkept.forEach(source -> store.keepSource(tx, account, source, now));
            return store.mark(tx, account, markings, node, now);
        });
        sources.areKept(account, unkept, now);
        return markings.stream()
                .map(marking -> marked.contains(marking.claim().delivery()))
                .toList();
    }

    /// The email must not go out at this moment: back into the queue, which a paused sequence keeps, or out
    /// of it.
    private void withdraw(Claim claim) {
        var now = clock.instant();
        persistently(claim, tx -> {
            store.release(tx, claim, node, now);
            deliveries.dropIfForbidden(tx, claim.account(), claim.delivery(), now);
        });
    }

    /// Nobody takes it now: back into the queue, without an attempt charged.
    private void putOff(Claim claim, Instant until) {
        var now = clock.instant();
        // The database keeps microseconds: what is put off must not be due at once.
        var at = until.isAfter(now) ? until : now.plusMillis(1);
        persistently(claim, tx -> {
            store.release(tx, claim, node, at);
            deliveries.dropIfForbidden(tx, claim.account(), claim.delivery(), now);
        });
    }

    private Ending afterDot(Tx tx, Claim claim, SendOutcome outcome) {
        return switch (outcome) {
            case SendOutcome.Accepted(var reply) ->
                ending(claim, Delivery.State.SENT, "accepted", "dot", reply.toString(), null);
            case SendOutcome.Unconfirmed(var cause) -> uncertain(tx, claim, cause);
            case SendOutcome.NotSent notSent -> notSent(claim, notSent);
        };
    }

    private Ending uncertain(Tx tx, Claim claim, String cause) {
        if (store.holdsUncertain(tx, claim.account(), claim.delivery())) {
            return ending(claim, Delivery.State.HELD, "uncertain", "dot", cause, "uncertain");
        }
        var now = clock.instant();
        return new Ending(
                Delivery.State.UNCERTAIN,
                now,
                attempt(claim, now, "uncertain", "dot", cause),
                Optional.of(now.plus(UNCERTAIN_PAUSE)),
                Optional.of("uncertain"),
                Ending.Blame.NONE,
                Optional.empty());
    }

    private Ending notSent(Claim claim, SendOutcome.NotSent outcome) {
        return switch (outcome) {
            case SendOutcome.Deferred(var stage, var reply) -> {
                var later = retry(claim, "deferred", stage.name(), reply.toString());
                yield ReplyClass.of(stage, reply) == ReplyClass.SOFT_RECIPIENT
                        ? later.blaming(Ending.Blame.SOFT, status(reply))
                        : later;
            }
            case SendOutcome.Rejected(var stage, var reply) ->
                switch (ReplyClass.of(stage, reply)) {
                    case HARD_RECIPIENT ->
                        ending(claim, Delivery.State.FAILED, "rejected", stage.name(), reply.toString(), "bounced")
                                .blaming(Ending.Blame.DEAD, status(reply));
                    case HARD_UNSURE ->
                        ending(claim, Delivery.State.FAILED, "rejected", stage.name(), reply.toString(), "refused")
                                .blaming(Ending.Blame.UNSURE, status(reply));
                    case SOFT_RECIPIENT ->
                        ending(claim, Delivery.State.FAILED, "rejected", stage.name(), reply.toString(), "refused")
                                .blaming(Ending.Blame.SOFT, status(reply));
                    case CONTENT_FAULT ->
                        ending(
                                claim,
                                Delivery.State.FAILED,
                                "rejected",
                                stage.name(),
                                reply.toString(),
                                "content_refused");
                    case OURS ->
                        ending(
                                claim,
                                Delivery.State.HELD,
                                "rejected",
                                stage.name(),
                                reply.toString(),
                                "protocol_fault");
                    // The fault is not the reader's: it is tried again, and the reader stays as they are.
                    case THROTTLE, SENDER_FAULT, SOFT_OTHER -> retry(claim, "rejected", stage.name(), reply.toString());
                };
            case SendOutcome.Broken(var stage, var cause) -> retry(claim, "broken", stage.name(), cause);
            case SendOutcome.Stale(var cause) -> retry(claim, "broken", "MAIL", cause);
            case SendOutcome.Unsupported(var cause) ->
                ending(claim, Delivery.State.FAILED, "unsupported", "MAIL", cause, "unsupported");
        };
    }

    private static Optional<String> status(Reply reply) {
        return reply.status().map(EnhancedStatus::toString);
    }

    private Ending retry(Claim claim, String outcome, String stage, String cause) {
        var now = clock.instant();
        var firstTriedAt = claim.firstTriedAt().orElse(now);
        var giveUpAfter = claim.kind() instanceof Kind.NoticeMail notice
                ? Duration.between(firstTriedAt, notice.giveUpAt())
                : GIVE_UP_AFTER;
        var next = Backoff.next(claim.attempts() + 1, firstTriedAt, now, random.nextDouble(), giveUpAfter);
        return next.map(at -> new Ending(
                        Delivery.State.DEFERRED,
                        now,
                        attempt(claim, now, outcome, stage, cause),
                        Optional.of(at),
                        Optional.empty(),
                        Ending.Blame.NONE,
                        Optional.empty()))
                .orElseGet(() -> ending(claim, Delivery.State.FAILED, outcome, stage, cause, "gave_up"));
    }

    private Ending ending(
            Claim claim, Delivery.State state, String outcome, String stage, String reply, @Nullable String reason) {
        var now = clock.instant();
        return new Ending(
                state,
                now,
                attempt(claim, now, outcome, stage, reply),
                Optional.empty(),
                Optional.ofNullable(reason),
                Ending.Blame.NONE,
                Optional.empty());
    }

    private static Attempt attempt(Claim claim, Instant now, String outcome, String stage, String reply) {
        var words = reply.replace('\0', ' ');
        return new Attempt(
                claim.attempts() + 1,
                now,
                outcome,
                stage.isEmpty() ? Optional.empty() : Optional.of(stage.toLowerCase(java.util.Locale.ROOT)),
                Optional.of(words.substring(0, Math.min(words.length(), REPLY_CHARACTERS_MAX))));
    }

    /// Puts the end of an attempt on record, with all that follows from it.
    ///
    /// @return ends with whether it is, and never with an exception; if it is not, this node does not try any more
    private CompletableFuture<Boolean> finish(Claim claim, Ending ending) {
        return finish(claim, _ -> ending);
    }

    private CompletableFuture<Boolean> finish(Claim claim, Function<Tx, Ending> ending) {
        var verdict = new Verdict(claim, ending);
        return results.begin(claim.account(), verdict)
                .exceptionallyCompose(failure -> finishAlone(verdict, failure))
                .exceptionally(failure -> {
                    LOG.error("delivery {} ends unrecorded", claim.delivery(), failure);
                    return false;
                });
    }

    /// One of those recorded together was at fault, or the database was: each sees to its own.
    private CompletableFuture<Boolean> finishAlone(Verdict verdict, Throwable failure) {
        var claim = verdict.claim();
        LOG.warn("delivery {} could not be recorded with others", claim.delivery(), failure);
        return CompletableFuture.supplyAsync(
                () -> persistently(claim, tx -> record(tx, claim.account(), List.of(verdict))),
                Thread::startVirtualThread);
    }

    private List<Boolean> record(AccountId account, List<Verdict> verdicts) {
        database.useTx(tx -> record(tx, account, verdicts));
        return Collections.nCopies(verdicts.size(), true);
    }

    private void record(Tx tx, AccountId account, List<Verdict> verdicts) {
        // If a fault of ours came after the end of an email, what is said of it first is what happened.
        var first = new LinkedHashMap<DeliveryId, Verdict>();
        verdicts.forEach(verdict -> first.putIfAbsent(verdict.claim().delivery(), verdict));
        var ended = first.values().stream()
                .map(verdict -> new Result(verdict.claim(), verdict.ending().apply(tx)))
                // Rows are always locked in this order, so nobody waits in a circle.
                .sorted(Comparator.comparingLong(
                        result -> result.claim().delivery().value()))
                .toList();
        var written = store.settle(tx, account, ended, node);
        var settled = new ArrayList<Result>();
        for (var result : ended) {
            // What is not written is on record already, by a commit whose reply was lost, or another node has it.
            if (written.contains(result.claim().delivery())) {
                if (result.ending().isSettled()) {
                    settled.add(result);
                } else {
                    deliveries.dropIfForbidden(
                            tx,
                            account,
                            result.claim().delivery(),
                            result.ending().at());
                }
            }
        }
        ended.stream()
                .filter(result -> written.contains(result.claim().delivery()))
                .forEach(result -> blame(tx, result));
        deliveries.tellSettled(tx, account, settled);
    }

    private void blame(Tx tx, Result result) {
        var claim = result.claim();
        var ending = result.ending();
        var reader = claim.kind().subscriber();
        if (reader.isEmpty()) {
            return;
        }
        switch (ending.blame()) {
            case NONE -> {}
            case SOFT, UNSURE -> deliveries.tellRefused(tx, claim, reader.get(), ending);
            case DEAD -> {
                store.markLeft(tx, claim.account(), claim.token(), Departure.BOUNCED, ending.at());
                subscribers.leave(
                        tx,
                        claim.account(),
                        reader.get(),
                        Departure.BOUNCED,
                        ending.attempt().reply().orElse(""),
                        ending.at());
            }
        }
    }

    /// Until it is on record: a reply that nobody remembers would become a second email.
    ///
    /// @return whether it is; not if the server ends before
    private boolean persistently(Claim claim, java.util.function.Consumer<Tx> work) {
        while (true) {
            try {
                database.useTx(work);
                return true;
            } catch (RuntimeException e) {
                if (stopping) {
                    LOG.error("delivery {} ends unrecorded; the next start finds it", claim.delivery(), e);
                    return false;
                }
                LOG.error("delivery {} could not be recorded; trying again", claim.delivery(), e);
                pause();
            }
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(AFTER_DATABASE_FAILURE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    /// Takes nothing more, and waits for what is on its way to be sent and recorded.
    @Override
    public void close() {
        stopping = true;
        executor.close();
        connections.close();
    }
}
