package reynard.sequence;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalFlag;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;
import reynard.id.Id;
import reynard.id.SendingAddressId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.template.Format;

/// Every statement of the room.
final class SequenceStore {
    private static final Listing<Sequence> NEWEST = new Listing<>(
            """
            select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour, q.time_zone,
                   q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking, q.click_tracking, q.catch_up, q.catch_up_hours, q.overdue,
                   q.overdue_hours, q.plan_version, q.plan_changed_at, q.created_at, q.updated_at,
                   array(select x.source_type || ' ' || x.source_id
                           from sequence_exclusion x
                          where x.account_id = :account and x.sequence_id = q.id) as exclusions
              from sequence q
             where q.account_id = :account and q.deleted_at is null
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("q.id", "id")), (row, _) -> sequence(row));

    private static final Listing<SequenceEmail> BY_POSITION = new Listing<>(
            """
            select e.id, e.sequence_id, e.position, e.subject, e.preview_text, e.content, e.delay_value, e.delay_unit,
                   e.send_days, e.email_template_id, e.content_type, e.published, e.deletion
              from sequence_email e
             where e.account_id = :account and e.sequence_id = :sequence and e.deletion = 0
            """,
            Listing.Order.ASCENDING,
            List.of(Listing.Key.number("e.position", "position"), Listing.Key.number("e.id", "id")),
            (row, _) -> email(row));

    Page<Sequence> list(Tx tx, AccountId account, PageRequest request) {
        return NEWEST.read(tx, Map.of("account", account), request);
    }

    Optional<Sequence> find(Tx tx, AccountId account, SequenceId id) {
        return tx.query("""
                        select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour,
                               q.time_zone, q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking, q.click_tracking, q.catch_up,
                               q.catch_up_hours, q.overdue, q.overdue_hours, q.plan_version, q.plan_changed_at, q.created_at,
                               q.updated_at,
                               array(select x.source_type || ' ' || x.source_id
                                       from sequence_exclusion x
                                      where x.account_id = :account and x.sequence_id = q.id) as exclusions
                          from sequence q
                         where q.account_id = :account and q.id = :id and q.deleted_at is null
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> sequence(row))
                .findOne();
    }

    List<Sequence> findAll(Tx tx, AccountId account, Collection<SequenceId> ids) {
        return tx.query("""
                        select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour,
                               q.time_zone, q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking,
                               q.click_tracking, q.catch_up, q.catch_up_hours, q.overdue, q.overdue_hours,
                               q.plan_version, q.plan_changed_at, q.created_at, q.updated_at,
                               array(select x.source_type || ' ' || x.source_id
                                       from sequence_exclusion x
                                      where x.account_id = :account and x.sequence_id = q.id) as exclusions
                          from sequence q
                         where q.account_id = :account and q.id = any(:ids) and q.deleted_at is null
                        """)
                .bind("account", account)
                .bind("ids", longs(ids))
                .map((row, _) -> sequence(row))
                .list();
    }

    Optional<Sequence> findEvenDeleted(Tx tx, AccountId account, SequenceId id) {
        return tx.query("""
                        select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour,
                               q.time_zone, q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking, q.click_tracking, q.catch_up,
                               q.catch_up_hours, q.overdue, q.overdue_hours, q.plan_version, q.plan_changed_at,
                               q.created_at,
                               q.updated_at,
                               array(select x.source_type || ' ' || x.source_id
                                       from sequence_exclusion x
                                      where x.account_id = :account and x.sequence_id = q.id) as exclusions
                          from sequence q
                         where q.account_id = :account and q.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> sequence(row))
                .findOne();
    }

    List<SequenceId> active(Tx tx, AccountId account) {
        return tx.query("""
                        select q.id from sequence q
                         where q.account_id = :account and q.active and q.deleted_at is null
                         order by q.id
                        """)
                .bind("account", account)
                .map((row, _) -> new SequenceId(row.getLong("id")))
                .list();
    }

    /// Nobody else changes the sequence before this transaction ends.
    Optional<Sequence> findForUpdate(Tx tx, AccountId account, SequenceId id) {
        return tx.query("""
                        select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour,
                               q.time_zone, q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking, q.click_tracking, q.catch_up,
                               q.catch_up_hours, q.overdue, q.overdue_hours, q.plan_version, q.plan_changed_at, q.created_at,
                               q.updated_at,
                               array(select x.source_type || ' ' || x.source_id
                                       from sequence_exclusion x
                                      where x.account_id = :account and x.sequence_id = q.id) as exclusions
                          from sequence q
                         where q.account_id = :account and q.id = :id and q.deleted_at is null
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> sequence(row))
                .findOne();
    }

    /// The sequence does not change before this transaction ends; others may read it the same way.
    Optional<Sequence> findForShare(Tx tx, AccountId account, SequenceId id) {
        return tx.query("""
                        select q.id, q.name, q.sending_address_id, q.email_template_id, q.send_days, q.send_hour,
                               q.time_zone, q.active, q.repeat, q.hold, q.paused_at, q.on_uncertain, q.open_tracking, q.click_tracking, q.catch_up,
                               q.catch_up_hours, q.overdue, q.overdue_hours, q.plan_version, q.plan_changed_at, q.created_at,
                               q.updated_at,
                               array(select x.source_type || ' ' || x.source_id
                                       from sequence_exclusion x
                                      where x.account_id = :account and x.sequence_id = q.id) as exclusions
                          from sequence q
                         where q.account_id = :account and q.id = :id and q.deleted_at is null
                           for share
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> sequence(row))
                .findOne();
    }

    void insert(Tx tx, AccountId account, Sequence sequence) {
        bind(tx.update("""
                        insert into sequence
                               (account_id, id, name, sending_address_id, email_template_id, send_days, send_hour,
                                time_zone, active, repeat, hold, paused_at, on_uncertain, open_tracking,
                                click_tracking, catch_up, catch_up_hours, overdue, overdue_hours, plan_version, plan_changed_at,
                                created_at, updated_at)
                        values (:account, :id, :name, :sendingAddress, :emailTemplate, :sendDays, :sendHour,
                                :timeZone, :active, :repeat, :hold, :pausedAt, :onUncertain, :openTracking,
                                :clickTracking, :catchUp,
                                :catchUpHours, :overdue, :overdueHours, :planVersion, :planChangedAt,
                                :createdAt, :updatedAt)
                        """), account, sequence)
                .bind("createdAt", sequence.createdAt())
                .execute();
        insertExclusions(tx, account, sequence);
    }

    void update(Tx tx, AccountId account, Sequence sequence) {
        bind(tx.update("""
                        update sequence
                           set name = :name, sending_address_id = :sendingAddress,
                               email_template_id = :emailTemplate, send_days = :sendDays, send_hour = :sendHour,
                               time_zone = :timeZone, active = :active, repeat = :repeat, hold = :hold,
                               paused_at = :pausedAt, on_uncertain = :onUncertain,
                               open_tracking = :openTracking, click_tracking = :clickTracking, catch_up = :catchUp,
                               catch_up_hours = :catchUpHours, overdue = :overdue, overdue_hours = :overdueHours,
                               plan_version = :planVersion, plan_changed_at = :planChangedAt,
                               updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """), account, sequence).execute();
        tx.update("delete from sequence_exclusion where account_id = :account and sequence_id = :sequence")
                .bind("account", account)
                .bind("sequence", sequence.id())
                .execute();
        insertExclusions(tx, account, sequence);
    }

    SortedSet<Exclusion> accountExclusions(Tx tx, AccountId account) {
        var exclusions = tx.query("""
                        select x.source_type, x.source_id
                          from account_exclusion x
                         where x.account_id = :account
                        """)
                .bind("account", account)
                .map((row, _) -> new Exclusion(
                        Exclusion.Source.named(row.getString("source_type")).orElseThrow(), row.getLong("source_id")))
                .list();
        return new TreeSet<>(exclusions);
    }

    void replaceAccountExclusions(Tx tx, AccountId account, Collection<Exclusion> exclusions) {
        tx.update("delete from account_exclusion where account_id = :account")
                .bind("account", account)
                .execute();
        if (exclusions.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into account_exclusion (account_id, source_type, source_id)
                values (:account, :type, :id)
                """);
        for (var exclusion : exclusions) {
            batch.bind("account", account)
                    .bind("type", exclusion.source().wireName())
                    .bind("id", exclusion.id())
                    .add();
        }
        batch.execute();
    }

    /// No sequence leaves out any more who has this.
    void forget(Tx tx, AccountId account, Exclusion exclusion) {
        for (var sql : List.of("""
                delete from sequence_exclusion
                 where account_id = :account and source_type = :type and source_id = :source
                """, """
                delete from account_exclusion
                 where account_id = :account and source_type = :type and source_id = :source
                """)) {
            tx.update(sql)
                    .bind("account", account)
                    .bind("type", exclusion.source().wireName())
                    .bind("source", exclusion.id())
                    .execute();
        }
    }

    private static org.jdbi.v3.core.statement.Update bind(
            org.jdbi.v3.core.statement.Update update, AccountId account, Sequence sequence) {
        var settings = sequence.settings();
        return update.bind("account", account)
                .bind("id", sequence.id())
                .bind("name", settings.name())
                .bind("sendingAddress", settings.sendingAddress().map(Id::value).orElse(null))
                .bind("emailTemplate", settings.emailTemplate().map(Id::value).orElse(null))
                .bind("sendDays", settings.sendDays().mask())
                .bind("sendHour", settings.sendHour())
                .bind("timeZone", settings.timeZone())
                .bind("active", settings.active())
                .bind("repeat", settings.repeat())
                .bind("hold", settings.hold())
                .bind("pausedAt", sequence.pausedAt().orElse(null))
                .bind("onUncertain", sequence.handling().onUncertain().wireName())
                .bind("openTracking", sequence.handling().tracking().opens().orElse(null))
                .bind("clickTracking", sequence.handling().tracking().clicks().orElse(null))
                .bind("catchUp", sequence.handling().catchUp().wireName())
                .bind("catchUpHours", sequence.handling().catchUp().hours())
                .bind("overdue", sequence.overdue().wireName())
                .bind("overdueHours", sequence.overdue().hours())
                .bind("planVersion", sequence.planVersion())
                .bind("planChangedAt", sequence.planChangedAt())
                .bind("updatedAt", sequence.updatedAt());
    }

    private static void insertExclusions(Tx tx, AccountId account, Sequence sequence) {
        var exclusions = sequence.settings().exclusions();
        if (exclusions.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into sequence_exclusion (account_id, sequence_id, source_type, source_id)
                values (:account, :sequence, :type, :source)
                """);
        for (var exclusion : exclusions) {
            batch.bind("account", account)
                    .bind("sequence", sequence.id())
                    .bind("type", exclusion.source().wireName())
                    .bind("source", exclusion.id())
                    .add();
        }
        batch.execute();
    }

    void raisePlanVersion(Tx tx, AccountId account, SequenceId id, long planVersion, CatchUp overdue, Instant now) {
        tx.update("""
                        update sequence
                           set plan_version = :planVersion, overdue = :overdue, overdue_hours = :overdueHours,
                               plan_changed_at = :now, updated_at = :now
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("planVersion", planVersion)
                .bind("overdue", overdue.wireName())
                .bind("overdueHours", overdue.hours())
                .bind("now", now)
                .execute();
    }

    boolean delete(Tx tx, AccountId account, SequenceId id, Instant now) {
        return tx.update("""
                        update sequence set deleted_at = :now, active = false, updated_at = :now
                         where account_id = :account and id = :id and deleted_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    /// Which of these exclusions name something that the account has.
    SortedSet<Exclusion> existing(Tx tx, AccountId account, Collection<Exclusion> exclusions) {
        var existing = new TreeSet<Exclusion>();
        tx.query("""
                        select 'tag' as type, t.id from tag t where t.account_id = :account and t.id = any(:tags)
                        union all
                        select 'sequence', q.id from sequence q
                         where q.account_id = :account and q.id = any(:sequences) and q.deleted_at is null
                        union all
                        select 'form', f.id from form f where f.account_id = :account and f.id = any(:forms)
                        union all
                        select 'segment', s.id from segment s where s.account_id = :account and s.id = any(:segments)
                        """)
                .bind("account", account)
                .bind("tags", ids(exclusions, Exclusion.Source.TAG))
                .bind("sequences", ids(exclusions, Exclusion.Source.SEQUENCE))
                .bind("forms", ids(exclusions, Exclusion.Source.FORM))
                .bind("segments", ids(exclusions, Exclusion.Source.SEGMENT))
                .map((row, _) -> new Exclusion(
                        Exclusion.Source.named(row.getString("type")).orElseThrow(), row.getLong("id")))
                .forEach(existing::add);
        return existing;
    }

    private static Long[] ids(Collection<Exclusion> exclusions, Exclusion.Source source) {
        return exclusions.stream()
                .filter(exclusion -> exclusion.source() == source)
                .map(Exclusion::id)
                .toArray(Long[]::new);
    }

    /// How many emails a sequence has, drafts too, and how many active subscribers are in it.
    Map<SequenceId, Sequences.Counts> counts(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        // Who leaves the list leaves these states with it, so that an index alone tells how many there are.
        var counts = new HashMap<SequenceId, Sequences.Counts>();
        tx.query("""
                        select q.id,
                               (select count(*)
                                  from sequence_email e
                                 where e.account_id = :account and e.sequence_id = q.id and e.deletion = 0) as emails,
                               (select count(*)
                                  from enrollment n
                                 where n.account_id = :account and n.sequence_id = q.id
                                   and n.is_open) as subscribers
                          from sequence q
                         where q.account_id = :account and q.id = any(:sequences)
                        """)
                .bind("account", account)
                .bind("sequences", longs(sequences))
                .map((row, _) -> Map.entry(
                        new SequenceId(row.getLong("id")),
                        new Sequences.Counts(row.getLong("emails"), row.getLong("subscribers"))))
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    Page<SequenceEmail> emails(Tx tx, AccountId account, SequenceId sequence, PageRequest request) {
        return BY_POSITION.read(tx, Map.of("account", account, "sequence", sequence), request);
    }

    Optional<SequenceEmail> findEmail(Tx tx, AccountId account, SequenceEmailId id) {
        return tx.query("""
                        select e.id, e.sequence_id, e.position, e.subject, e.preview_text, e.content, e.delay_value,
                               e.delay_unit, e.send_days, e.email_template_id, e.content_type, e.published, e.deletion
                          from sequence_email e
                         where e.account_id = :account and e.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> email(row))
                .findOne();
    }

    /// The emails as the walk needs them: every one that ever was, without its content.
    List<SequenceEmail> outline(Tx tx, AccountId account, SequenceId sequence) {
        return tx.query("""
                        select e.id, e.sequence_id, e.position, e.subject, null as preview_text, null as content,
                               e.delay_value, e.delay_unit, e.send_days, e.email_template_id, e.content_type, e.published, e.deletion
                          from sequence_email e
                         where e.account_id = :account and e.sequence_id = :sequence
                         order by e.position, e.id
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .map((row, _) -> email(row))
                .list();
    }

    /// @return false when the position is taken
    boolean insertEmail(Tx tx, AccountId account, SequenceEmail email, Instant now) {
        return bind(tx.update("""
                        insert into sequence_email
                               (account_id, id, sequence_id, position, subject, preview_text, content, delay_value,
                                delay_unit, send_days, email_template_id, content_type, published, created_at,
                                updated_at)
                        values (:account, :id, :sequence, :position, :subject, :previewText, :content, :delayValue,
                                :delayUnit, :sendDays, :emailTemplate, :contentType, :published, :now, :now)
                        """), account, email, now).execute() == 1;
    }

    void updateEmail(Tx tx, AccountId account, SequenceEmail email, Instant now) {
        bind(tx.update("""
                        update sequence_email
                           set position = :position, subject = :subject, preview_text = :previewText,
                               content = :content, delay_value = :delayValue, delay_unit = :delayUnit,
                               send_days = :sendDays, email_template_id = :emailTemplate, content_type = :contentType,
                               published = :published,
                               updated_at = :now
                         where account_id = :account and id = :id and sequence_id = :sequence
                        """), account, email, now).execute();
    }

    private static org.jdbi.v3.core.statement.Update bind(
            org.jdbi.v3.core.statement.Update update, AccountId account, SequenceEmail email, Instant now) {
        var settings = email.settings();
        return update.bind("account", account)
                .bind("id", email.id())
                .bind("sequence", email.sequence())
                .bind("position", settings.position())
                .bind("subject", settings.subject())
                .bind("previewText", settings.previewText().orElse(null))
                .bind("content", settings.content().orElse(null))
                .bind("delayValue", delayValue(settings.delay()))
                .bind("delayUnit", settings.delay() instanceof Delay.Hours ? "hours" : "days")
                .bind("sendDays", settings.sendDays().map(SendDays::mask).orElse(null))
                .bind("emailTemplate", settings.emailTemplate().map(Id::value).orElse(null))
                .bind("contentType", settings.format().wireName())
                .bind("published", settings.published())
                .bind("now", now);
    }

    /// Positions only; those that are gone keep theirs apart from the others.
    void place(Tx tx, AccountId account, SequenceId sequence, List<SequenceEmail> emails, Instant now) {
        tx.update("""
                        update sequence_email e
                           set position = p.position, updated_at = :now
                          from unnest(:ids::bigint[], :positions::int[]) as p (id, position)
                         where e.account_id = :account and e.sequence_id = :sequence and e.id = p.id
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("ids", longs(emails.stream().map(SequenceEmail::id).toList()))
                .bind(
                        "positions",
                        emails.stream()
                                .map(email -> email.settings().position())
                                .toArray(Integer[]::new))
                .bind("now", now)
                .execute();
    }

    boolean deleteEmail(Tx tx, AccountId account, SequenceEmailId id, Instant now) {
        return tx.update("""
                        update sequence_email
                           set deleted_at = :now, deletion = id, published = false, updated_at = :now
                         where account_id = :account and id = :id and deletion = 0
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    private static Sequence sequence(ResultSet row) throws SQLException {
        return new Sequence(
                new SequenceId(row.getLong("id")),
                new SequenceSettings(
                        row.getString("name"),
                        Optional.ofNullable(nullableLong(row, "sending_address_id"))
                                .map(SendingAddressId::new),
                        Optional.ofNullable(nullableLong(row, "email_template_id"))
                                .map(EmailTemplateId::new),
                        new SendDays(row.getInt("send_days")),
                        row.getInt("send_hour"),
                        row.getString("time_zone"),
                        row.getBoolean("active"),
                        row.getBoolean("repeat"),
                        row.getBoolean("hold"),
                        exclusions((String[]) row.getArray("exclusions").getArray())),
                new Handling(
                        catchUp(row, "catch_up"),
                        Handling.OnUncertain.named(row.getString("on_uncertain"))
                                .orElseThrow(),
                        new Handling.Tracking(optionalFlag(row, "open_tracking"), optionalFlag(row, "click_tracking"))),
                catchUp(row, "overdue"),
                optionalInstant(row, "paused_at"),
                row.getLong("plan_version"),
                instant(row, "plan_changed_at"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    /// @param sources each a type and an id, with a space between
    private static SortedSet<Exclusion> exclusions(String[] sources) {
        var exclusions = new TreeSet<Exclusion>();
        for (var source : sources) {
            int space = source.indexOf(' ');
            exclusions.add(new Exclusion(
                    Exclusion.Source.named(source.substring(0, space)).orElseThrow(),
                    Long.parseLong(source.substring(space + 1))));
        }
        return exclusions;
    }

    private static CatchUp catchUp(ResultSet row, String column) throws SQLException {
        return CatchUp.of(row.getString(column), row.getInt(column + "_hours"));
    }

    private static SequenceEmail email(ResultSet row) throws SQLException {
        return new SequenceEmail(
                new SequenceEmailId(row.getLong("id")),
                new SequenceId(row.getLong("sequence_id")),
                new EmailSettings(
                        row.getString("subject"),
                        optionalText(row, "preview_text"),
                        optionalText(row, "content"),
                        Format.named(row.getString("content_type")).orElseThrow(),
                        delay(row.getInt("delay_value"), row.getString("delay_unit")),
                        Optional.ofNullable(nullableLong(row, "send_days")).map(mask -> new SendDays(mask.intValue())),
                        Optional.ofNullable(nullableLong(row, "email_template_id"))
                                .map(EmailTemplateId::new),
                        row.getBoolean("published"),
                        row.getInt("position")),
                row.getLong("deletion") != 0);
    }

    private static Delay delay(int value, String unit) {
        if (unit.equals("hours")) {
            return new Delay.Hours(value);
        }
        return value == 0 ? new Delay.Immediate() : new Delay.Days(value);
    }

    private static int delayValue(Delay delay) {
        return switch (delay) {
            case Delay.Immediate _ -> 0;
            case Delay.Hours(int count) -> count;
            case Delay.Days(int count) -> count;
        };
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return new ArrayList<Id>(ids).stream().map(Id::value).toArray(Long[]::new);
    }
}
