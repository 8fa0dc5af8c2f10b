package reynard.bounce;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.event.Event;
import reynard.event.Event.Departure;
import reynard.event.Events;
import reynard.feedback.Clue;
import reynard.feedback.HostileMail;
import reynard.feedback.MailReports;
import reynard.feedback.Report;
import reynard.feedback.Verdict;
import reynard.id.AccountId;
import reynard.id.FeedbackId;
import reynard.id.SubscriberId;
import reynard.identity.ReturnPath;
import reynard.subscriber.Subscribers;

/// Takes reports in: finds the email that each is about, keeps it, and lets the reader leave when it says that they
/// must.
/// All of one report is one transaction, and a report that comes twice counts once.
public final class Bounces {
    private static final Logger LOG = LoggerFactory.getLogger(Bounces.class);
    private static final int RAW_MAX = 256 * 1024;
    /// A relay gives up after this long, so what it accepted earlier and is not back has arrived.
    private static final Duration BACK_WITHIN = Duration.ofDays(5);

    private final BounceStore store = new BounceStore();
    private final Map<Taken, AtomicLong> counts = new EnumMap<>(Taken.class);
    private final Database database;
    private final IdBlocks ids;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final Deliveries deliveries;
    private final ReturnPath returnPath;
    private final InstantSource clock;

    public Bounces(
            Database database,
            IdBlocks ids,
            Events events,
            Accounts accounts,
            Subscribers subscribers,
            Deliveries deliveries,
            ReturnPath returnPath,
            InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.deliveries = deliveries;
        this.returnPath = returnPath;
        this.clock = clock;
        events.listen(this::happened);
        for (var taken : Taken.values()) {
            counts.put(taken, new AtomicLong());
        }
    }

    /// What became of a report.
    public enum Taken {
        KEPT,
        /// It was here already.
        AGAIN,
        /// It says nothing about delivery: a vacation text, a receipt, a letter.
        IGNORED,
        /// It is about no email that we know.
        UNMATCHED,
        /// It came to an address that looks like ours and that we did not make.
        FORGED,
        /// Larger or deeper than any honest report.
        REFUSED
    }

    /// Takes a message that came back by mail.
    ///
    /// @param sender the envelope's, empty for the null sender
    /// @return false when it was refused
    public boolean takeMail(String sender, List<String> recipients, byte[] message) {
        try {
            for (var report : MailReports.read(sender, recipients, message)) {
                take(report, message);
            }
            return true;
        } catch (HostileMail e) {
            LOG.warn("a returned message was refused: {}", e.getMessage());
            count(Taken.REFUSED);
            return false;
        }
    }

    /// Takes one report; durable when this returns.
    public Taken take(Report report, byte[] raw) {
        var taken = taken(report, raw);
        count(taken);
        if (taken == Taken.FORGED || taken == Taken.UNMATCHED) {
            LOG.info(
                    "a {} report of {} is {}",
                    report.source().wireName(),
                    report.verdict().wireName(),
                    taken);
        }
        return taken;
    }

    private void count(Taken taken) {
        counts.getOrDefault(taken, new AtomicLong()).incrementAndGet();
    }

    /// How many reports ended how since the start.
    public Map<Taken, Long> counts() {
        var now = new EnumMap<Taken, Long>(Taken.class);
        counts.forEach((taken, count) -> now.put(taken, count.get()));
        return now;
    }

    private Taken taken(Report report, byte[] raw) {
        if (!report.verdict().isEvidence()) {
            return Taken.IGNORED;
        }
        var found = find(report.clue());
        if (found.isEmpty()) {
            return isForged(report.clue()) ? Taken.FORGED : Taken.UNMATCHED;
        }
        return keep(found.get(), report, raw) ? Taken.KEPT : Taken.AGAIN;
    }

    // Which email?

    private record Found(AccountId account, Deliveries.Known email) {}

    /// By the address that it came back to first, for that is proved by its MAC; then by what only who had the email
    /// can know.
    private Optional<Found> find(Clue clue) {
        return clue.returnPaths().stream()
                .flatMap(address -> byReturnPath(address).stream())
                .findFirst()
                .or(() -> clue.links().stream()
                        .flatMap(link -> byLink(link).stream())
                        .findFirst())
                .or(() -> clue.messageIds().stream()
                        .flatMap(id -> byMessageId(id).stream())
                        .findFirst());
    }

    private Optional<Found> byReturnPath(String address) {
        return returnPath
                .read(address)
                .flatMap(claimed -> accounts.findByTokenStart(claimed.accountStart()).stream()
                        .filter(account -> returnPath.isGenuine(claimed, account.token()))
                        .flatMap(account -> byToken(account.id(), claimed.deliveryToken()).stream())
                        .findFirst());
    }

    private Optional<Found> byLink(Clue.Link link) {
        return accounts.findByToken(link.account()).flatMap(account -> byToken(account, link.delivery()));
    }

    private Optional<Found> byToken(AccountId account, String token) {
        return database.inTx(tx -> deliveries.findByToken(tx, account, token)).map(email -> new Found(account, email));
    }

