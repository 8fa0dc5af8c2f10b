package reynard.delivery;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.db.JsonColumn;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;

/// Every statement about what a person decides.
final class DecisionStore {
    /// What there is to decide about.
    record Open(Delivery.State state, Optional<String> reason) {}

    /// Locks it.
    Optional<Open> findOpen(Tx tx, AccountId account, DeliveryId delivery) {
        return tx.query("""
                        select d.state, d.reason
                          from delivery d
                         where d.account_id = :account and d.id = :id and d.state in ('uncertain', 'held')
                           and d.owner is null
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", delivery)
                .map((row, _) -> new Open(state(row), optionalText(row, "reason")))
                .findOne();
    }

    /// Back into the queue. Of what may have arrived that stays true, and its bytes are kept. What is tried anew has
    /// all
    /// the time again that a first try has.
    void requeue(Tx tx, AccountId account, DeliveryId delivery, Instant now) {
        tx.update("""
                        with requeued as (
                            update delivery
                               set state = case when state = 'uncertain' or reason = 'uncertain' then 'uncertain'
                                                else 'scheduled' end,
                                   reason = case when state = 'uncertain' or reason = 'uncertain' then 'uncertain' end,
                                   first_tried_at = case when first_tried_at is not null then :now end,
                                   next_attempt_at = :now
                             where account_id = :account and id = :id and state in ('uncertain', 'held')
                               and owner is null
                            returning id, next_attempt_at)
                        """ + DeliveryStore.NEXT_ATTEMPTS.formatted("requeued"))
                .bind("account", account)
                .bind("id", delivery)
                .bind("now", now)
                .execute();
    }

    /// @param open what it was until now, which is all that its detail says from now on
    void leave(Tx tx, AccountId account, DeliveryId delivery, Open open, Instant now) {
        var detail = new LinkedHashMap<String, Object>();
        detail.put("was", open.state().wireName());
        open.reason().ifPresent(reason -> detail.put("because", reason));
        tx.query("""
                        with dropped as (
                            update delivery
                               set state = 'skipped', reason = 'left_by_hand', settled_at = :now,
                                   next_attempt_at = null, detail = :detail::jsonb
                             where account_id = :account and id = :id and state in ('uncertain', 'held')
                               and owner is null
                            returning id),
                        """ + DeliveryStore.OUT_OF_THE_QUEUE + """
                        select count(*) from dropped
                        """)
                .bind("account", account)
                .bind("id", delivery)
                .bind("detail", JsonColumn.write(detail))
                .bind("now", now)
                .mapTo(Integer.class)
                .one();
    }

    void insert(Tx tx, AccountId account, DeliveryId delivery, Decision decision) {
        tx.update("""
                        insert into decision (account_id, delivery_id, at, verdict, state, reason, note)
                        values (:account, :delivery, :at, :verdict, :state, :reason, :note)
                        on conflict do nothing
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .bind("at", decision.at())
                .bind("verdict", decision.verdict().wireName())
                .bind("state", decision.state().wireName())
                .bind("reason", decision.reason().orElse(null))
                .bind("note", decision.note().orElse(null))
                .execute();
    }

    /// Oldest first.
    List<Decision> list(Tx tx, AccountId account, DeliveryId delivery) {
        return tx.query("""
                        select d.at, d.verdict, d.state, d.reason, d.note
                          from decision d
                         where d.account_id = :account and d.delivery_id = :delivery
                         order by d.at
                        """)
                .bind("account", account)
                .bind("delivery", delivery)
                .map((row, _) -> new Decision(
                        instant(row, "at"),
                        Decision.Verdict.valueOf(row.getString("verdict").toUpperCase(Locale.ROOT)),
                        state(row),
                        optionalText(row, "reason"),
                        optionalText(row, "note")))
                .list();
    }

    private static Delivery.State state(ResultSet row) throws SQLException {
        return Delivery.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT));
    }
}
