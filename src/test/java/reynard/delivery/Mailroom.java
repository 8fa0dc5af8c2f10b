package reynard.delivery;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.account.SendingAddress;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.SessionLock;
import reynard.delivery.smtp.ConnectionPool;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.SmtpSettings;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.identity.DkimKeys;
import reynard.identity.Dns;
import reynard.identity.ReturnPath;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.template.Snippets;
import reynard.testing.TestServer;

/// A ledger and a sender beside those of a test's server, on its database: for what the API has no way to ask for.
final class Mailroom implements AutoCloseable {
    /// For those who have a relay.
    static final Supplier<Dns> NO_DNS = () -> {
        throw new IllegalStateException("there is a relay");
    };

    final AccountId account;
    final Database database;
    final Deliveries deliveries;
    final Notices notices;
    /// What its clock shows.
    volatile Instant now;
    /// How many of the next looks at it fail.
    final AtomicInteger clockFails = new AtomicInteger();

    final List<Event> news = new ArrayList<>();
    private final Database idDatabase;
    private final Accounts accounts;
    private final Sender sender;
    private final SessionLock alive;

    Mailroom(TestServer server, Relay relay, BroadcastWriter writer) {
        this(server, relay, NO_DNS, Duration.ofMinutes(10), writer);
    }

    /// @param dns where mail goes that no relay takes
    /// @param patience how long an email waits for a place of its domain
    Mailroom(TestServer server, Relay relay, Supplier<Dns> dns, Duration patience, BroadcastWriter writer) {
        this(server, List.of(relay), dns, patience, writer);
    }

    Mailroom(TestServer server, List<Relay> relays, Supplier<Dns> dns, Duration patience, BroadcastWriter writer) {
        this.now = server.now();
        InstantSource clock = () -> {
            if (clockFails.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the clock has stopped");
            }
            return now;
        };
        this.database = Database.open(server.databaseUrl(), 4);
        this.idDatabase = Database.open(server.databaseUrl(), 1);
        var ids = new IdBlocks(idDatabase);
        this.account = new ApiKeys(database, ids, clock)
                .find(TestServer.API_KEY)
                .orElseThrow()
                .account();
        var events = new Events();
        events.listen((_, _, event) -> news.add(event));
        this.accounts = new Accounts(database, ids, clock);
        var subscribers = new Subscribers(database, ids, events, clock);
        this.deliveries = new Deliveries(database, ids, events);
        var letters = new Letters(
                database,
                accounts,
                subscribers,
                new CustomFields(database, ids, events, clock),
                new Sequences(database, ids, events, clock),
                new EmailTemplates(database, ids, clock),
                new Snippets(database, ids, clock),
                new EmailRenderer(),
                (rendered, _) -> rendered,
                new Links(() -> "https://mail.example.com"),
                new DkimKeys(database, ids, Vault.of(TestServer.SECRET_KEY), clock),
                new ReturnPath(new byte[32], Optional.empty(), false),
                writer);
        this.notices = new Notices(deliveries, ids, accounts, letters);
        long node = RandomGenerator.getDefault().nextLong(1, Long.MAX_VALUE);
        this.alive = lock(server.databaseUrl(), node);
        this.sender = new Sender(
                database,
                deliveries,
                letters,
                subscribers,
                new Relays(relays),
                Optional.empty(),
                patience,
                new Exchanges(dns, RandomGenerator.getDefault(), true),
                new ConnectionPool(
                        SmtpSettings.withDefaults("localhost"), InstantSource.system(), ConnectionPool.IDLE_DEFAULT),
                clock,
                RandomGenerator.getDefault(),
                node,
                true,
                () -> {});
    }

    private static SessionLock lock(String url, long node) {
        try {
            return SessionLock.take(url, node);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    SendingAddress from() {
        return database.inTx(tx -> accounts.sendingAddresses(tx, account)).getFirst();
    }

    /// The beginning of a round of sending.
    int take() {
        return sender.dispatch(now);
    }

    /// One round of sending, to its end.
    int send() {
        int taken = sender.dispatch(now);
        sender.awaitQuiet();
        return taken;
    }

    void awaitQuiet() {
        sender.awaitQuiet();
    }

    /// Takes over what dead nodes have left behind.
    int rescue() {
        return new Rescuer(database, accounts, deliveries, 0).rescue(now);
    }

    @Override
    public void close() {
        sender.close();
        try {
            alive.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        idDatabase.close();
        database.close();
    }
}