    private Optional<Found> byMessageId(String id) {
        int at = id.lastIndexOf('@');
        int dot = at < 0 ? -1 : id.lastIndexOf('.', at);
        if (dot < 1) {
            return Optional.empty();
        }
        var own = id.substring(0, dot);
        return accounts.findByTokenStart(id.substring(dot + 1, at)).stream()
                .map(Account::id)
                .flatMap(account -> database
                        .inTx(tx -> deliveries.findByMessageId(tx, account, own))
                        .map(email -> new Found(account, email))
                        .stream())
                .findFirst();
    }

    private boolean isForged(Clue clue) {
        return clue.returnPaths().stream()
                .flatMap(address -> returnPath.read(address).stream())
                .anyMatch(claimed -> accounts.findByTokenStart(claimed.accountStart()).stream()
                        .noneMatch(account -> returnPath.isGenuine(claimed, account.token())));
    }

    // What follows?

    /// What a relay refuses while it is sent counts as what comes back later; once for each email.
    private void happened(Tx tx, AccountId account, Event event) {
        if (event instanceof Event.RecipientRefused refused) {
            var verdict = refused.soft() ? Verdict.SOFT : Verdict.UNSURE;
            var kept = new KeptReport(
                    new FeedbackId(ids.next()),
                    Report.Source.RELAY,
                    verdict,
                    refused.delivery(),
                    Optional.of(refused.subscriber()),
                    Optional.empty(),
                    refused.status(),
                    refused.words(),
                    refused.at());
            var key = refused.delivery() + ":" + verdict.wireName();
            if (store.insert(tx, account, kept, key, refused.words().getBytes(StandardCharsets.UTF_8))) {
                depart(tx, account, refused.subscriber(), refused.token(), verdict, "relay: " + refused.words());
            }
        }
    }

    private void depart(Tx tx, AccountId account, SubscriberId reader, String token, Verdict verdict, String evidence) {
        var now = clock.instant();
        departure(tx, account, reader, verdict, now).ifPresent(departure -> {
            deliveries.left(tx, account, token, departure, now);
            subscribers.leave(tx, account, reader, departure, evidence, now);
        });
    }

    private boolean keep(Found found, Report report, byte[] raw) {
        var account = found.account();
        var email = found.email();
        return database.inTx(tx -> {
            var now = clock.instant();
            var kept = new KeptReport(
                    new FeedbackId(ids.next()),
                    report.source(),
                    report.verdict(),
                    email.id(),
                    email.subscriber(),
                    report.recipient(),
                    report.status(),
                    report.diagnostic(),
                    now);
            if (!store.insert(tx, account, kept, report.key(), bounded(raw))) {
                return false;
            }
            if (report.verdict().isBounce()) {
                deliveries.bounced(tx, account, email.id(), report.verdict().wireName(), report.diagnostic(), now);
            }
            email.subscriber()
                    .ifPresent(
                            reader -> depart(tx, account, reader, email.token(), report.verdict(), evidence(report)));
            return true;
        });
    }

    private static byte[] bounded(byte[] raw) {
        return raw.length > RAW_MAX ? Arrays.copyOf(raw, RAW_MAX) : raw;
    }

    private static String evidence(Report report) {
        return report.source().wireName() + ": "
                + report.status().map(status -> status + " ").orElse("") + report.diagnostic();
    }

    /// Whether the reader must leave by this report, with those before it.
    private Optional<Departure> departure(
            Tx tx, AccountId account, SubscriberId subscriber, Verdict verdict, Instant now) {
        boolean bounced = switch (verdict) {
            case HARD -> true;
            case UNSURE -> Strikes.isSecond(times(tx, account, subscriber, List.of(Verdict.UNSURE), now));
            case SOFT -> Strikes.isForGood(times(tx, account, subscriber, List.of(Verdict.SOFT, Verdict.UNSURE), now));
            case BLOCKED, CONTENT, OURS, NOT_SPAM, DELAYED, DELIVERED, AUTO_REPLY, UNKNOWN, COMPLAINT -> false;
        };
        if (verdict == Verdict.COMPLAINT) {
            return Optional.of(Departure.COMPLAINED);
        }
        return bounced ? Optional.of(Departure.BOUNCED) : Optional.empty();
    }

    private List<Instant> times(
            Tx tx, AccountId account, SubscriberId subscriber, List<Verdict> verdicts, Instant now) {
        var since = deliveries
                .lastArrival(tx, account, subscriber, now.minus(BACK_WITHIN))
                .orElse(Instant.EPOCH);
        return store.times(tx, account, subscriber, verdicts, since);
    }

    /// Newest first.
    public Page<KeptReport> list(AccountId account, ReportFilter filter, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, filter, page));
    }

    public Optional<KeptReport> find(AccountId account, FeedbackId id) {
        return database.inTx(tx -> store.find(tx, account, id));
    }

    /// What came, as far as it is kept; the report must exist.
    public byte[] raw(AccountId account, FeedbackId id) {
        return database.inTx(tx -> store.raw(tx, account, id));
    }
}
