package reynard.enrollment;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EnrollmentId;
import reynard.id.Id;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.Exclusion;
import reynard.subscriber.MemberFilter;

/// Every statement about enrollments.
final class EnrollmentStore {
    private static final String SELECT = """
            select e.id, e.sequence_id, e.subscriber_id, e.run, e.source, e.added_at, e.state, e.parked_because,
                   e.last_email_id, e.anchor_at, e.next_email_id, e.due_at, e.tzdata, e.plan_version, e.finished_at,
                   e.finish_reason
            """;

    /// Those of an account, to which a statement adds which of them.
    private static final String ENROLLMENTS = SELECT + """
              from enrollment e
             where e.account_id = :account
            """;

    /// The queue says the same as what is `written`. Whoever writes an enrollment that there was already has locked it
    /// before, so nobody else is at its row of the queue.
    private static final String QUEUED = """
                        queued as (
                            insert into enrollment_queue as u (account_id, enrollment_id, due_at)
                            select :account, w.id, w.due_at from written w where w.due_at is not null
                            on conflict (account_id, enrollment_id) do update
                               set due_at = excluded.due_at
                             where u.due_at <> excluded.due_at)
            """;

    private static final Set<String> INSIDE = Set.of("waiting", "sending", "parked");

    private static final Listing<Member> MEMBERS = new Listing<>(
            """
            select e.id, e.subscriber_id, e.added_at
              from enrollment e
              join subscriber s on s.account_id = :account and s.id = e.subscriber_id
             where e.account_id = :account and e.sequence_id = :sequence and e.state <> 'removed'
               and (:state::text is null or s.state = :state)
               and (:addedAfter::timestamptz is null or e.added_at > :addedAfter)
               and (:addedBefore::timestamptz is null or e.added_at < :addedBefore)
               and (:createdAfter::timestamptz is null or s.created_at > :createdAfter)
               and (:createdBefore::timestamptz is null or s.created_at < :createdBefore)
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.instant("e.added_at", "added_at"), Listing.Key.number("e.id", "id")),
            (row, _) -> new Member(new SubscriberId(row.getLong("subscriber_id")), instant(row, "added_at")));

    /// A subscriber in a sequence, and since when.
    record Member(SubscriberId subscriber, Instant addedAt) {}

    Page<Member> members(Tx tx, AccountId account, SequenceId sequence, MemberFilter filter, PageRequest page) {
        var parameters = filter.parameters(account);
        parameters.put("sequence", sequence);
        return MEMBERS.read(tx, parameters, page);
    }

    Optional<Enrollment> findForUpdate(Tx tx, AccountId account, SequenceId sequence, SubscriberId subscriber) {
        return tx.query(ENROLLMENTS + """
                           and e.sequence_id = :sequence and e.subscriber_id = :subscriber
                           for no key update
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("subscriber", subscriber)
                .map((row, _) -> enrollment(row))
                .findOne();
    }

