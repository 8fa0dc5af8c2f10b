package reynard.webhook;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ReceiverId;

/// Every statement about who is told of events.
final class ReceiverStore {
    private static final Listing<Receiver> NEWEST = new Listing<>(
            """
            select r.id, r.name, r.url, r.description, r.status, r.events, r.created_at, r.previous_secret_expires_at
              from webhook_receiver r
             where r.account_id = :account and r.generation = 'endpoint' and r.deleted_at is null
               and (:status::text is null or r.status = :status)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("r.id", "id")), (row, _) -> receiver(row));
    private static final Listing<Hook> NEWEST_HOOKS = new Listing<>(
            """
            select r.id, r.url, r.events, r.parameter_id, r.parameter_text
              from webhook_receiver r
             where r.account_id = :account and r.generation = 'legacy' and r.deleted_at is null
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("r.id", "id")), (row, _) -> hook(row));

    void insert(Tx tx, AccountId account, Receiver receiver, String sealedSecret) {
        tx.update("""
                        insert into webhook_receiver
                               (account_id, id, generation, name, url, description, status, events, secret,
                                created_at, updated_at)
                        values (:account, :id, 'endpoint', :name, :url, :description, :status, :events, :secret,
                                :now, :now)
                        """)
                .bind("account", account)
                .bind("id", receiver.id())
                .bind("name", receiver.name())
                .bind("url", receiver.url())
                .bind("description", receiver.description())
                .bind("status", receiver.status().wireName())
                .bind("events", receiver.events().toArray(String[]::new))
                .bind("secret", sealedSecret)
                .bind("now", receiver.createdAt())
                .execute();
    }

    Page<Receiver> list(Tx tx, AccountId account, Optional<Receiver.Status> status, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("status", status.map(Receiver.Status::wireName).orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Optional<Receiver> find(Tx tx, AccountId account, ReceiverId id) {
        return tx.query("""
                        select r.id, r.name, r.url, r.description, r.status, r.events, r.created_at,
                               r.previous_secret_expires_at
                          from webhook_receiver r
                         where r.account_id = :account and r.id = :id and r.generation = 'endpoint'
                           and r.deleted_at is null
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> receiver(row))
                .findOne();
    }

    /// As [#find]; nobody else changes the receiver before the transaction ends.
    Optional<Receiver> findForUpdate(Tx tx, AccountId account, ReceiverId id) {
        return tx.query("""
                        select r.id, r.name, r.url, r.description, r.status, r.events, r.created_at,
                               r.previous_secret_expires_at
                          from webhook_receiver r
                         where r.account_id = :account and r.id = :id and r.generation = 'endpoint'
                           and r.deleted_at is null
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> receiver(row))
                .findOne();
    }

    void update(Tx tx, AccountId account, ReceiverId id, Receivers.Plan plan, Instant now) {
        tx.update("""
                        update webhook_receiver
                           set name = :name, url = :url, description = :description, status = :status,
                               events = :events, updated_at = :now
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("name", plan.name())
                .bind("url", plan.url())
                .bind("description", plan.description())
                .bind("status", plan.status().wireName())
                .bind("events", plan.events().toArray(String[]::new))
                .bind("now", now)
                .execute();
    }

    boolean delete(Tx tx, AccountId account, ReceiverId id, Instant now) {
        return tx.update("""
                        update webhook_receiver
                           set deleted_at = :now, updated_at = :now
                         where account_id = :account and id = :id and generation = 'endpoint' and deleted_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void rotate(Tx tx, AccountId account, ReceiverId id, String sealedSecret, Instant expiresAt, Instant now) {
        tx.update("""
                        update webhook_receiver
                           set previous_secret = secret, previous_secret_expires_at = :expiresAt, secret = :secret,
                               updated_at = :now
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("secret", sealedSecret)
                .bind("expiresAt", expiresAt)
                .bind("now", now)
                .execute();
    }

    void revokePrevious(Tx tx, AccountId account, ReceiverId id, Instant now) {
        tx.update("""
                        update webhook_receiver
                           set previous_secret = null, previous_secret_expires_at = null, updated_at = :now
                         where account_id = :account and id = :id and previous_secret is not null
                        """).bind("account", account).bind("id", id).bind("now", now).execute();
    }

    void insert(Tx tx, AccountId account, Hook hook, Instant now) {
        @Nullable Long thing = hook.about() instanceof Hook.About.Thing(var id) ? id : null;
        @Nullable String link = hook.about() instanceof Hook.About.Link(var url) ? url : null;
        tx.update("""
                        insert into webhook_receiver
                               (account_id, id, generation, name, url, description, status, events, parameter_id,
                                parameter_text, created_at, updated_at)
                        values (:account, :id, 'legacy', '', :url, '', 'active', :events, :thing, :link, :now, :now)
                        """)
                .bind("account", account)
                .bind("id", hook.id())
                .bind("url", hook.url())
                .bind("events", new String[] {hook.event().wireName()})
                .bind("thing", thing)
                .bind("link", link)
                .bind("now", now)
                .execute();
    }

    Page<Hook> hooks(Tx tx, AccountId account, PageRequest page) {
        return NEWEST_HOOKS.read(tx, Map.of("account", account), page);
    }

    boolean deleteHook(Tx tx, AccountId account, ReceiverId id, Instant now) {
        return tx.update("""
                        update webhook_receiver
                           set deleted_at = :now, updated_at = :now
                         where account_id = :account and id = :id and generation = 'legacy' and deleted_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static Receiver receiver(ResultSet row) throws SQLException {
        return new Receiver(
                new ReceiverId(row.getLong("id")),
                row.getString("name"),
                row.getString("url"),
                row.getString("description"),
                Receiver.Status.named(row.getString("status")),
                texts(row),
                instant(row, "created_at"),
                optionalInstant(row, "previous_secret_expires_at"));
    }

    private static Hook hook(ResultSet row) throws SQLException {
        var id = Optional.ofNullable(Rows.nullableLong(row, "parameter_id"));
        var link = optionalText(row, "parameter_text");
        Hook.About about = id.<Hook.About>map(Hook.About.Thing::new)
                .or(() -> link.map(Hook.About.Link::new))
                .orElseGet(Hook.About.Anything::new);
        return new Hook(
                new ReceiverId(row.getLong("id")),
                HookEvent.named(texts(row).getFirst()).orElseThrow(),
                about,
                row.getString("url"));
    }

    private static List<String> texts(ResultSet row) throws SQLException {
        return Arrays.asList((String[]) row.getArray("events").getArray());
    }
}
