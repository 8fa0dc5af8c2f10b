package reynard.delivery;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reynard.db.JsonColumn;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Rows;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.DeliveryId;
import reynard.id.EnrollmentId;
import reynard.id.Id;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;

/// Every statement of the room.
final class DeliveryStore {
    /// What is claimed keeps the state that it was queued in (ADR 6).
    private static final String STATE =
            "case when d.owner is null then d.state when d.at_dot then 'at_dot' else 'claimed' end";

    /// All of an account, to which a statement adds which of them.
    private static final String DELIVERIES = "select " + STATE + " as state," + """
                   d.id, d.kind, d.enrollment_id, d.run, d.sequence_id, d.sequence_email_id, d.subscriber_id,
                   d.broadcast_id, d.purpose, d.recipient, d.give_up_at, d.due_at,
                   case when d.owner is null then d.next_attempt_at end as next_attempt_at, d.attempts, d.settled_at,
                   d.bounced_at, d.uncertain_at, d.reason, d.detail, d.reply
              from delivery d
             where d.account_id = :account
            """;

    /// Those of a queue that may be tried and that nobody has. The delivery is asked, too: it is what gets locked, and
    /// what is looked at again when somebody else has had the lock.
    private static final String UNCLAIMED = """
                   and u.next_attempt_at <= :now and (u.next_attempt_at, u.delivery_id) > (:fromAt, :fromId)
                   and d.state in ('scheduled', 'deferred', 'uncertain') and d.next_attempt_at <= :now
                   and d.owner is null
            """;

    /// Takes those that are `ready`.
    private static final String CLAIM = """
            update delivery d
               set owner = :owner
              from ready
             where d.account_id = :account and d.id = ready.id
            returning d.id, d.kind, d.enrollment_id, d.run, d.sequence_id, d.sequence_email_id,
                      d.subscriber_id, d.broadcast_id, d.purpose, d.recipient, d.give_up_at, d.token,
                      d.message_id, d.attempts, d.first_tried_at, d.envelope_sender, d.trials,
                      ready.next_attempt_at as ready_at
            """;

    /// Those of a sequence go out only while it sends.
    private static final String CLAIM_SEQUENCE_MAIL = """
            with ready as (
                select d.id, u.next_attempt_at
                  from delivery_queue u
                  join delivery d on d.account_id = :account and d.id = u.delivery_id
                  join sequence q on q.account_id = :account and q.id = d.sequence_id
                  join subscriber s on s.account_id = :account and s.id = d.subscriber_id
                 where u.account_id = :account and u.kind = 'sequence'
            """ + UNCLAIMED + """
                   and q.active and q.deleted_at is null and s.state = 'active'
                   and not exists (select from suppression x
                                    where x.account_id = :account and x.address = lower(s.email_address))
                 order by u.next_attempt_at, u.delivery_id
                 limit :limit
                   for no key update of d skip locked)
            """ + CLAIM;

    private static final String CLAIM_BROADCAST_MAIL = """
            with ready as (
                select d.id, u.next_attempt_at
                  from delivery_queue u
                  join delivery d on d.account_id = :account and d.id = u.delivery_id
                  join subscriber s on s.account_id = :account and s.id = d.subscriber_id
                 where u.account_id = :account and u.kind = 'broadcast'
            """ + UNCLAIMED + """
                   and s.state = 'active'
                   and not exists (select from suppression x
                                    where x.account_id = :account and x.address = lower(s.email_address))
                 order by u.next_attempt_at, u.delivery_id
                 limit :limit
                   for no key update of d skip locked)
            """ + CLAIM;

    /// No consent is asked for before the mark.
    private static final String CLAIM_NOTICES = """
            with ready as (
                select d.id, u.next_attempt_at
                  from delivery_queue u
                  join delivery d on d.account_id = :account and d.id = u.delivery_id
                 where u.account_id = :account and u.kind = 'notice'
            """ + UNCLAIMED + """
                 order by u.next_attempt_at, u.delivery_id
                 limit :limit
                   for no key update of d skip locked)
            """ + CLAIM;

    private static final Listing<Delivery> NEWEST = newest(" and (:state::text is null or " + STATE + " = :state)\n");

    /// An index of their own finds them among millions that have gone out.
    private static final Set<Delivery.State> UNUSUAL = EnumSet.of(
            Delivery.State.UNCERTAIN,
            Delivery.State.HELD,
            Delivery.State.FAILED,
            Delivery.State.SKIPPED,
            Delivery.State.BOUNCED);

    private static final Listing<Delivery> NEWEST_OF_AN_UNUSUAL_STATE = newest("""
               and d.unusual = :state and d.owner is null
            """);

    private static Listing<Delivery> newest(String inState) {
        return new Listing<>(
                DELIVERIES + inState + """
               and (:kind::text is null or d.kind = :kind)
               and (:broadcast::bigint is null or d.broadcast_id = :broadcast)
               and (:sequence::bigint is null or d.sequence_id = :sequence)
               and (:email::bigint is null or d.sequence_email_id = :email)
               and (:subscriber::bigint is null or d.subscriber_id = :subscriber)
               and (:dueAfter::timestamptz is null or d.due_at > :dueAfter)
               and (:dueBefore::timestamptz is null or d.due_at < :dueBefore)
            """,
                Listing.Order.DESCENDING,
                List.of(Listing.Key.number("d.id", "id")),
                (row, _) -> delivery(row));
    }

    Page<Delivery> list(Tx tx, AccountId account, DeliveryFilter filter, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("state", filter.state().map(Delivery.State::wireName).orElse(null));
        parameters.put("kind", filter.kind().orElse(null));
        parameters.put("broadcast", filter.broadcast().map(Id::value).orElse(null));
        parameters.put("sequence", filter.sequence().map(Id::value).orElse(null));
        parameters.put("email", filter.email().map(Id::value).orElse(null));
        parameters.put("subscriber", filter.subscriber().map(Id::value).orElse(null));
        parameters.put("dueAfter", filter.dueAfter().orElse(null));
        parameters.put("dueBefore", filter.dueBefore().orElse(null));
        var listing = filter.state().filter(UNUSUAL::contains).isPresent() ? NEWEST_OF_AN_UNUSUAL_STATE : NEWEST;
        return listing.read(tx, parameters, page);
    }

    List<Attempt> attempts(Tx tx, AccountId account, DeliveryId delivery) {
        return tx.query("""
                        select t.number, t.at, t.outcome, t.stage, t.reply
                          from attempt t
                         where t.account_id = :account and t.delivery_id = :delivery
                         order by t.number
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .map((row, _) -> new Attempt(
                        row.getInt("number"),
                        instant(row, "at"),
                        row.getString("outcome"),
                        optionalText(row, "stage"),
                        optionalText(row, "reply")))
                .list();
    }

    Optional<Delivery> find(Tx tx, AccountId account, DeliveryId id) {
        return tx.query(DELIVERIES + " and d.id = :id")
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> delivery(row))
                .findOne();
    }

    Map<SequenceEmailId, Delivery> ofRun(Tx tx, AccountId account, EnrollmentId enrollment, int run) {
        return tx.query(DELIVERIES + " and d.enrollment_id = :enrollment and d.run = :run")
                .bind("account", account)
                .bind("enrollment", enrollment)
                .bind("run", run)
                .map((row, _) -> Map.entry(new SequenceEmailId(row.getLong("sequence_email_id")), delivery(row)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    Optional<SubscriberId> subscriberOf(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select d.subscriber_id
                          from delivery d
                         where d.account_id = :account and d.token = :token and d.kind <> 'notice'
                        """)
                .bind("account", account)
                .bind("token", token)
                .map((row, _) -> new SubscriberId(row.getLong("subscriber_id")))
                .findOne();
    }

