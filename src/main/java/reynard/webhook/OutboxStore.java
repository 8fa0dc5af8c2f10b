package reynard.webhook;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;

/// Every statement about what is told to receivers.
final class OutboxStore {
    private static final Listing<Shipment> NEWEST = new Listing<>(
            """
            select d.id, d.type, d.event_count, d.body, d.status, d.attempts, d.created_at, d.next_attempt_at, d.ended_at
              from webhook_delivery d
             where d.account_id = :account and d.receiver_id = :receiver
               and (:status::text is null or d.status = :status)
               and (:type::text is null or d.type = :type)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("d.id", "id")), (row, _) -> shipment(row));

    /// Whom an event may be for.
    ///
    /// @param parameterId the one thing that it must be about
    /// @param parameterText the one address that it must be about
    record Listener(ReceiverId id, List<String> events, Optional<Long> parameterId, Optional<String> parameterText) {}

    /// The active receivers of any of these kinds of events.
    List<Listener> listeners(Tx tx, AccountId account, Collection<String> types) {
        return tx.query("""
                        select r.id, r.events, r.parameter_id, r.parameter_text
                          from webhook_receiver r
                         where r.account_id = :account and r.status = 'active' and r.deleted_at is null
                           and r.events && :types::text[]
                         order by r.id
                        """)
                .bind("account", account)
                .bind("types", types.toArray(String[]::new))
                .map((row, _) -> new Listener(
                        new ReceiverId(row.getLong("id")),
                        texts(row, "events"),
                        Optional.ofNullable(Rows.nullableLong(row, "parameter_id")),
                        optionalText(row, "parameter_text")))
                .list();
    }

    /// An event that waits to be told.
    ///
    /// @param eventId what a receiver knows a repetition by
    /// @param data JSON
    record Pending(String eventId, String type, Instant occurredAt, String data) {}

    /// An event for one who is to hear of it.
    record Told(long id, ReceiverId receiver, Pending event) {}

    void insert(Tx tx, AccountId account, List<Told> events) {
        var batch = tx.batch("""
                insert into webhook_event (account_id, id, receiver_id, event_id, type, occurred_at, data)
                values (:account, :id, :receiver, :eventId, :type, :occurredAt, :data)
                """);
        for (var told : events) {
            var event = told.event();
            batch.bind("account", account)
                    .bind("id", told.id())
                    .bind("receiver", told.receiver())
                    .bind("eventId", event.eventId())
                    .bind("type", event.type())
                    .bind("occurredAt", event.occurredAt())
                    .bind("data", event.data())
                    .add();
        }
        batch.execute();
    }

    record Ready(AccountId account, ReceiverId receiver, Instant at) {}

    /// When each active receiver that something is left for has the next of it: two index look-ups for each.
    List<Ready> ready(Tx tx) {
        return tx.query("""
                        select c.account_id, r.id, least(d.at, v.at) as at
                          from account_clock c
                          join webhook_receiver r
                            on r.account_id = c.account_id and r.status = 'active' and r.deleted_at is null
                          left join lateral (
                              select d.next_attempt_at as at
                                from webhook_delivery d
                               where d.account_id = c.account_id and d.receiver_id = r.id
                                 and d.next_attempt_at is not null
                               order by d.next_attempt_at
                               limit 1) d on true
                          left join lateral (
                              select v.occurred_at as at
                                from webhook_event v
                               where v.account_id = c.account_id and v.receiver_id = r.id
                               order by v.occurred_at, v.id
                               limit 1) v on true
                         where d.at is not null or v.at is not null
                         order by at
                        """)
                .map((row, _) -> new Ready(
                        new AccountId(row.getLong("account_id")),
                        new ReceiverId(row.getLong("id")),
                        instant(row, "at")))
                .list();
    }

    /// A receiver that nobody else takes work of before this transaction ends.
    record Held(boolean legacy, String url, List<String> sealedSecrets) {}

    /// @return empty when another node has it, or it is not active any more
    Optional<Held> hold(Tx tx, AccountId account, ReceiverId receiver, Instant now) {
        return tx.query("""
                        select r.generation, r.url, r.secret, r.previous_secret, r.previous_secret_expires_at
                          from webhook_receiver r
                         where r.account_id = :account and r.id = :id and r.status = 'active'
                           and r.deleted_at is null
                           for no key update skip locked
                        """)
                .bind("account", account)
                .bind("id", receiver)
                .map((row, _) -> held(row, now))
                .findOne();
    }

    private static Held held(ResultSet row, Instant now) throws SQLException {
        var secrets = new ArrayList<String>();
        optionalText(row, "secret").ifPresent(secrets::add);
        if (optionalInstant(row, "previous_secret_expires_at")
                .filter(now::isBefore)
                .isPresent()) {
            optionalText(row, "previous_secret").ifPresent(secrets::add);
        }
        return new Held(row.getString("generation").equals("legacy"), row.getString("url"), secrets);
    }

    /// How many deliveries are on their way, from whichever node.
    int onTheWay(Tx tx, AccountId account) {
        return tx.query("""
                        select count(*) from webhook_delivery d
                         where d.account_id = :account and d.owner is not null
                        """).bind("account", account).mapTo(Integer.class).one();
    }

    int onTheWay(Tx tx, AccountId account, ReceiverId receiver) {
        return tx.query("""
                        select count(*) from webhook_delivery d
                         where d.account_id = :account and d.owner is not null and d.receiver_id = :receiver
                        """)
                .bind("account", account)
                .bind("receiver", receiver)
                .mapTo(Integer.class)
                .one();
    }

    /// Takes the deliveries whose next attempt is due, oldest first, for this node.
    List<Posting> claim(Tx tx, AccountId account, ReceiverId receiver, Held held, long owner, Instant now, int limit) {
        return tx.query("""
                        with due as (
                            select d.id
                              from webhook_delivery d
                             where d.account_id = :account and d.receiver_id = :receiver
                               and d.next_attempt_at <= :now
                             order by d.next_attempt_at, d.id
                             limit :limit
                               for update skip locked)
                        update webhook_delivery d
                           set owner = :owner, next_attempt_at = null
                          from due
                         where d.account_id = :account and d.id = due.id
                        returning d.id, d.body, d.attempts
                        """)
                .bind("account", account)
                .bind("receiver", receiver)
                .bind("owner", owner)
                .bind("now", now)
                .bind("limit", limit)
                .map((row, _) -> new Posting(
                        account,
                        new WebhookDeliveryId(row.getLong("id")),
                        receiver,
                        held.url(),
                        row.getString("body"),
                        row.getInt("attempts"),
                        held.sealedSecrets()))
                .list();
    }

    /// The kind of the event that waits longest.
    Optional<String> nextType(Tx tx, AccountId account, ReceiverId receiver) {
        return tx.query("""
                        select v.type from webhook_event v
                         where v.account_id = :account and v.receiver_id = :receiver
                         order by v.occurred_at, v.id
                         limit 1
                        """)
                .bind("account", account)
                .bind("receiver", receiver)
                .mapTo(String.class)
                .findOne();
    }

    record Sized(long id, int bytes) {}

    /// The oldest events of a kind.
    List<Sized> oldest(Tx tx, AccountId account, ReceiverId receiver, String type, int limit) {
        return tx.query("""
                        select v.id, octet_length(v.data) as bytes
                          from webhook_event v
                         where v.account_id = :account and v.receiver_id = :receiver and v.type = :type
                         order by v.occurred_at, v.id
                         limit :limit
                        """)
                .bind("account", account)
                .bind("receiver", receiver)
                .bind("type", type)
                .bind("limit", limit)
                .map((row, _) -> new Sized(row.getLong("id"), row.getInt("bytes")))
                .list();
    }

    /// Takes these events out of the outbox; in no order.
    List<Taken> take(Tx tx, AccountId account, Collection<Long> ids) {
        return tx.query("""
                        delete from webhook_event v
                         where v.account_id = :account and v.id = any(:ids)
                        returning v.id, v.event_id, v.type, v.occurred_at, v.data
                        """)
                .bind("account", account)
                .bind("ids", ids.toArray(Long[]::new))
                .map((row, _) -> new Taken(
                        row.getLong("id"),
                        new Pending(
                                row.getString("event_id"),
                                row.getString("type"),
                                instant(row, "occurred_at"),
                                row.getString("data"))))
                .list();
    }

    record Taken(long id, Pending event) {}

    /// A new delivery, which this node sends at once.
    void insertDelivery(Tx tx, Posting posting, String type, int events, long owner, Instant now) {
        tx.update("""
                        insert into webhook_delivery
                               (account_id, id, receiver_id, type, event_count, body, status, owner, attempts, created_at)
                        values (:account, :id, :receiver, :type, :events, :body, 'pending', :owner, 0, :now)
                        """)
                .bind("account", posting.account())
                .bind("id", posting.delivery())
                .bind("receiver", posting.receiver())
                .bind("type", type)
                .bind("events", events)
                .bind("body", posting.body())
                .bind("owner", owner)
                .bind("now", now)
                .execute();
    }

    /// Writes what came of an attempt, once: a delivery that this node does not hold any more is left alone.
    ///
    /// @return whether it was written
    boolean settle(
            Tx tx,
            Posting posting,
            long owner,
            Shipment.Status status,
            @Nullable Instant nextAttemptAt,
            @Nullable Instant endedAt) {
        return tx.update("""
                        update webhook_delivery
                           set status = :status, owner = null, attempts = :attempts,
                               next_attempt_at = :nextAttemptAt, ended_at = :endedAt
                         where account_id = :account and id = :id and owner = :owner
                        """)
                        .bind("account", posting.account())
                        .bind("id", posting.delivery())
                        .bind("owner", owner)
                        .bind("status", status.wireName())
                        .bind("attempts", posting.attempts() + 1)
                        .bind("nextAttemptAt", nextAttemptAt)
                        .bind("endedAt", endedAt)
                        .execute()
                == 1;
    }

    void insertAttempt(Tx tx, Posting posting, Shipment.Attempt attempt) {
        tx.update("""
                        insert into webhook_attempt
                               (account_id, delivery_id, number, at, status_code, response_body, error, duration_ms)
                        values (:account, :delivery, :number, :at, :statusCode, :responseBody, :error, :duration)
                        """)
                .bind("account", posting.account())
                .bind("delivery", posting.delivery())
                .bind("number", attempt.number())
                .bind("at", attempt.at())
                .bind("statusCode", attempt.statusCode().orElse(null))
                .bind("responseBody", attempt.responseBody().orElse(null))
                .bind("error", attempt.error().orElse(null))
                .bind("duration", attempt.durationMillis())
                .execute();
    }

    List<Long> owners(Tx tx, AccountId account) {
        return tx.query("""
                        select distinct d.owner from webhook_delivery d
                         where d.account_id = :account and d.owner is not null
                        """).bind("account", account).mapTo(Long.class).list();
    }

    /// What a dead node had taken is tried again: it may have arrived, and its id tells.
    int rescue(Tx tx, AccountId account, long owner, Instant now) {
        return tx.update("""
                        update webhook_delivery
                           set owner = null, next_attempt_at = :now
                         where account_id = :account and owner = :owner
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind("now", now)
                .execute();
    }

