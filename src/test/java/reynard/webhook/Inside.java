package reynard.webhook;

import java.time.InstantSource;
import reynard.account.Accounts;
import reynard.broadcast.Broadcasts;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.delivery.Deliveries;
import reynard.event.Events;
import reynard.form.Forms;
import reynard.id.AccountId;
import reynard.purchase.Purchases;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.template.Snippets;
import reynard.testing.TestServer;

/// The rooms of a server for what no request can do: on its database and at its time, with an outbox of their own.
final class Inside implements AutoCloseable {
    final Database database;
    final Subscribers subscribers;
    final Tags tags;
    private final Database idDatabase;

    Inside(TestServer server) {
        database = Database.open(server.databaseUrl(), 2);
        idDatabase = Database.open(server.databaseUrl(), 1);
        var ids = new IdBlocks(idDatabase);
        var events = new Events();
        var now = server.now();
        InstantSource clock = () -> now;
        subscribers = new Subscribers(database, ids, events, clock);
        tags = new Tags(database, ids, events, clock);
        new Outbox(
                ids,
                events,
                subscribers,
                new CustomFields(database, ids, events, clock),
                tags,
                new Forms(database, ids, subscribers, events, clock),
                new Sequences(database, ids, events, clock),
                new Broadcasts(
                        database,
                        ids,
                        events,
                        new Deliveries(database, ids, events),
                        new Accounts(database, ids, clock),
                        new Snippets(database, ids, clock),
                        clock),
                new Purchases(database, ids, events, subscribers, clock));
    }

    /// Whose key the server's requests carry.
    static AccountId account(TestServer server) {
        var hook = server.post(
                "/v4/webhooks",
                TestServer.json("{'target_url':'https://example.com/','event':{'name':'purchase.purchase_create'}}"));
        return new AccountId(hook.at("/webhook/account_id").asLong());
    }

    @Override
    public void close() {
        database.close();
        idDatabase.close();
    }
}