    Optional<Enrollment> findForUpdate(Tx tx, AccountId account, EnrollmentId id) {
        return tx.query(ENROLLMENTS + """
                           and e.id = :id
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> enrollment(row))
                .findOne();
    }

    /// Those that there are, by id.
    List<Enrollment> findAllForUpdate(Tx tx, AccountId account, Collection<EnrollmentId> ids) {
        return tx.query(ENROLLMENTS + """
                           -- As a sub-select, so that how many there are makes no other plan.
                           and e.id = any((select :ids::bigint[])::bigint[])
                         order by e.id
                           for no key update
                        """)
                .bind("account", account)
                .bind("ids", longs(ids))
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// Those of the people who were ever in the sequence, by id.
    List<Enrollment> findAllForUpdate(
            Tx tx, AccountId account, SequenceId sequence, Collection<SubscriberId> subscribers) {
        return tx.query(ENROLLMENTS + """
                           and e.sequence_id = :sequence
                           and e.subscriber_id = any(:subscribers)
                         order by e.id
                           for no key update
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("subscribers", longs(subscribers))
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// The subscriber's enrollments that are not over.
    List<Enrollment> openForUpdate(Tx tx, AccountId account, SubscriberId subscriber) {
        return tx.query(ENROLLMENTS + """
                           and e.subscriber_id = :subscriber and e.finished_at is null
                         order by e.id
                           for no key update
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// Those due, oldest first, but for the rows that another node is working on.
    List<Enrollment> claimDue(Tx tx, AccountId account, Instant now, int limit) {
        return tx.query(SELECT + """
                          from enrollment_queue u
                          join enrollment e on e.account_id = :account and e.id = u.enrollment_id
                         where u.account_id = :account and u.due_at <= :now
                           -- It is what gets locked, and what is looked at again when somebody else has had the lock.
                           and e.state = 'waiting' and e.due_at <= :now
                         order by u.due_at, u.enrollment_id
                         limit :limit
                           for no key update of e skip locked
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("limit", limit)
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// Those whose plan is older than the given one and who wait or are parked.
    List<Enrollment> claimStale(Tx tx, AccountId account, SequenceId sequence, long planVersion, int limit) {
        return tx.query(ENROLLMENTS + """
                           and e.sequence_id = :sequence
                           and e.plan_version < :planVersion and e.is_open and e.state in ('waiting', 'parked')
                         order by e.plan_version, e.id
                         limit :limit
                           for no key update skip locked
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("planVersion", planVersion)
                .bind("limit", limit)
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// Whether anyone is left whose plan is older, those with an email on its way included.
    boolean hasStale(Tx tx, AccountId account, SequenceId sequence, long planVersion) {
        return tx.query("""
                        select exists (
                            select from enrollment e
                             where e.account_id = :account and e.sequence_id = :sequence
                               and e.plan_version < :planVersion and e.is_open)
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("planVersion", planVersion)
                .mapTo(Boolean.class)
                .one();
    }

    /// @return false when the subscriber is or was in the sequence already
    boolean insert(Tx tx, AccountId account, Enrollment enrollment) {
        return bind(
                                tx.query("""
                        with written as (
                            insert into enrollment
                                   (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,
                                    parked_because, last_email_id, anchor_at, next_email_id, due_at, tzdata,
                                    plan_version, finished_at, finish_reason, created_at)
                            values (:account, :id, :sequence, :subscriber, :run, :source, :addedAt, :state,
                                    :parkedBecause, :lastEmail, :anchorAt, :nextEmail, :dueAt, :tzdata,
                                    :planVersion, :finishedAt, :finishReason, :addedAt)
                            on conflict (account_id, sequence_id, subscriber_id) do nothing
                            returning id, due_at),
                        """ + QUEUED + """
                        select count(*) from written
                        """)
                                        .bind("sequence", enrollment.sequence())
                                        .bind("subscriber", enrollment.subscriber()),
                                account,
                                enrollment)
                        .mapTo(Integer.class)
                        .one()
                == 1;
    }

    /// Those who enter a sequence, each for the first time.
    ///
    /// @return who is in it by this; the others are or were already
    Set<SubscriberId> insertAll(Tx tx, AccountId account, SequenceId sequence, List<Enrollment> enrollments) {
        var columns = enrollments.stream()
                .map(enrollment -> Columns.of(enrollment.progress()))
                .toList();
        return tx.query("""
                        with written as (
                            insert into enrollment
                                   (account_id, id, sequence_id, subscriber_id, run, source, added_at, state,
                                    parked_because, last_email_id, anchor_at, next_email_id, due_at, tzdata,
                                    plan_version, finished_at, finish_reason, created_at)
                            select :account, n.id, :sequence, n.subscriber_id, 1, n.source, n.added_at, n.state,
                                   n.parked_because, n.last_email_id, n.anchor_at, n.next_email_id, n.due_at, n.tzdata,
                                   n.plan_version, n.finished_at, n.finish_reason, n.added_at
                              from unnest(:ids::bigint[], :subscribers::bigint[], :sources::text[],
                                          :addedAts::timestamptz[], :states::text[], :parkedBecauses::text[],
                                          :lastEmails::bigint[], :anchorAts::timestamptz[], :nextEmails::bigint[],
                                          :dueAts::timestamptz[], :tzdatas::text[], :planVersions::bigint[],
                                          :finishedAts::timestamptz[], :finishReasons::text[])
                                   as n (id, subscriber_id, source, added_at, state, parked_because, last_email_id,
                                         anchor_at, next_email_id, due_at, tzdata, plan_version, finished_at,
                                         finish_reason)
                             order by n.subscriber_id
                            on conflict (account_id, sequence_id, subscriber_id) do nothing
                            returning id, subscriber_id, due_at),
                        """ + QUEUED + """
                        select w.subscriber_id from written w
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("ids", longs(enrollments, enrollment -> enrollment.id().value()))
                .bind(
                        "subscribers",
                        longs(enrollments, enrollment -> enrollment.subscriber().value()))
                .bind("sources", texts(enrollments, enrollment -> wireName(enrollment.source())))
                .bind("addedAts", texts(enrollments, Enrollment::addedAt))
                .bind("states", texts(enrollments, enrollment -> state(enrollment.progress())))
                .bind("parkedBecauses", texts(columns, Columns::parkedBecause))
                .bind(
                        "lastEmails",
                        longs(
                                enrollments,
                                enrollment ->
                                        enrollment.lastEmail().map(Id::value).orElse(null)))
                .bind(
                        "anchorAts",
                        texts(enrollments, enrollment -> enrollment.anchorAt().orElse(null)))
                .bind("nextEmails", longs(columns, Columns::nextEmail))
                .bind("dueAts", texts(columns, Columns::dueAt))
                .bind("tzdatas", texts(columns, Columns::tzdata))
                .bind("planVersions", longs(enrollments, Enrollment::planVersion))
                .bind("finishedAts", texts(columns, Columns::finishedAt))
                .bind("finishReasons", texts(columns, Columns::finishReason))
                .map((row, _) -> new SubscriberId(row.getLong("subscriber_id")))
                .collect(Collectors.toSet());
    }

    private static <T> @Nullable Long[] longs(List<T> rows, Function<T, @Nullable Long> column) {
        return rows.stream().map(column).toArray(Long[]::new);
    }

    /// Instants as PostgreSQL reads them, too.
    private static <T> @Nullable String[] texts(List<T> rows, Function<T, ? extends @Nullable Object> column) {
        return rows.stream()
                .map(row -> {
                    @Nullable Object value = column.apply(row);
                    return value == null ? null : value.toString();
                })
                .toArray(String[]::new);
    }

    void update(Tx tx, AccountId account, Collection<Enrollment> enrollments) {
        if (enrollments.isEmpty()) {
            return;
        }
        var rows = List.copyOf(enrollments);
        var columns = rows.stream()
                .map(enrollment -> Columns.of(enrollment.progress()))
                .toList();
        tx.query("""
                        with written as (
                            update enrollment e
                               set run = n.run, source = n.source, added_at = n.added_at, state = n.state,
                                   parked_because = n.parked_because, last_email_id = n.last_email_id,
                                   anchor_at = n.anchor_at, next_email_id = n.next_email_id, due_at = n.due_at,
                                   tzdata = n.tzdata, plan_version = n.plan_version, keeps_date = false,
                                   finished_at = n.finished_at, finish_reason = n.finish_reason
                              from unnest(:ids::bigint[], :runs::int[], :sources::text[], :addedAts::timestamptz[],
                                          :states::text[], :parkedBecauses::text[], :lastEmails::bigint[],
                                          :anchorAts::timestamptz[], :nextEmails::bigint[], :dueAts::timestamptz[],
                                          :tzdatas::text[], :planVersions::bigint[], :finishedAts::timestamptz[],
                                          :finishReasons::text[])
                                   as n (id, run, source, added_at, state, parked_because, last_email_id, anchor_at,
                                         next_email_id, due_at, tzdata, plan_version, finished_at, finish_reason)
                             where e.account_id = :account and e.id = n.id
                            returning e.id, e.due_at),
                        unqueued as (
                            delete from enrollment_queue u
                             using written w
                             where u.account_id = :account and u.enrollment_id = w.id and w.due_at is null),
                        """ + QUEUED + """
                        select count(*) from written
                        """)
                .bind("account", account)
                .bind("ids", longs(rows, enrollment -> enrollment.id().value()))
                .bind("runs", rows.stream().map(Enrollment::run).toArray(Integer[]::new))
                .bind("sources", texts(rows, enrollment -> wireName(enrollment.source())))
                .bind("addedAts", texts(rows, Enrollment::addedAt))
                .bind("states", texts(rows, enrollment -> state(enrollment.progress())))
                .bind("parkedBecauses", texts(columns, Columns::parkedBecause))
                .bind(
                        "lastEmails",
                        longs(
                                rows,
                                enrollment ->
                                        enrollment.lastEmail().map(Id::value).orElse(null)))
                .bind(
                        "anchorAts",
                        texts(rows, enrollment -> enrollment.anchorAt().orElse(null)))
                .bind("nextEmails", longs(columns, Columns::nextEmail))
                .bind("dueAts", texts(columns, Columns::dueAt))
                .bind("tzdatas", texts(columns, Columns::tzdata))
                .bind("planVersions", longs(rows, Enrollment::planVersion))
                .bind("finishedAts", texts(columns, Columns::finishedAt))
                .bind("finishReasons", texts(columns, Columns::finishReason))
                .mapTo(Integer.class)
                .one();
    }

    /// Every account, those with nothing to do too.
    List<AccountId> accounts(Tx tx) {
        return tx.query("select c.account_id from account_clock c order by c.account_id")
                .map((row, _) -> new AccountId(row.getLong("account_id")))
                .list();
    }

    /// Those behind the given id that wait with a date by other rules than of this tz release.
    List<Enrollment> claimOtherTzdata(Tx tx, AccountId account, String tzdata, EnrollmentId after, int limit) {
        return tx.query(ENROLLMENTS + """
                           and e.id > :after and e.state = 'waiting' and e.tzdata <> :tzdata
                         order by e.id
                         limit :limit
                           for no key update
                        """)
                .bind("account", account)
                .bind("tzdata", tzdata)
                .bind("after", after)
                .bind("limit", limit)
                .map((row, _) -> enrollment(row))
                .list();
    }

    void insertPastRun(Tx tx, AccountId account, Enrollment enrollment, Instant endedAt) {
        tx.update("""
                        insert into enrollment_past_run
                               (account_id, enrollment_id, run, source, added_at, state, ended_at)
                        values (:account, :id, :run, :source, :addedAt, :state, :endedAt)
                        """)
                .bind("account", account)
                .bind("id", enrollment.id())
                .bind("run", enrollment.run())
                .bind("source", wireName(enrollment.source()))
                .bind("addedAt", enrollment.addedAt())
                .bind("state", state(enrollment.progress()))
                .bind("endedAt", endedAt)
                .execute();
    }

    /// The emails that each enrollment's present run has had: sent, skipped or given up.
    Map<EnrollmentId, Set<SequenceEmailId>> settled(Tx tx, AccountId account, Collection<EnrollmentId> enrollments) {
        var settled = new HashMap<EnrollmentId, Set<SequenceEmailId>>();
        tx.query("""
                        select d.enrollment_id, d.sequence_email_id
                          from delivery d
                          join enrollment e
                            on e.account_id = :account and e.id = d.enrollment_id and e.run = d.run
                         where d.account_id = :account
                           -- As a sub-select, so that how many there are makes no other plan.
                           and d.enrollment_id = any((select :enrollments::bigint[])::bigint[])
                        """)
                .bind("account", account)
                .bind("enrollments", longs(enrollments))
                .map((row, _) -> Map.entry(
                        new EnrollmentId(row.getLong("enrollment_id")),
                        new SequenceEmailId(row.getLong("sequence_email_id"))))
                .forEach(entry -> settled.computeIfAbsent(entry.getKey(), _ -> new HashSet<>())
                        .add(entry.getValue()));
        return settled;
    }

    /// For each subscriber the first of the exclusions that applies to them now, by type and id. Segments are judged
    /// elsewhere: they are questions of their own.
    Map<SubscriberId, Rule.Excluded> excluded(
            Tx tx, AccountId account, Collection<Exclusion> exclusions, Collection<SubscriberId> subscribers) {
        var excluded = new HashMap<SubscriberId, Rule.Excluded>();
        tx.query("""
                        select g.subscriber_id, 'tag' as source_type, t.id as source_id, t.name, g.tagged_at as since
                          from tag t
                          join tagging g on g.account_id = :account and g.tag_id = t.id
                         where t.account_id = :account and t.id = any(:tags) and g.subscriber_id = any(:subscribers)
                        union all
                        select e.subscriber_id, 'sequence', q.id, q.name, e.created_at
                          from sequence q
                          join enrollment e on e.account_id = :account and e.sequence_id = q.id
                         where q.account_id = :account and q.id = any(:sequences)
                           and e.subscriber_id = any(:subscribers)
                        union all
                        select m.subscriber_id, 'form', f.id, f.name, m.added_at
                          from form f
                          join form_member m on m.account_id = :account and m.form_id = f.id
                         where f.account_id = :account and f.id = any(:forms) and m.subscriber_id = any(:subscribers)
                         order by 2, 3
                        """)
                .bind("account", account)
                .bind("tags", ids(exclusions, Exclusion.Source.TAG))
                .bind("sequences", ids(exclusions, Exclusion.Source.SEQUENCE))
                .bind("forms", ids(exclusions, Exclusion.Source.FORM))
                .bind("subscribers", longs(subscribers))
                .map((row, _) -> Map.entry(
                        new SubscriberId(row.getLong("subscriber_id")),
                        new Rule.Excluded(
                                new Exclusion(
                                        Exclusion.Source.named(row.getString("source_type"))
                                                .orElseThrow(),
                                        row.getLong("source_id")),
                                row.getString("name"),
                                optionalInstant(row, "since"))))
                .forEach(entry -> excluded.putIfAbsent(entry.getKey(), entry.getValue()));
        return excluded;
    }

    private static Long[] ids(Collection<Exclusion> exclusions, Exclusion.Source source) {
        return exclusions.stream()
                .filter(exclusion -> exclusion.source() == source)
                .map(Exclusion::id)
                .toArray(Long[]::new);
    }

    Optional<Enrollment> find(Tx tx, AccountId account, SequenceId sequence, SubscriberId subscriber) {
        return tx.query(ENROLLMENTS + """
                           and e.sequence_id = :sequence and e.subscriber_id = :subscriber
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("subscriber", subscriber)
                .map((row, _) -> enrollment(row))
                .findOne();
    }

    List<Enrollment> ofSubscriber(Tx tx, AccountId account, SubscriberId subscriber) {
        return tx.query(ENROLLMENTS + """
                           and e.subscriber_id = :subscriber
                         order by e.added_at desc, e.id desc
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .map((row, _) -> enrollment(row))
                .list();
    }

    /// A line of the count: how many have this next email in this state, and when the first of them is due.
    private record Standing(
            SequenceId sequence, String state, Optional<SequenceEmailId> next, long people, Optional<Instant> nextAt) {}

    Map<SequenceId, Census> census(Tx tx, AccountId account, Collection<SequenceId> sequences) {
        var bySequence = new HashMap<SequenceId, List<Standing>>();
        tx.query("""
                        select e.sequence_id, e.state, e.next_email_id, count(*) as people, min(e.due_at) as next_at
                          from enrollment e
                         where e.account_id = :account and e.sequence_id = any(:sequences)
                         group by e.sequence_id, e.state, e.next_email_id
                        """)
                .bind("account", account)
                .bind("sequences", sequences.stream().map(SequenceId::value).toArray(Long[]::new))
                .map((row, _) -> new Standing(
                        new SequenceId(row.getLong("sequence_id")),
                        row.getString("state"),
                        Optional.ofNullable(nullableLong(row, "next_email_id")).map(SequenceEmailId::new),
                        row.getLong("people"),
                        optionalInstant(row, "next_at")))
                .forEach(line -> bySequence
                        .computeIfAbsent(line.sequence(), _ -> new ArrayList<>())
                        .add(line));
        var census = new HashMap<SequenceId, Census>();
        bySequence.forEach((sequence, lines) -> census.put(sequence, census(lines)));
        return census;
    }

    private static Census census(List<Standing> lines) {
        var before = new HashMap<SequenceEmailId, Long>();
        var states = new HashMap<String, Long>();
        for (var line : lines) {
            states.merge(line.state(), line.people(), Long::sum);
            if (INSIDE.contains(line.state())) {
                line.next().ifPresent(email -> before.merge(email, line.people(), Long::sum));
            }
        }
        return new Census(
                before,
                states.getOrDefault("pending", 0L),
                INSIDE.stream()
                        .mapToLong(state -> states.getOrDefault(state, 0L))
                        .sum(),
                states.getOrDefault("completed", 0L),
                states.getOrDefault("cancelled", 0L),
                states.getOrDefault("removed", 0L),
                lines.stream().flatMap(line -> line.nextAt().stream()).min(Instant::compareTo));
    }

    /// Everyone in the sequence for whom something may be due.
    List<SubscriberId> inside(Tx tx, AccountId account, SequenceId sequence) {
        return tx.query("""
                        select e.subscriber_id
                          from enrollment e
                         where e.account_id = :account and e.sequence_id = :sequence
                           and e.is_open
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .map((row, _) -> new SubscriberId(row.getLong("subscriber_id")))
                .list();
    }

    /// The emails behind the place of those in the sequence which their run has had nevertheless, because an edit has
    /// moved them.
    ///
    /// @param before also those before it, which matter where someone may still get what is inserted there
    Map<EnrollmentId, Set<SequenceEmailId>> settledAhead(
            Tx tx, AccountId account, SequenceId sequence, boolean before) {
        var ahead = new HashMap<EnrollmentId, Set<SequenceEmailId>>();
        tx.query("""
                        select e.id, d.sequence_email_id
                          from enrollment e
                          join sequence_email l on l.account_id = :account and l.id = e.last_email_id
                          join delivery d on d.account_id = :account and d.enrollment_id = e.id and d.run = e.run
                          join sequence_email m on m.account_id = :account and m.id = d.sequence_email_id
                         where e.account_id = :account and e.sequence_id = :sequence
                           and e.is_open
                           and (:before or (m.position, m.id) > (l.position, l.id))
                           and not (e.state = 'sending' and d.sequence_email_id = e.next_email_id)
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("before", before)
                .map((row, _) -> Map.entry(
                        new EnrollmentId(row.getLong("id")), new SequenceEmailId(row.getLong("sequence_email_id"))))
                .forEach(entry -> ahead.computeIfAbsent(entry.getKey(), _ -> new HashSet<>())
                        .add(entry.getValue()));
        return ahead;
    }

    /// Those in a sequence, people who stand alike in one row, with one of them for all. An anchor is looked at, and
    /// tells people apart, only where it can still matter.
    ///
    /// @param split true: each alone
    /// @param anchored true: anchors matter, whatever the plan they were stepped with
    /// @param excluded who is excluded now, and who would be
    /// @param among true: only those of `apart`; false: all but them
    List<Cohort> cohorts(
            Tx tx,
            AccountId account,
            SequenceId sequence,
            long planVersion,
            String tzdata,
            boolean split,
            boolean anchored,
            Collection<SubscriberId> excluded,
            Collection<SubscriberId> wouldBeExcluded,
            boolean among,
            Map<EnrollmentId, Set<SequenceEmailId>> apart) {
        return tx.query("""
                        with apart as (select a.id from unnest(:apart::bigint[]) as a (id)),
                             excluded as (select x.id from unnest(:excluded::bigint[]) as x (id)),
                             would_be as (select w.id from unnest(:wouldBe::bigint[]) as w (id)),
                             member as (
                            select e.id, e.subscriber_id, e.state, e.parked_because, e.last_email_id, e.next_email_id,
                                   e.due_at, e.tzdata, e.plan_version, e.run, e.source, e.added_at,
                                   case when :anchored or e.state <> 'waiting' or e.plan_version <> :planVersion
                                             or e.tzdata <> :tzdata
                                        then e.anchor_at end as anchor_at,
                                   case when :split then e.id end as alone,
                                   d.state as delivery_state, d.next_attempt_at,
                                   exists (select from excluded x where x.id = e.subscriber_id) as excluded,
                                   exists (select from would_be w where w.id = e.subscriber_id) as would_be
                              from enrollment e
                              left join lateral (
                                  select v.state, case when v.owner is null then v.next_attempt_at end
                                             as next_attempt_at
                                    from delivery v
                                   where e.state = 'sending' and v.account_id = :account and v.enrollment_id = e.id
                                     and v.run = e.run and v.sequence_email_id = e.next_email_id) d on true
                             where e.account_id = :account and e.sequence_id = :sequence
                               and e.is_open
                               and exists (select from apart a where a.id = e.id) = :among)
                        select min(id) as id, :sequence::bigint as sequence_id, min(subscriber_id) as subscriber_id,
                               min(run) as run, 'api' as source, min(added_at) as added_at, state, parked_because,
                               last_email_id, anchor_at, next_email_id, due_at, tzdata, plan_version,
                               null::timestamptz as finished_at, null::text as finish_reason,
                               coalesce(delivery_state = 'held', false) as held, next_attempt_at, excluded, would_be,
                               count(*) as people
                          from member
                         group by alone, state, parked_because, last_email_id, anchor_at, next_email_id, due_at,
                                  tzdata, plan_version, delivery_state, next_attempt_at, excluded, would_be
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("planVersion", planVersion)
                .bind("tzdata", tzdata)
                .bind("split", split || among)
                .bind("anchored", anchored)
                .bind("among", among)
                .bind("apart", longs(apart.keySet()))
                .bind("excluded", longs(excluded))
                .bind("wouldBe", longs(wouldBeExcluded))
                .map((row, _) -> {
                    var one = enrollment(row);
                    return new Cohort(
                            one,
                            apart.getOrDefault(one.id(), Set.of()),
                            row.getBoolean("held"),
                            optionalInstant(row, "next_attempt_at"),
                            row.getBoolean("excluded"),
                            row.getBoolean("would_be"),
                            row.getLong("people"),
                            Optional.empty());
                })
                .list();
    }

    /// Those in a sequence who want fewer emails at this moment.
    Map<EnrollmentId, SubscriberId> resting(Tx tx, AccountId account, SequenceId sequence, Instant now) {
        var found = new HashMap<EnrollmentId, SubscriberId>();
        tx.query("""
                        select e.id, e.subscriber_id
                          from reader_wish w
                          join enrollment e
                            on e.account_id = :account and e.sequence_id = :sequence
                           and e.subscriber_id = w.subscriber_id and e.is_open
                         where w.account_id = :account and (w.pause_until is null or w.pause_until > :now)
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("now", now)
                .map((row, _) ->
                        Map.entry(new EnrollmentId(row.getLong("id")), new SubscriberId(row.getLong("subscriber_id"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// Takes those who wait for one of these emails over to another plan, with the dates that they have. Whoever is
    /// walked at this moment is left out: the walker wants the sequence, which this transaction holds.
    int keepDates(
            Tx tx,
            AccountId account,
            SequenceId sequence,
            long fromPlanVersion,
            long toPlanVersion,
            Collection<SequenceEmailId> emails) {
        return tx.update("""
                        update enrollment e
                           set plan_version = :to, keeps_date = true
                          from (select w.id
                                  from enrollment w
                                 where w.account_id = :account and w.sequence_id = :sequence
                                   and w.plan_version = :from and w.is_open and w.state = 'waiting'
                                   and w.next_email_id = any(:emails)
                                   for no key update skip locked) free
                         where e.account_id = :account and e.id = free.id
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("from", fromPlanVersion)
                .bind("to", toPlanVersion)
                .bind("emails", longs(emails))
                .execute();
    }

    /// The next due instant of each account that has one, the earliest first: one index look-up per account.
    List<DueAccount> dueAccounts(Tx tx) {
        return tx.query("""
                        select c.account_id, d.due_at
                          from account_clock c
                          cross join lateral (
                              select u.due_at from enrollment_queue u
                               where u.account_id = c.account_id
                               order by u.due_at
                               limit 1) d
                         order by d.due_at
                        """)
                .map((row, _) -> new DueAccount(new AccountId(row.getLong("account_id")), instant(row, "due_at")))
                .list();
    }

    record DueAccount(AccountId account, Instant dueAt) {}

    /// A sequence whose people have to be looked at again, up to the given plan.
    record Replan(AccountId account, SequenceId sequence, long planVersion) {}

    List<Replan> replans(Tx tx) {
        return tx.query("""
                        select r.account_id, r.sequence_id, r.plan_version
                          from account_clock c
                          join replan r on r.account_id = c.account_id
                         order by r.requested_at, r.account_id, r.sequence_id
                        """)
                .map((row, _) -> new Replan(
                        new AccountId(row.getLong("account_id")),
                        new SequenceId(row.getLong("sequence_id")),
                        row.getLong("plan_version")))
                .list();
    }

    void requestReplan(Tx tx, AccountId account, SequenceId sequence, long planVersion, Instant now) {
        tx.update("""
                        insert into replan as r (account_id, sequence_id, plan_version, done, requested_at)
                        values (:account, :sequence, :planVersion, 0, :now)
                        on conflict (account_id, sequence_id) do update
                           set plan_version = excluded.plan_version, done = 0, requested_at = excluded.requested_at
                        """)
                .bind("account", account)
                .bind("sequence", sequence)
                .bind("planVersion", planVersion)
                .bind("now", now)
                .execute();
    }

    /// How far each of the account's sequences is whose people have to be looked at again.
    List<Replanner.Replanning> replanning(Tx tx, AccountId account) {
        return tx.query("""
                        select r.sequence_id, r.done, r.requested_at,
                               (select count(*)
                                  from enrollment e
                                 where e.account_id = :account and e.sequence_id = r.sequence_id
                                   and e.plan_version < r.plan_version
                                   and e.is_open) as left_over
                          from replan r
                         where r.account_id = :account
                         order by r.sequence_id
                        """)
                .bind("account", account)
                .map((row, _) -> new Replanner.Replanning(
                        new SequenceId(row.getLong("sequence_id")),
                        row.getLong("done"),
                        row.getLong("done") + row.getLong("left_over"),
                        instant(row, "requested_at")))
                .list();
    }

    void countReplanned(Tx tx, Replan replan, int done) {
        tx.update("""
                        update replan set done = done + :done
                         where account_id = :account and sequence_id = :sequence
                        """)
                .bind("account", replan.account())
                .bind("sequence", replan.sequence())
                .bind("done", done)
                .execute();
    }

    /// Forgets the request, unless a newer edit has renewed it.
    void finishReplan(Tx tx, Replan replan) {
        tx.update("""
                        delete from replan
                         where account_id = :account and sequence_id = :sequence and plan_version = :planVersion
                        """)
                .bind("account", replan.account())
                .bind("sequence", replan.sequence())
                .bind("planVersion", replan.planVersion())
                .execute();
    }

    private static <S extends SqlStatement<S>> S bind(S statement, AccountId account, Enrollment enrollment) {
        var columns = Columns.of(enrollment.progress());
        return statement
                .bind("account", account)
                .bind("id", enrollment.id())
                .bind("run", enrollment.run())
                .bind("source", wireName(enrollment.source()))
                .bind("addedAt", enrollment.addedAt())
                .bind("state", state(enrollment.progress()))
                .bind("parkedBecause", columns.parkedBecause())
                .bind("lastEmail", enrollment.lastEmail().map(Id::value).orElse(null))
                .bind("anchorAt", enrollment.anchorAt().orElse(null))
                .bind("nextEmail", columns.nextEmail())
                .bind("dueAt", columns.dueAt())
                .bind("tzdata", columns.tzdata())
                .bind("planVersion", enrollment.planVersion())
                .bind("finishedAt", columns.finishedAt())
                .bind("finishReason", columns.finishReason());
    }

    /// What a progress leaves in the columns beside `state`.
    private record Columns(
            @Nullable String parkedBecause,
            @Nullable Long nextEmail,
            @Nullable Instant dueAt,
            @Nullable String tzdata,
            @Nullable Instant finishedAt,
            @Nullable String finishReason) {
        static Columns of(Progress progress) {
            return switch (progress) {
                case Progress.Pending _ -> new Columns(null, null, null, null, null, null);
                case Progress.Waiting(var next, var dueAt, var tzdata) ->
                    new Columns(null, next.value(), dueAt, tzdata, null, null);
                case Progress.Sending(var next) -> new Columns(null, next.value(), null, null, null, null);
                case Progress.Parked(var because, var next) ->
                    new Columns(wireName(because), next.map(Id::value).orElse(null), null, null, null, null);
                case Progress.Completed(var at) -> new Columns(null, null, null, null, at, "end");
                case Progress.Cancelled(var at, var reason) ->
                    new Columns(null, null, null, null, at, wireName(reason));
                case Progress.Removed(var at, var reason) -> new Columns(null, null, null, null, at, wireName(reason));
            };
        }
    }

    static String state(Progress progress) {
        return switch (progress) {
            case Progress.Pending _ -> "pending";
            case Progress.Waiting _ -> "waiting";
            case Progress.Sending _ -> "sending";
            case Progress.Parked _ -> "parked";
            case Progress.Completed _ -> "completed";
            case Progress.Cancelled _ -> "cancelled";
            case Progress.Removed _ -> "removed";
        };
    }

    private static String wireName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Enrollment enrollment(ResultSet row) throws SQLException {
        return new Enrollment(
                new EnrollmentId(row.getLong("id")),
                new SequenceId(row.getLong("sequence_id")),
                new SubscriberId(row.getLong("subscriber_id")),
                row.getInt("run"),
                constant(Enrollment.Source.class, row.getString("source")),
                instant(row, "added_at"),
                progress(row),
                Optional.ofNullable(nullableLong(row, "last_email_id")).map(SequenceEmailId::new),
                optionalInstant(row, "anchor_at"),
                row.getLong("plan_version"));
    }

    private static Progress progress(ResultSet row) throws SQLException {
        var next = Optional.ofNullable(nullableLong(row, "next_email_id")).map(SequenceEmailId::new);
        var state = row.getString("state");
        return switch (state) {
            case "pending" -> new Progress.Pending();
            case "waiting" ->
                new Progress.Waiting(
                        next.orElseThrow(),
                        instant(row, "due_at"),
                        optionalText(row, "tzdata").orElseThrow());
            case "sending" -> new Progress.Sending(next.orElseThrow());
            case "parked" ->
                new Progress.Parked(constant(Progress.Because.class, row.getString("parked_because")), next);
            case "completed" -> new Progress.Completed(instant(row, "finished_at"));
            case "cancelled" ->
                new Progress.Cancelled(
                        instant(row, "finished_at"), constant(Progress.Leaving.class, row.getString("finish_reason")));
            case "removed" ->
                new Progress.Removed(
                        instant(row, "finished_at"), constant(Progress.Removal.class, row.getString("finish_reason")));
            default -> throw new IllegalStateException("unknown state of an enrollment: " + state);
        };
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String wireName) {
        return Enum.valueOf(type, wireName.toUpperCase(Locale.ROOT));
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).toArray(Long[]::new);
    }
}