    Page<Shipment> list(
            Tx tx,
            AccountId account,
            ReceiverId receiver,
            Optional<Shipment.Status> status,
            Optional<String> type,
            PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("receiver", receiver);
        parameters.put("status", status.map(Shipment.Status::wireName).orElse(null));
        parameters.put("type", type.orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Optional<Shipment> find(Tx tx, AccountId account, ReceiverId receiver, WebhookDeliveryId id) {
        return tx.query("""
                        select d.id, d.type, d.event_count, d.body, d.status, d.attempts, d.created_at,
                               d.next_attempt_at, d.ended_at
                          from webhook_delivery d
                         where d.account_id = :account and d.id = :id and d.receiver_id = :receiver
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("receiver", receiver)
                .map((row, _) -> shipment(row))
                .findOne();
    }

    List<Shipment.Attempt> attempts(Tx tx, AccountId account, WebhookDeliveryId delivery) {
        return tx.query("""
                        select t.number, t.at, t.status_code, t.response_body, t.error, t.duration_ms
                          from webhook_attempt t
                         where t.account_id = :account and t.delivery_id = :delivery
                         order by t.number
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .map((row, _) -> new Shipment.Attempt(
                        row.getInt("number"),
                        instant(row, "at"),
                        Optional.ofNullable(Rows.nullableLong(row, "status_code"))
                                .map(Long::intValue),
                        optionalText(row, "response_body"),
                        optionalText(row, "error"),
                        row.getInt("duration_ms")))
                .list();
    }

    /// Lets a delivery that has come to its end be tried again.
    ///
    /// @return whether it had
    boolean reopen(Tx tx, AccountId account, WebhookDeliveryId id, Instant now) {
        return tx.update("""
                        update webhook_delivery
                           set status = 'retrying', ended_at = null, next_attempt_at = :now
                         where account_id = :account and id = :id and ended_at is not null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /// Forgets deliveries that were made before an instant.
    int pruneDeliveries(Tx tx, AccountId account, Instant before, int limit) {
        return tx.update("""
                        delete from webhook_delivery
                         where account_id = :account and id in (
                            select d.id
                              from webhook_delivery d
                             where d.account_id = :account and d.created_at < :before and d.owner is null
                             order by d.created_at
                             limit :limit)
                        """)
                .bind("account", account)
                .bind("before", before)
                .bind("limit", limit)
                .execute();
    }

    /// Forgets events that nobody could be told of for as long.
    int pruneEvents(Tx tx, AccountId account, Instant before, int limit) {
        return tx.update("""
                        delete from webhook_event
                         where account_id = :account and id in (
                            select v.id
                              from webhook_event v
                             where v.account_id = :account and v.occurred_at < :before
                             order by v.occurred_at
                             limit :limit)
                        """)
                .bind("account", account)
                .bind("before", before)
                .bind("limit", limit)
                .execute();
    }

    /// Forgets receivers that were deleted before an instant, with what is left of theirs.
    int pruneReceivers(Tx tx, AccountId account, Instant before) {
        return tx.update("delete from webhook_receiver where account_id = :account and deleted_at < :before")
                .bind("account", account)
                .bind("before", before)
                .execute();
    }

    private static List<String> texts(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return Arrays.asList((String[]) array.getArray());
    }

    private static Shipment shipment(ResultSet row) throws SQLException {
        return new Shipment(
                new WebhookDeliveryId(row.getLong("id")),
                row.getString("type"),
                row.getInt("event_count"),
                row.getString("body"),
                Shipment.Status.named(row.getString("status")),
                row.getInt("attempts"),
                instant(row, "created_at"),
                optionalInstant(row, "next_attempt_at"),
                optionalInstant(row, "ended_at"));
    }
}