    /// The email that an address or a link names.
    Optional<Deliveries.Known> findByToken(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select d.id, d.subscriber_id, d.token
                          from delivery d
                         where d.account_id = :account and d.token = :token
                        """)
                .bind("account", account)
                .bind("token", token)
                .map((row, _) -> known(row))
                .findOne();
    }

    Optional<Deliveries.Known> findByMessageId(Tx tx, AccountId account, DeliveryId id, String messageId) {
        return tx.query("""
                        select d.id, d.subscriber_id, d.token
                          from delivery d
                         where d.account_id = :account and d.id = :id and d.message_id = :messageId
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("messageId", messageId)
                .map((row, _) -> known(row))
                .findOne();
    }

    private static Deliveries.Known known(ResultSet row) throws SQLException {
        return new Deliveries.Known(
                new DeliveryId(row.getLong("id")),
                Optional.ofNullable(nullableLong(row, "subscriber_id")).map(SubscriberId::new),
                row.getString("token"));
    }

    /// The accepted email has come back. What is not accepted is still its sender's to settle.
    void markBounced(Tx tx, AccountId account, DeliveryId id, String reason, String reply, Instant at) {
        tx.update("""
                        update delivery
                           set state = 'bounced', bounced_at = :at, reason = :reason, reply = :reply
                         where account_id = :account and id = :id and state = 'sent'
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("reason", reason)
                .bind("reply", reply)
                .bind("at", at)
                .execute();
    }

    /// When the last email was accepted that has not come back, of those that had the time to.
    Optional<Instant> lastArrival(Tx tx, AccountId account, SubscriberId subscriber, Instant before) {
        return tx.query("""
                        select max(d.settled_at) as at
                          from delivery d
                         where d.account_id = :account and d.subscriber_id = :subscriber and d.state = 'sent'
                           and d.settled_at < :before
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .bind("before", before)
                .map((row, _) -> optionalInstant(row, "at"))
                .one();
    }

    void insert(Tx tx, AccountId account, List<NewDelivery> rows, Instant now) {
        if (rows.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into delivery
                       (account_id, id, kind, enrollment_id, run, sequence_id, sequence_email_id, subscriber_id, token,
                        message_id, state, due_at, created_at, next_attempt_at, settled_at, reason, detail)
                values (:account, :id, 'sequence', :enrollment, :run, :sequence, :email, :subscriber, :token,
                        :messageId, :state, :dueAt, :now, :nextAttemptAt, :settledAt, :reason, :detail::jsonb)
                """);
        var queued = tx.batch("""
                insert into delivery_queue (account_id, delivery_id, kind, email_id, next_attempt_at)
                values (:account, :id, 'sequence', :email, :now)
                """);
        for (var row : rows) {
            var step = row.step();
            boolean skipped = step.skipped().isPresent();
            batch.bind("account", account)
                    .bind("id", row.id())
                    .bind("enrollment", step.enrollment())
                    .bind("run", step.run())
                    .bind("sequence", step.sequence())
                    .bind("email", step.email())
                    .bind("subscriber", step.subscriber())
                    .bind("token", row.token())
                    .bind("messageId", row.messageId())
                    .bind("state", skipped ? "skipped" : "scheduled")
                    .bind("dueAt", step.dueAt())
                    .bind("now", now)
                    .bind("nextAttemptAt", skipped ? null : now)
                    .bind("settledAt", skipped ? now : null)
                    .bind("reason", step.skipped().map(Deliveries.Skip::reason).orElse(null))
                    .bind(
                            "detail",
                            step.skipped()
                                    .map(skip -> JsonColumn.write(skip.detail()))
                                    .orElse(null))
                    .add();
            if (!skipped) {
                queued.bind("account", account)
                        .bind("id", row.id())
                        .bind("email", step.email())
                        .bind("now", now)
                        .add();
            }
        }
        batch.execute();
        queued.execute();
    }

    record NewDelivery(DeliveryId id, String token, String messageId, Deliveries.Step step) {}

    /// What is `dropped` waits no longer. Whoever changes a row of the queue holds its delivery, so this never waits.
    static final String OUT_OF_THE_QUEUE = """
                        unqueued as (
                            delete from delivery_queue u
                             using dropped p
                             where u.account_id = :account and u.delivery_id = p.id)
            """;

    int dropQueuedOfEnrollments(
            Tx tx, AccountId account, Collection<EnrollmentId> enrollments, String reason, Instant now) {
        return tx.query("""
                        with dropped as (
                            update delivery
                               set state = 'skipped', reason = :reason, settled_at = :now, next_attempt_at = null
                             where account_id = :account and enrollment_id = any(:enrollments)
                               and state in ('scheduled', 'deferred', 'uncertain') and owner is null
                            returning id),
                        """ + OUT_OF_THE_QUEUE + """
                        select count(*) from dropped
                        """)
                .bind("account", account)
                .bind(
                        "enrollments",
                        enrollments.stream().map(EnrollmentId::value).toArray(Long[]::new))
                .bind("reason", reason)
                .bind("now", now)
                .mapTo(Integer.class)
                .one();
    }

    /// @param skipped why it is not to go out
    record NewBroadcastMail(
            DeliveryId id, SubscriberId subscriber, String token, String messageId, Optional<String> skipped) {}

    /// @return how many were new
    int insertBroadcast(
            Tx tx, AccountId account, BroadcastId broadcast, List<NewBroadcastMail> rows, Instant dueAt, Instant now) {
        var written = tx.query("""
                        insert into delivery
                               (account_id, id, kind, broadcast_id, subscriber_id, token, message_id, state, due_at,
                                created_at, next_attempt_at, reason, settled_at)
                        select :account, r.id, 'broadcast', :broadcast, r.subscriber_id, r.token, r.message_id,
                               case when r.skipped is null then 'scheduled' else 'skipped' end, :dueAt, :now,
                               case when r.skipped is null then :dueAt::timestamptz end, r.skipped,
                               case when r.skipped is not null then :now::timestamptz end
                          from unnest(:ids::bigint[], :subscribers::bigint[], :tokens::text[], :messageIds::text[],
                                      :skipped::text[])
                               as r (id, subscriber_id, token, message_id, skipped)
                        on conflict (account_id, broadcast_id, subscriber_id) where broadcast_id is not null do nothing
                        returning id, state
                        """)
                .bind("account", account)
                .bind("broadcast", broadcast)
                .bind("ids", rows.stream().map(row -> row.id().value()).toArray(Long[]::new))
                .bind(
                        "subscribers",
                        rows.stream().map(row -> row.subscriber().value()).toArray(Long[]::new))
                .bind("tokens", rows.stream().map(NewBroadcastMail::token).toArray(String[]::new))
                .bind(
                        "messageIds",
                        rows.stream().map(NewBroadcastMail::messageId).toArray(String[]::new))
                .bind(
                        "skipped",
                        rows.stream().map(row -> row.skipped().orElse(null)).toArray(String[]::new))
                .bind("dueAt", dueAt)
                .bind("now", now)
                .map((row, _) -> Map.entry(new DeliveryId(row.getLong("id")), state(row)))
                .list();
        tx.update("""
                        insert into delivery_queue (account_id, delivery_id, kind, email_id, next_attempt_at)
                        select :account, n.id, 'broadcast', :broadcast, :dueAt
                          from unnest(:ids::bigint[]) as n (id)
                        """)
                .bind("account", account)
                .bind("broadcast", broadcast)
                .bind("dueAt", dueAt)
                .bind(
                        "ids",
                        written.stream()
                                .filter(row -> row.getValue() == Delivery.State.SCHEDULED)
                                .map(row -> row.getKey().value())
                                .toArray(Long[]::new))
                .execute();
        return written.size();
    }

    Map<Delivery.State, Long> ofBroadcast(Tx tx, AccountId account, BroadcastId broadcast) {
        var counts = new HashMap<Delivery.State, Long>();
        tx.query("""
                        with waiting as (
                            select d.state, count(*) as count
                              from delivery_queue u
                              join delivery d on d.account_id = :account and d.id = u.delivery_id
                             where u.account_id = :account and u.email_id = :broadcast
                             group by d.state),
                        progress as (
                            select p.deliveries, p.queued, p.failed, p.skipped, p.bounced
                              from email_progress p
                             where p.account_id = :account and p.email_id = :broadcast)
                        select w.state, w.count from waiting w
                        union all
                        select s.state, s.count
                          from progress p
                          cross join lateral (
                              values ('sent', p.deliveries - p.queued - p.failed - p.skipped - p.bounced),
                                     ('failed', p.failed), ('skipped', p.skipped), ('bounced', p.bounced))
                              s (state, count)
                         where s.count > 0
                        """)
                .bind("account", account)
                .bind("broadcast", broadcast)
                .map((row, _) -> Map.entry(state(row), row.getLong("count")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    Backlog backlog(Tx tx, AccountId account, Instant now) {
        return tx.query("""
                        with waiting as (
                            select u.kind, u.email_id, count(*) as count
                              from delivery_queue u
                             where u.account_id = :account and u.next_attempt_at <= :now
                             group by u.kind, u.email_id)
                        select (select coalesce(sum(w.count), 0)
                                  from waiting w
                                  left join sequence_email e
                                    on e.account_id = :account and e.id = w.email_id and w.kind = 'sequence'
                                  left join sequence q on q.account_id = :account and q.id = e.sequence_id
                                 where q.id is null or q.active) as due,
                               (select count(*)
                                  from attempt t
                                 where t.account_id = :account and t.outcome = 'accepted' and t.at > :minuteAgo
                                   and t.at <= :now) as sent
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("minuteAgo", now.minus(Duration.ofMinutes(1)))
                .map((row, _) -> new Backlog(row.getLong("due"), row.getLong("sent")))
                .one();
    }

    void insertNotice(
            Tx tx,
            AccountId account,
            DeliveryId id,
            String token,
            String messageId,
            Notice notice,
            EmailAddress sender,
            Instant now) {
        tx.update("""
                        insert into delivery
                               (account_id, id, kind, purpose, recipient, give_up_at, subscriber_id, token, message_id,
                                state, due_at, created_at, next_attempt_at, envelope_sender)
                        values (:account, :id, 'notice', :purpose, :recipient, :giveUpAt, :subscriber, :token,
                                :messageId, 'scheduled', :now, :now, :now, :sender)
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("purpose", notice.purpose().wireName())
                .bind("recipient", notice.to().wireValue())
                .bind("giveUpAt", now.plus(notice.giveUpAfter()))
                .bind("subscriber", notice.subscriber().map(Id::value).orElse(null))
                .bind("token", token)
                .bind("messageId", messageId)
                .bind("sender", sender.value())
                .bind("now", now)
                .execute();
        tx.update("""
                        insert into delivery_queue (account_id, delivery_id, kind, next_attempt_at)
                        values (:account, :id, 'notice', :now)
                        """).bind("account", account).bind("id", id).bind("now", now).execute();
    }

    /// Whether an address gets nothing that a stranger may have asked for. Who has only left may come back.
    boolean refusesNotices(Tx tx, AccountId account, String recipient) {
        return tx.query("""
                        select exists (select from suppression x
                                        where x.account_id = :account and x.address = lower(:recipient)
                                          and x.reason <> 'unsubscribed')
                        """)
                .bind("account", account)
                .bind("recipient", recipient)
                .mapTo(Boolean.class)
                .one();
    }

    /// An email of a broadcast that was taken back from the queue.
    record Unsent(DeliveryId id, BroadcastId broadcast, SubscriberId subscriber) {}

    private static Unsent unsent(ResultSet row) throws SQLException {
        return new Unsent(
                new DeliveryId(row.getLong("id")),
                new BroadcastId(row.getLong("broadcast_id")),
                new SubscriberId(row.getLong("subscriber_id")));
    }

    /// @return those of broadcasts
    List<Unsent> dropQueuedOfSubscriber(Tx tx, AccountId account, SubscriberId subscriber, String reason, Instant now) {
        return tx.query("""
                        with dropped as (
                            update delivery
                               set state = 'skipped', reason = :reason, settled_at = :now, next_attempt_at = null
                             where account_id = :account and subscriber_id = :subscriber and kind <> 'notice'
                               and state in ('scheduled', 'deferred', 'uncertain') and owner is null
                            returning id, broadcast_id, subscriber_id),
                        """ + OUT_OF_THE_QUEUE + """
                        select p.id, p.broadcast_id, p.subscriber_id from dropped p where p.broadcast_id is not null
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .bind("reason", reason)
                .bind("now", now)
                .map((row, _) -> unsent(row))
                .list();
    }

    List<Unsent> dropQueuedOfBroadcast(Tx tx, AccountId account, BroadcastId broadcast, String reason, Instant now) {
        return tx.query("""
                        with dropped as (
                            update delivery d
                               set state = 'skipped', reason = :reason, settled_at = :now, next_attempt_at = null
                              from delivery_queue u
                             where u.account_id = :account and u.email_id = :broadcast
                               and d.account_id = :account and d.id = u.delivery_id
                               and d.state in ('scheduled', 'deferred', 'uncertain', 'held') and d.owner is null
                            returning d.id, d.broadcast_id, d.subscriber_id),
                        """ + OUT_OF_THE_QUEUE + """
                        select p.id, p.broadcast_id, p.subscriber_id from dropped p
                        """)
                .bind("account", account)
                .bind("broadcast", broadcast)
                .bind("reason", reason)
                .bind("now", now)
                .map((row, _) -> unsent(row))
                .list();
    }

    /// A delivery that was taken back from the queue.
    record Withdrawn(DeliveryId id, EnrollmentId enrollment, int run, SequenceEmailId email) {}

    /// A queued delivery that counts as sent.
    record Treated(DeliveryId id, Kind kind, Instant dueAt) {}

    List<Treated> treatAsSent(Tx tx, AccountId account, Instant until, Instant now, int limit) {
        return tx.query("""
                        with queued as (
                            select d.id
                              from delivery_queue u
                              join delivery d on d.account_id = :account and d.id = u.delivery_id
                             where u.account_id = :account and u.next_attempt_at is not null
                               and d.state in ('scheduled', 'deferred', 'uncertain') and d.owner is null
                               and d.due_at <= :until
                             order by u.next_attempt_at, u.delivery_id
                             limit :limit
                               for no key update of d skip locked),
                        dropped as (
                            update delivery d
                               set state = 'skipped', reason = 'treated_as_sent', settled_at = :now,
                                   next_attempt_at = null, detail = :detail::jsonb
                              from queued
                             where d.account_id = :account and d.id = queued.id
                            returning d.id, d.kind, d.enrollment_id, d.run, d.sequence_id, d.sequence_email_id,
                                      d.subscriber_id, d.broadcast_id, d.purpose, d.recipient, d.give_up_at, d.due_at),
                        """ + OUT_OF_THE_QUEUE + """
                        select p.id, p.kind, p.enrollment_id, p.run, p.sequence_id, p.sequence_email_id,
                               p.subscriber_id, p.broadcast_id, p.purpose, p.recipient, p.give_up_at, p.due_at
                          from dropped p
                        """)
                .bind("account", account)
                .bind("until", until)
                .bind("detail", JsonColumn.write(Map.of("until", until.toString())))
                .bind("now", now)
                .bind("limit", limit)
                .map((row, _) -> new Treated(new DeliveryId(row.getLong("id")), kind(row), instant(row, "due_at")))
                .list();
    }

    /// What is kept for a person to decide goes, too: there is nothing left to decide.
    List<Withdrawn> dropQueuedOfSequence(Tx tx, AccountId account, SequenceId sequence, Instant now) {
        return tx.query("""
                        with dropped as (
                            update delivery d
                               set state = 'skipped', reason = 'sequence_deleted', settled_at = :now,
                                   next_attempt_at = null
                              from sequence_email e
                              join delivery_queue u on u.account_id = :account and u.email_id = e.id
                             where e.account_id = :account and e.sequence_id = :sequence
                               and d.account_id = :account and d.id = u.delivery_id
                               and d.state in ('scheduled', 'deferred', 'uncertain', 'held') and d.owner is null
                            returning d.id, d.enrollment_id, d.run, d.sequence_email_id),
                        """ + OUT_OF_THE_QUEUE + """
                        select p.id, p.enrollment_id, p.run, p.sequence_email_id from dropped p
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("now", now)
                .map((row, _) -> withdrawn(row))
                .list();
    }

    /// Takes back what is queued of the sequence's emails that are deleted or drafts.
    List<Withdrawn> dropWithdrawn(Tx tx, AccountId account, SequenceId sequence, Instant now) {
        return tx.query("""
                        with dropped as (
                            update delivery d
                               set state = 'skipped', settled_at = :now, next_attempt_at = null,
                                   reason = case when e.deletion <> 0 then 'email_deleted' else 'email_unpublished' end
                              from sequence_email e
                              join delivery_queue u on u.account_id = :account and u.email_id = e.id
                             where e.account_id = :account and e.sequence_id = :sequence and not e.published
                               and d.account_id = :account and d.id = u.delivery_id
                               and d.state in ('scheduled', 'deferred', 'uncertain', 'held') and d.owner is null
                            returning d.id, d.enrollment_id, d.run, d.sequence_email_id),
                        """ + OUT_OF_THE_QUEUE + """
                        select p.id, p.enrollment_id, p.run, p.sequence_email_id from dropped p
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("now", now)
                .map((row, _) -> withdrawn(row))
                .list();
    }

    /// Drops a queued delivery if its `gate` has a reason to.
    private static final String DROPPED_FOR_A_REASON = """
                        dropped as (
                            update delivery d
                               set state = 'skipped', reason = gate.reason, settled_at = :now, next_attempt_at = null
                              from gate
                             where d.account_id = :account and d.id = :id and gate.reason is not null
                               and d.state in ('scheduled', 'deferred', 'uncertain') and d.owner is null
                            returning d.id, d.kind, d.enrollment_id, d.run, d.sequence_id, d.sequence_email_id,
                                      d.subscriber_id, d.broadcast_id, d.purpose, d.recipient, d.give_up_at),
            """;

    /// Drops a delivery that has just gone back into the queue if what has happened since it was claimed
    /// forbids it: the news of that could not reach a claimed row. Nobody leaves, is taken out or starts over,
    /// and no sequence is deleted before this transaction ends.
    ///
    /// @return what was dropped
    Optional<Withdrawn> dropIfForbidden(Tx tx, AccountId account, DeliveryId delivery, Instant now) {
        return tx.query("""
                        with gate as (
                            select case when s.state = 'cancelled' then 'unsubscribed'
                                        when s.state <> 'active' then s.state
                                        when exists (select from suppression x
                                                      where x.account_id = :account
                                                        and x.address = lower(s.email_address)) then 'suppressed'
                                        when q.deleted_at is not null then 'sequence_deleted'
                                        when e.deletion <> 0 then 'email_deleted'
                                        when not e.published then 'email_unpublished'
                                        when n.run <> v.run then 'restarted'
                                        when n.state <> 'sending' then 'removed_from_sequence' end as reason
                              from delivery v
                              join subscriber s on s.account_id = :account and s.id = v.subscriber_id
                              join sequence q on q.account_id = :account and q.id = v.sequence_id
                              join sequence_email e on e.account_id = :account and e.id = v.sequence_email_id
                              join enrollment n on n.account_id = :account and n.id = v.enrollment_id
                             where v.account_id = :account and v.id = :id
                               for share of s, q, n),
                        """ + DROPPED_FOR_A_REASON + OUT_OF_THE_QUEUE + """
                        select p.id, p.enrollment_id, p.run, p.sequence_email_id from dropped p
                        """)
                .bind("account", account)
                .bind("id", delivery)
                .bind("now", now)
                .map((row, _) -> withdrawn(row))
                .findOne();
    }

    /// The same for an email that is of no sequence.
    ///
    /// @return what was dropped
    Optional<Kind> dropIfUnwanted(Tx tx, AccountId account, DeliveryId delivery, Instant now) {
        return tx.query("""
                        with reader as (
                            select s.id, s.state, s.email_address
                              from subscriber s
                             where s.account_id = :account
                               and s.id = (select v.subscriber_id from delivery v
                                            where v.account_id = :account and v.id = :id and v.kind = 'broadcast')
                               for share),
                        gate as (
                            select case when s.state = 'cancelled' then 'unsubscribed'
                                        when s.state <> 'active' then s.state
                                        when exists (select from suppression x
                                                      where x.account_id = :account
                                                        and x.address = lower(s.email_address)) then 'suppressed'
                                        end as reason
                              from reader s
                            union all
                            select 'suppressed'
                              from delivery v
                              join suppression x on x.account_id = :account and x.address = lower(v.recipient)
                             where v.account_id = :account and v.id = :id and v.purpose = 'confirmation'
                               and x.reason <> 'unsubscribed'),
                        """ + DROPPED_FOR_A_REASON + OUT_OF_THE_QUEUE + """
                        select p.kind, p.enrollment_id, p.run, p.sequence_id, p.sequence_email_id, p.subscriber_id,
                               p.broadcast_id, p.purpose, p.recipient, p.give_up_at
                          from dropped p
                        """)
                .bind("account", account)
                .bind("id", delivery)
                .bind("now", now)
                .map((row, _) -> kind(row))
                .findOne();
    }

    private static Withdrawn withdrawn(ResultSet row) throws SQLException {
        return new Withdrawn(
                new DeliveryId(row.getLong("id")),
                new EnrollmentId(row.getLong("enrollment_id")),
                row.getInt("run"),
                new SequenceEmailId(row.getLong("sequence_email_id")));
    }

    Map<SubscriberId, Instant> lastEmails(Tx tx, AccountId account, Collection<SubscriberId> subscribers, Instant now) {
        var last = new HashMap<SubscriberId, Instant>();
        tx.query("""
                        select d.subscriber_id, max(coalesce(d.settled_at, :now)) as at
                          from delivery d
                         where d.account_id = :account and d.subscriber_id = any(:subscribers)
                           and (d.sequence_id is not null or d.broadcast_id is not null)
                           and d.state in ('scheduled', 'deferred', 'uncertain', 'sent', 'bounced')
                         group by d.subscriber_id
                        """)
                .bind("account", account)
                .bind(
                        "subscribers",
                        subscribers.stream().map(SubscriberId::value).toArray(Long[]::new))
                .bind("now", now)
                .map((row, _) -> Map.entry(new SubscriberId(row.getLong("subscriber_id")), instant(row, "at")))
                .forEach(entry -> last.put(entry.getKey(), entry.getValue()));
        return last;
    }

    Optional<SequenceId> sequenceOf(Tx tx, AccountId account, String token) {
        return tx.query("""
                        select d.sequence_id
                          from delivery d
                         where d.account_id = :account and d.token = :token and d.sequence_id is not null
                        """)
                .bind("account", account)
                .bind("token", token)
                .map((row, _) -> new SequenceId(row.getLong("sequence_id")))
                .findOne();
    }

    void markLeft(Tx tx, AccountId account, String token, Event.Departure departure, Instant at) {
        tx.update("""
                        update delivery set left_at = :at, departure = :departure
                         where account_id = :account and token = :token and left_at is null
                        """)
                .bind("account", account)
                .bind("token", token)
                .bind("departure", departure.name().toLowerCase(Locale.ROOT))
                .bind("at", at)
                .execute();
    }

    /// What an account has to send of one kind.
    ///
    /// @param kind its [Kind#wireName]
    record Ready(AccountId account, String kind, Instant nextAttemptAt) {}

    /// When each account that has something to send has the next of each kind: an index look-up per account and kind.
    ///
    /// @param addressed whether mail of a list waits until its account has a postal address
    /// @param places behind which to look; all others from their heads
    List<Ready> ready(Tx tx, boolean addressed, Map<Bookmarks.Queue, Bookmarks.Place> places) {
        var behind = List.copyOf(places.entrySet());
        return tx.query("""
                        with behind as (
                            select b.account_id, b.kind, b.at, b.id
                              from unnest(:accounts::bigint[], :kinds::text[], :ats::timestamptz[], :ids::bigint[])
                                   as b (account_id, kind, at, id))
                        select c.account_id, k.kind, r.next_attempt_at
                          from account_clock c
                          join account a on a.id = c.account_id
                          join (values ('notice'), ('broadcast')) k (kind)
                            on k.kind = 'notice' or not :addressed or a.postal_address is not null
                          left join behind b on b.account_id = c.account_id and b.kind = k.kind
                          cross join lateral (
                              select u.next_attempt_at
                                from delivery_queue u
                                join delivery d on d.account_id = c.account_id and d.id = u.delivery_id
                               where u.account_id = c.account_id and u.kind = k.kind and u.next_attempt_at is not null
                                 and (u.next_attempt_at, u.delivery_id) > (coalesce(b.at, :head), coalesce(b.id, 0))
                                 and d.owner is null
                               order by u.next_attempt_at, u.delivery_id
                               limit 1) r
                        union all
                        select c.account_id, 'sequence', r.next_attempt_at
                          from account_clock c
                          join account a
                            on a.id = c.account_id and (not :addressed or a.postal_address is not null)
                          left join behind b on b.account_id = c.account_id and b.kind = 'sequence'
                          cross join lateral (
                              select u.next_attempt_at
                                from delivery_queue u
                                join delivery d on d.account_id = c.account_id and d.id = u.delivery_id
                                join sequence q on q.account_id = c.account_id and q.id = d.sequence_id and q.active
                               where u.account_id = c.account_id and u.kind = 'sequence'
                                 and u.next_attempt_at is not null
                                 and (u.next_attempt_at, u.delivery_id) > (coalesce(b.at, :head), coalesce(b.id, 0))
                                 and d.owner is null
                               order by u.next_attempt_at, u.delivery_id
                               limit 1) r
                         order by next_attempt_at
                        """)
                .bind("addressed", addressed)
                .bind("head", Bookmarks.Place.HEAD.nextAttemptAt())
                .bind(
                        "accounts",
                        column(
                                behind,
                                Long.class,
                                entry -> entry.getKey().account().value()))
                .bind(
                        "kinds",
                        column(behind, String.class, entry -> entry.getKey().kind()))
                .bind(
                        "ats",
                        column(
                                behind,
                                String.class,
                                entry -> entry.getValue().nextAttemptAt().toString()))
                .bind(
                        "ids",
                        column(behind, Long.class, entry -> entry.getValue().delivery()))
                .map((row, _) -> new Ready(
                        new AccountId(row.getLong("account_id")),
                        row.getString("kind"),
                        instant(row, "next_attempt_at")))
                .list();
    }

    /// An email that was taken, and where it stood in its queue.
    record Claimed(Claim claim, Bookmarks.Place place) {}

    /// Takes emails that may go out now, oldest first, for this node. Consent and the sequence's switch are asked here
    /// again; rows that another node holds are skipped.
    ///
    /// @param from behind which place of the queue
    List<Claimed> claim(Tx tx, Bookmarks.Queue queue, Bookmarks.Place from, long owner, Instant now, int limit) {
        var statement = switch (queue.kind()) {
            case "sequence" -> CLAIM_SEQUENCE_MAIL;
            case "broadcast" -> CLAIM_BROADCAST_MAIL;
            case "notice" -> CLAIM_NOTICES;
            default -> throw new IllegalArgumentException("no kind of mail: " + queue.kind());
        };
        return tx.query(statement)
                .bind("account", queue.account())
                .bind("owner", owner)
                .bind("now", now)
                .bind("fromAt", from.nextAttemptAt())
                .bind("fromId", from.delivery())
                .bind("limit", limit)
                .map((row, _) -> new Claimed(
                        new Claim(
                                queue.account(),
                                new DeliveryId(row.getLong("id")),
                                kind(row),
                                row.getString("token"),
                                row.getString("message_id"),
                                row.getInt("attempts"),
                                optionalInstant(row, "first_tried_at"),
                                optionalText(row, "envelope_sender"),
                                Optional.ofNullable(row.getObject("trials", Integer.class))),
                        new Bookmarks.Place(instant(row, "ready_at"), row.getLong("id"))))
                .list();
    }

    Optional<Kept> findMessage(Tx tx, AccountId account, DeliveryId delivery) {
        return tx.query("""
                        select m.envelope_sender, m.source_id, m.message, s.message as source
                          from delivery_message m
                          left join message_source s on s.account_id = :account and s.id = m.source_id
                         where m.account_id = :account and m.delivery_id = :delivery
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .map((row, _) -> new Kept(
                        row.getString("envelope_sender"),
                        row.getString("source_id") == null
                                ? row.getBytes("message")
                                : Delta.apply(row.getBytes("source"), row.getBytes("message"))))
                .findOne();
    }

    /// The bytes of an earlier attempt that may have arrived.
    record Kept(String envelopeSender, byte[] message) {}

    /// An email that stands before its final dot.
    ///
    /// @param slot where its bytes are kept until its end is on record
    /// @param kept its bytes; where there is a source, what tells them from it
    record Marking(Claim claim, int slot, EmailAddress sender, Optional<Delta.Source> source, byte[] kept) {
        static Marking of(Claim claim, int slot, Letters.Letter letter) {
            return new Marking(
                    claim,
                    slot,
                    letter.sender(),
                    letter.source(),
                    letter.source()
                            .map(source -> source.delta(letter.message()))
                            .orElse(letter.message()));
        }
    }

    void keepSource(Tx tx, AccountId account, Delta.Source source, Instant now) {
        tx.update("""
                        insert into message_source (account_id, id, message, used_at)
                        values (:account, :id, :message, :now)
                        on conflict (account_id, id) do update set used_at = excluded.used_at
                        """)
                .bind("account", account)
                .bind("id", source.id())
                .bind("message", source.bytes())
                .bind("now", now)
                .execute();
    }

    int dropSources(Tx tx, AccountId account, Instant usedBefore) {
        return tx.update("""
                        delete from message_source s
                         where s.account_id = :account and s.used_at < :usedBefore
                           and not exists (select from delivery_message m
                                            where m.account_id = :account and m.source_id = s.id)
                           and not exists (select from letter_slot l
                                            where l.account_id = :account and l.source_id = s.id)
                        """)
                .bind("account", account)
                .bind("usedBefore", usedBefore)
                .execute();
    }

    /// The mark before the final dot, with the last look at consent and at the sequence's switch. The bytes of what is
    /// marked are kept.
    ///
    /// @return those that may go out. Not among them: the reader left or was taken out, the sequence is paused or
    ///     deleted, or another node has taken the delivery over
    Set<DeliveryId> mark(Tx tx, AccountId account, List<Marking> markings, long owner, Instant now) {
        return tx.query("""
                        with asked as not materialized (
                            select a.id, a.attempts, a.slot, a.envelope_sender, a.source_id, a.message
                              -- As sub-selects, so that how many there are makes no other plan: to make one takes longer
                              -- than to mark an email.
                              from unnest((select :ids::bigint[]), (select :attempts::int[]), (select :slots::int[]),
                                          (select :senders::text[]), (select :sources::text[]),
                                          (select :messages::bytea[]))
                                   as a (id, attempts, slot, envelope_sender, source_id, message)),
                        marked as (
                            update delivery d
                               set at_dot = true, first_tried_at = coalesce(d.first_tried_at, :now),
                                   marked_at = :now
                              from asked
                             where d.account_id = :account and d.id = asked.id
                               -- By cases, so that only what is asked for is looked at, and not all that a node holds.
                               and case when d.owner is distinct from :owner or d.at_dot or d.attempts <> asked.attempts
                                        then false
                                        when d.kind = 'notice'
                                        then d.purpose <> 'confirmation'
                                             or not exists (select from suppression x
                                                             where x.account_id = :account
                                                               and x.address = lower(d.recipient)
                                                               and x.reason <> 'unsubscribed')
                                        else exists (select from subscriber s
                                                      where s.account_id = :account and s.id = d.subscriber_id
                                                        and s.state = 'active'
                                                        and not exists (select from suppression x
                                                                         where x.account_id = :account
                                                                           and x.address = lower(s.email_address)))
                                        end
                               and (d.kind <> 'sequence'
                                    or exists (select from sequence q
                                                where q.account_id = :account and q.id = d.sequence_id
                                                  and q.active and q.deleted_at is null)
                                       and exists (select from enrollment n
                                                    where n.account_id = :account and n.id = d.enrollment_id
                                                      and n.run = d.run and n.state = 'sending'))
                            returning d.id),
                        kept as (
                            insert into letter_slot
                                   (account_id, owner, slot, delivery_id, envelope_sender, source_id, message,
                                    marked_at)
                            select :account, :owner, a.slot, a.id, a.envelope_sender, a.source_id, a.message, :now
                              from asked a
                              join marked m on m.id = a.id
                            on conflict (account_id, owner, slot) do update
                               set delivery_id = excluded.delivery_id, envelope_sender = excluded.envelope_sender,
                                   source_id = excluded.source_id, message = excluded.message,
                                   marked_at = excluded.marked_at)
                        select m.id from marked m
                        """)
                .bind("account", account)
                .bind(
                        "ids",
                        column(
                                markings,
                                Long.class,
                                marking -> marking.claim().delivery().value()))
                .bind(
                        "attempts",
                        column(
                                markings,
                                Integer.class,
                                marking -> marking.claim().attempts()))
                .bind("slots", column(markings, Integer.class, Marking::slot))
                .bind(
                        "senders",
                        column(
                                markings,
                                String.class,
                                marking -> marking.sender().value()))
                .bind(
                        "sources",
                        column(
                                markings,
                                String.class,
                                marking ->
                                        marking.source().map(Delta.Source::id).orElse(null)))
                .bind("messages", column(markings, byte[].class, Marking::kept))
                .bind("owner", owner)
                .bind("now", now)
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .set();
    }

    /// Keeps letters for as long as their deliveries need them: the slots that a node has them in serve others next.
    void keepLetters(Tx tx, AccountId account, long owner, Collection<DeliveryId> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        tx.update("""
                        insert into delivery_message (account_id, delivery_id, envelope_sender, source_id, message)
                        select :account, l.delivery_id, l.envelope_sender, l.source_id, l.message
                          from letter_slot l
                         where l.account_id = :account and l.owner = :owner and l.delivery_id = any(:deliveries)
                        on conflict do nothing
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind("deliveries", longs(deliveries))
                .execute();
    }

    /// The slots of a node that is dead.
    void dropSlots(Tx tx, AccountId account, long owner) {
        tx.update("delete from letter_slot where account_id = :account and owner = :owner")
                .bind("account", account)
                .bind("owner", owner)
                .execute();
    }

    /// Letters that have lain in their slots since before a moment, and whose deliveries are settled. What a letter is
    /// being written into stays.
    int dropSettledSlots(Tx tx, AccountId account, Instant markedBefore) {
        return tx.update("""
                        with idle as (
                            select l.owner, l.slot
                              from letter_slot l
                             where l.account_id = :account and l.marked_at < :markedBefore
                               and not exists (select from delivery_queue u
                                                where u.account_id = :account and u.delivery_id = l.delivery_id)
                               for update skip locked)
                        delete from letter_slot l
                         using idle i
                         where l.account_id = :account and l.owner = i.owner and l.slot = i.slot
                        """)
                .bind("account", account)
                .bind("markedBefore", markedBefore)
                .execute();
    }

    /// Bytes of deliveries that were settled without anybody who could see them: by a late reply, or by being dropped.
    int dropSettledMessages(Tx tx, AccountId account) {
        return tx.update("""
                        delete from delivery_message m
                         where m.account_id = :account
                           and not exists (select from delivery_queue u
                                            where u.account_id = :account and u.delivery_id = m.delivery_id)
                        """).bind("account", account).execute();
    }

    void dropMessages(Tx tx, AccountId account, Collection<DeliveryId> deliveries) {
        tx.update("delete from delivery_message where account_id = :account and delivery_id = any(:deliveries)")
                .bind("account", account)
                .bind("deliveries", longs(deliveries))
                .execute();
    }

    void insertMessage(Tx tx, AccountId account, DeliveryId delivery, Kept kept) {
        tx.update("""
                        insert into delivery_message (account_id, delivery_id, envelope_sender, message)
                        values (:account, :delivery, :sender, :message)
                        on conflict do nothing
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .bind("sender", kept.envelopeSender())
                .bind("message", kept.message())
                .execute();
    }

    void dropMessage(Tx tx, AccountId account, DeliveryId delivery) {
        tx.update("delete from delivery_message where account_id = :account and delivery_id = :delivery")
                .bind("account", account)
                .bind("delivery", delivery)
                .execute();
    }

    /// The queue says the same as the delivery.
    static final String NEXT_ATTEMPTS = """
                        update delivery_queue u
                           set next_attempt_at = p.next_attempt_at
                          from %s p
                         where u.account_id = :account and u.delivery_id = p.id
            """;

    /// Gives a claimed delivery back, as if it had never been taken.
    void release(Tx tx, Claim claim, long owner, Instant nextAttemptAt) {
        tx.update("""
                        with released as (
                            update delivery
                               set owner = null, next_attempt_at = :nextAttemptAt, trials = null
                             where account_id = :account and id = :id and owner = :owner and not at_dot
                               and attempts = :attempts
                            returning id, next_attempt_at)
                        """ + NEXT_ATTEMPTS.formatted("released"))
                .bind("account", claim.account())
                .bind("id", claim.delivery())
                .bind("owner", owner)
                .bind("attempts", claim.attempts())
                .bind("nextAttemptAt", nextAttemptAt)
                .execute();
    }

    /// A claimed delivery is about to be written on trial, or has been without harm.
    ///
    /// @param trials how often it was, with this one; empty when it is beyond suspicion
    void tryOut(Tx tx, Claim claim, long owner, Optional<Integer> trials) {
        tx.update("""
                        update delivery
                           set trials = :trials::integer
                         where account_id = :account and id = :id and owner = :owner and attempts = :attempts
                        """)
                .bind("account", claim.account())
                .bind("id", claim.delivery())
                .bind("owner", owner)
                .bind("attempts", claim.attempts())
                .bind("trials", trials.orElse(null))
                .execute();
    }

    /// Whether this node has marked a delivery and does not know yet what became of it.
    boolean isMarked(Tx tx, Claim claim, long owner) {
        return tx.query("""
                        select d.at_dot
                          from delivery d
                         where d.account_id = :account and d.id = :id and d.owner = :owner
                        """)
                .bind("account", claim.account())
                .bind("id", claim.delivery())
                .bind("owner", owner)
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
    }

    /// How an attempt of a delivery ended.
    record Result(Claim claim, Ending ending) {}

    /// Writes the ends of attempts, each once: a delivery that this node does not hold any more, or holds for another
    /// attempt, is left alone. Only the news that it was accepted is never too late, until it is tried again.
    ///
    /// Every attempt is written down. The bytes of what is done with are kept no longer; all others are.
    ///
    /// @return the deliveries that were written
    Set<DeliveryId> settle(Tx tx, AccountId account, List<Result> results, long owner) {
        var settled = tx.query("""
                        with ended as (
                            select e.id, e.attempts, e.state, e.at, e.next_attempt_at, e.settled_at, e.uncertain_at,
                                   e.reason, e.outcome, e.stage, e.reply, e.envelope_sender
                              from unnest(:ids::bigint[], :attempts::int[], :states::text[], :ats::timestamptz[],
                                          :nextAttemptAts::timestamptz[], :settledAts::timestamptz[],
                                          :uncertainAts::timestamptz[], :reasons::text[], :outcomes::text[],
                                          :stages::text[], :replies::text[], :senders::text[])
                                   as e (id, attempts, state, at, next_attempt_at, settled_at, uncertain_at, reason,
                                         outcome, stage, reply, envelope_sender)),
                        settled as (
                            update delivery d
                               set state = e.state, owner = null, at_dot = false, attempts = e.attempts, trials = null,
                                   next_attempt_at = e.next_attempt_at,
                                   first_tried_at = coalesce(d.first_tried_at, e.at), settled_at = e.settled_at,
                                   uncertain_at = coalesce(e.uncertain_at, d.uncertain_at), reason = e.reason,
                                   reply = e.reply, envelope_sender = coalesce(d.envelope_sender, e.envelope_sender)
                              from ended e
                             where d.account_id = :account and d.id = e.id
                               and ((d.owner = :owner and d.attempts = e.attempts - 1)
                                    or (e.state = 'sent' and d.uncertain_at is not null and d.attempts = e.attempts
                                        and d.owner is null
                                        and (d.state = 'uncertain' or (d.state = 'held' and d.reason = 'uncertain'))))
                            returning d.id, d.kind, d.attempts, d.uncertain_at, e.at, d.settled_at, d.next_attempt_at,
                                      e.outcome, e.stage, e.reply),
                        tried as (
                            insert into attempt (account_id, delivery_id, number, node, at, outcome, stage, reply)
                            select :account, s.id, s.attempts, :owner, s.at, s.outcome, s.stage, s.reply
                              from settled s
                            on conflict do nothing),
                        forgotten as (
                            delete from delivery_message m
                             using settled s
                             where m.account_id = :account and m.delivery_id = s.id and s.settled_at is not null
                               -- Nothing else was kept before this attempt, or by another node.
                               and (s.attempts > 1 or s.uncertain_at is not null or s.kind = 'notice')),
                        dropped as (
                            select s.id from settled s where s.settled_at is not null),
                        requeued as (
                            select s.id, s.next_attempt_at from settled s where s.settled_at is null),
                        """ + OUT_OF_THE_QUEUE + ", put_off as (" + NEXT_ATTEMPTS.formatted("requeued") + """
                        )
                        select s.id from settled s
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind(
                        "ids",
                        column(
                                results,
                                Long.class,
                                result -> result.claim().delivery().value()))
                .bind(
                        "attempts",
                        column(results, Integer.class, result -> result.claim().attempts() + 1))
                .bind(
                        "states",
                        column(
                                results,
                                String.class,
                                result -> result.ending().state().wireName()))
                .bind(
                        "ats",
                        column(
                                results,
                                String.class,
                                result -> result.ending().at().toString()))
                .bind(
                        "nextAttemptAts",
                        column(
                                results,
                                String.class,
                                result -> text(result.ending().nextAttemptAt())))
                .bind(
                        "settledAts",
                        column(
                                results,
                                String.class,
                                result -> result.ending().isSettled()
                                        ? result.ending().at().toString()
                                        : null))
                .bind(
                        "uncertainAts",
                        column(
                                results,
                                String.class,
                                result -> result.ending().isUncertain()
                                        ? result.ending().at().toString()
                                        : null))
                .bind(
                        "reasons",
                        column(
                                results,
                                String.class,
                                result -> result.ending().reason().orElse(null)))
                .bind(
                        "outcomes",
                        column(
                                results,
                                String.class,
                                result -> result.ending().attempt().outcome()))
                .bind(
                        "stages",
                        column(
                                results,
                                String.class,
                                result -> result.ending().attempt().stage().orElse(null)))
                .bind(
                        "replies",
                        column(
                                results,
                                String.class,
                                result -> result.ending().attempt().reply().orElse(null)))
                .bind(
                        "senders",
                        column(
                                results,
                                String.class,
                                result -> result.claim().envelopeSender().orElse(null)))
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .set();
        var late = results.stream()
                .filter(result -> !settled.contains(result.claim().delivery()))
                .toList();
        if (!late.isEmpty()) {
            tryTooLate(tx, account, late, owner);
        }
        keepLetters(
                tx,
                account,
                owner,
                results.stream()
                        .filter(result -> !result.ending().isSettled())
                        .map(result -> result.claim().delivery())
                        .filter(settled::contains)
                        .toList());
        return settled;
    }

    /// What comes too late to change anything was tried all the same. Nothing is written of somebody who was erased
    /// meanwhile, nor under a number that is still to come: it is that of the attempt that counts.
    private static void tryTooLate(Tx tx, AccountId account, List<Result> results, long owner) {
        var batch = tx.batch("""
                insert into attempt (account_id, delivery_id, number, node, at, outcome, stage, reply)
                select :account, d.id, :number, :owner, :at, :outcome, :stage, :reply
                  from delivery d
                 where d.account_id = :account and d.id = :id and d.attempts >= :number
                on conflict do nothing
                """);
        for (var result : results) {
            var attempt = result.ending().attempt();
            batch.bind("account", account)
                    .bind("id", result.claim().delivery())
                    .bind("number", result.claim().attempts() + 1)
                    .bind("owner", owner)
                    .bind("at", result.ending().at())
                    .bind("outcome", attempt.outcome())
                    .bind("stage", attempt.stage().orElse(null))
                    .bind("reply", attempt.reply().orElse(null))
                    .add();
        }
        batch.execute();
    }

    private static @Nullable String text(Optional<Instant> instant) {
        return instant.map(Instant::toString).orElse(null);
    }

    @SuppressWarnings("unchecked")
    private static <R, T> T[] column(List<R> rows, Class<T> type, Function<R, @Nullable T> value) {
        var column = (T[]) java.lang.reflect.Array.newInstance(type, rows.size());
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        return column;
    }

    long countAttempts(Tx tx, AccountId account, DeliveryId delivery, String outcome) {
        return tx.query("""
                        select count(*)
                          from attempt t
                         where t.account_id = :account and t.delivery_id = :delivery and t.outcome = :outcome
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .bind("outcome", outcome)
                .mapTo(Long.class)
                .one();
    }

    /// The nodes that may have claimed deliveries of an account.
    List<Long> holders(Tx tx, AccountId account) {
        return tx.query("select h.owner from delivery_holder h where h.account_id = :account")
                .bind("account", account)
                .mapTo(Long.class)
                .list();
    }

    /// Before every claim: whoever takes back what a node held waits for the claims that are being made.
    void hold(Tx tx, AccountId account, long owner, Instant now) {
        tx.update("""
                        insert into delivery_holder (account_id, owner, claimed_at)
                        values (:account, :owner, :now)
                        on conflict (account_id, owner) do update set claimed_at = excluded.claimed_at
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind("now", now)
                .execute();
    }

    /// Waits for the claims that the node is making. All that it has made before is seen by the statements that follow.
    void dropHolder(Tx tx, AccountId account, long owner) {
        tx.update("delete from delivery_holder where account_id = :account and owner = :owner")
                .bind("account", account)
                .bind("owner", owner)
                .execute();
    }

    /// What a node had taken and not begun goes back into the queue. If it is dead, to be written on trial: one of them
    /// may have ended it.
    ///
    /// @param except what the owner works on, if it is not dead
    List<DeliveryId> rescueClaimed(
            Tx tx, AccountId account, long owner, boolean isDead, List<DeliveryId> except, Instant now) {
        return tx.query("""
                        with rescued as (
                            update delivery d
                               set owner = null, next_attempt_at = :now, trials = case when :dead then coalesce(d.trials, 0) else d.trials end
                              from delivery_queue u
                             where u.account_id = :account and u.next_attempt_at is not null
                               and d.account_id = :account and d.id = u.delivery_id
                               and d.owner = :owner and not d.at_dot and d.id <> all (:except)
                               and d.state in ('scheduled', 'deferred', 'uncertain')
                            returning d.id, d.next_attempt_at),
                        queued as (
                        """ + NEXT_ATTEMPTS.formatted("rescued") + """
                        )
                        select r.id from rescued r
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind("dead", isDead)
                .bind("except", longs(except))
                .bind("now", now)
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .list();
    }

    /// What a dead node had marked may have arrived: uncertain, and sent again, or held if its sequence says so, or for
    /// an email of no sequence its account.
    ///
    /// @param except what the owner works on, if it is not dead
    /// @param resendAt when those that are sent again may be
    List<DeliveryId> rescueAtDot(
            Tx tx, AccountId account, long owner, List<DeliveryId> except, Instant resendAt, Instant now) {
        return tx.query("""
                        with marked as (
                            select v.id, coalesce(q.on_uncertain, a.on_uncertain) = 'hold' as holds
                              from delivery_queue u
                              join delivery v on v.account_id = :account and v.id = u.delivery_id
                              join account a on a.id = :account
                              left join sequence q on q.account_id = :account and q.id = v.sequence_id
                             where u.account_id = :account and u.next_attempt_at is not null
                               and v.owner = :owner and v.at_dot
                               and v.state in ('scheduled', 'deferred', 'uncertain') and v.id <> all (:except)),
                        rescued as (
                            update delivery d
                               set state = case when m.holds then 'held' else 'uncertain' end,
                                   next_attempt_at = case when m.holds then null else :resendAt end,
                                   reason = case when m.holds then 'uncertain' end,
                                   owner = null, at_dot = false, uncertain_at = :now, attempts = d.attempts + 1
                              from marked m
                             where d.account_id = :account and d.id = m.id and d.owner = :owner and d.at_dot
                            returning d.id, d.next_attempt_at),
                        queued as (
                        """ + NEXT_ATTEMPTS.formatted("rescued") + """
                        )
                        select r.id from rescued r
                        """)
                .bind("account", account)
                .bind("owner", owner)
                .bind("except", longs(except))
                .bind("resendAt", resendAt)
                .bind("now", now)
                .map((row, _) -> new DeliveryId(row.getLong("id")))
                .list();
    }

    private static Long[] longs(Collection<DeliveryId> ids) {
        return ids.stream().map(DeliveryId::value).toArray(Long[]::new);
    }

    boolean holdsUncertain(Tx tx, AccountId account, DeliveryId delivery) {
        return tx.query("""
                        select coalesce(q.on_uncertain, a.on_uncertain) = 'hold'
                          from delivery d
                          join account a on a.id = :account
                          left join sequence q on q.account_id = :account and q.id = d.sequence_id
                         where d.account_id = :account and d.id = :id
                        """)
                .bind("account", account)
                .bind("id", delivery)
                .mapTo(Boolean.class)
                .one();
    }

    Map<Delivery.State, Long> unresolved(Tx tx, AccountId account) {
        var counts = new HashMap<Delivery.State, Long>();
        tx.query("""
                        select d.unusual as state, count(*) as count from delivery d
                         where d.account_id = :account and d.unusual in ('uncertain', 'held')
                         group by d.unusual
                        """)
                .bind("account", account)
                .map((row, _) -> Map.entry(state(row), row.getLong("count")))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    /// Of what is settled an index knows all that was not sent; the queue knows the rest.
    Map<Delivery.State, Long> counts(Tx tx, AccountId account) {
        var counts = new HashMap<Delivery.State, Long>();
        tx.query("""
                        with waiting as (
                        """ + "select " + STATE + " as state, count(*) as count\n" + """
                              from delivery_queue u
                              join delivery d on d.account_id = :account and d.id = u.delivery_id
                             where u.account_id = :account
                             group by 1),
                        settled as (
                            select d.unusual as state, count(*) as count
                              from delivery d
                             where d.account_id = :account and d.unusual in ('failed', 'skipped', 'bounced')
                             group by d.unusual),
                        others as (
                            select w.state, w.count from waiting w
                            union all
                            select s.state, s.count from settled s)
                        select o.state, o.count from others o
                        union all
                        select 'sent', l.count - coalesce((select sum(o.count) from others o), 0)::bigint
                          from (select count(*) as count from delivery d where d.account_id = :account) l
                        """)
                .bind("account", account)
                .map((row, _) -> Map.entry(state(row), row.getLong("count")))
                .forEach(entry -> counts.merge(entry.getKey(), entry.getValue(), Long::sum));
        return counts;
    }

    void insertNode(Tx tx, long id, Instant now) {
        tx.update("insert into node (id, started_at) values (:id, :now)")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    private static Delivery.State state(ResultSet row) throws SQLException {
        return Delivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return new Delivery(
                new DeliveryId(row.getLong("id")),
                kind(row),
                state(row),
                instant(row, "due_at"),
                optionalInstant(row, "next_attempt_at"),
                row.getInt("attempts"),
                optionalInstant(row, "settled_at"),
                optionalInstant(row, "bounced_at"),
                Rows.optionalInstant(row, "uncertain_at"),
                optionalText(row, "reason"),
                optionalText(row, "detail").map(JsonColumn::read).orElse(Map.of()),
                optionalText(row, "reply"));
    }

    private static Kind kind(ResultSet row) throws SQLException {
        var subscriber = Optional.ofNullable(nullableLong(row, "subscriber_id")).map(SubscriberId::new);
        var kind = row.getString("kind");
        return switch (kind) {
            case "sequence" ->
                new Kind.SequenceMail(
                        new EnrollmentId(row.getLong("enrollment_id")),
                        row.getInt("run"),
                        new SequenceId(row.getLong("sequence_id")),
                        new SequenceEmailId(row.getLong("sequence_email_id")),
                        subscriber.orElseThrow());
            case "broadcast" ->
                new Kind.BroadcastMail(new BroadcastId(row.getLong("broadcast_id")), subscriber.orElseThrow());
            case "notice" ->
                new Kind.NoticeMail(
                        Notice.Purpose.valueOf(row.getString("purpose").toUpperCase(Locale.ROOT)),
                        row.getString("recipient"),
                        instant(row, "give_up_at"),
                        subscriber);
            default -> throw new IllegalStateException("a kind of mail that is none: " + kind);
        };
    }
}
