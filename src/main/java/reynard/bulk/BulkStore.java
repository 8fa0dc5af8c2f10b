package reynard.bulk;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BulkJobId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.subscriber.Sought;
import reynard.subscriber.SubscriberState;

/// Every statement of the room.
final class BulkStore {
    /// The requests of an account for everybody who is found.
    private static final String CHOSEN = """
            select j.id, j.operation, c.target_id, j.created_at, j.items, j.done, j.failed, j.created, j.finished_at
              from bulk_choice c
              join bulk_job j on j.account_id = :account and j.id = c.job_id
             where c.account_id = :account
            """;

    private static final Listing<BulkJob> NEWEST = new Listing<>(
            """
            select j.id, j.operation, j.bytes, j.items, j.done, j.failed, j.created, j.created_at, j.finished_at,
                   j.callback_url, j.callback, j.callback_attempts, j.callback_error
              from bulk_job j
             where j.account_id = :account
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("j.id", "id")), (row, _) -> job(row));

    Page<BulkJob> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    Optional<BulkJob> find(Tx tx, AccountId account, BulkJobId id) {
        return tx.query("""
                        select j.id, j.operation, j.bytes, j.items, j.done, j.failed, j.created, j.created_at, j.finished_at,
                               j.callback_url, j.callback, j.callback_attempts, j.callback_error
                          from bulk_job j
                         where j.account_id = :account and j.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> job(row))
                .findOne();
    }

    /// What could not be done, of the first steps where there is some.
    List<String> failures(Tx tx, AccountId account, BulkJobId id, int steps) {
        return tx.query("""
                        select s.failures
                          from bulk_step s
                         where s.account_id = :account and s.job_id = :id and s.failures <> ''
                         order by s.number
                         limit :steps
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("steps", steps)
                .mapTo(String.class)
                .list();
    }

    /// How much waits in an account, of whomever.
    Bulk.Waiting waiting(Tx tx, AccountId account) {
        return tx.query("""
                        select count(*) as jobs, coalesce(sum(j.items - j.done), 0) as items
                          from bulk_job j
                         where j.account_id = :account and j.finished_at is null
                        """)
                .bind("account", account)
                .map((row, _) -> new Bulk.Waiting(row.getLong("jobs"), row.getLong("items")))
                .one();
    }

    /// Nobody else's request of this account is queued before this transaction ends.
    void holdQueue(Tx tx, AccountId account) {
        tx.query("select c.account_id from account_clock c where c.account_id = :account for no key update")
                .bind("account", account)
                .mapTo(Long.class)
                .one();
    }

    /// How long the requests of one app are that wait.
    long queuedBytes(Tx tx, AccountId account, long app) {
        return tx.query("""
                        select coalesce(sum(j.bytes), 0)
                          from bulk_job j
                         where j.account_id = :account and j.finished_at is null and j.app_id = :app
                        """)
                .bind("account", account)
                .bind("app", app)
                .mapTo(Long.class)
                .one();
    }

    /// @param items JSON, with commas between
    /// @param failures likewise: what was refused from the beginning
    record NewStep(String items, String failures, int size, int failed) {}

    void insert(Tx tx, AccountId account, long app, BulkJob job, List<NewStep> steps) {
        @Nullable String url = job.callback().map(BulkJob.Callback::url).orElse(null);
        tx.update("""
                        insert into bulk_job (account_id, id, app_id, operation, bytes, items, done, failed, created,
                                              created_at, callback_url, callback, callback_attempts)
                        values (:account, :id, :app, :operation, :bytes, :items, 0, 0, 0, :now, :url, :callback, 0)
                        """)
                .bind("account", account)
                .bind("id", job.id())
                .bind("app", app)
                .bind("operation", job.operation().wireName())
                .bind("bytes", job.bytes())
                .bind("items", job.items())
                .bind("now", job.createdAt())
                .bind("url", url)
                .bind("callback", url == null ? null : "waiting")
                .execute();
        var batch = tx.batch("""
                insert into bulk_step (account_id, job_id, number, items, results, failures, size, attempts)
                values (:account, :job, :number, :items, '', :failures, :size, 0)
                """);
        for (int number = 0; number < steps.size(); number++) {
            var step = steps.get(number);
            batch.bind("account", account)
                    .bind("job", job.id())
                    .bind("number", number)
                    .bind("items", step.items())
                    .bind("failures", step.failures())
                    .bind("size", step.size())
                    .add();
        }
        batch.execute();
    }

    void insertChoice(Tx tx, AccountId account, BulkJobId job, Choice choice) {
        tx.update("""
                        insert into bulk_choice
                               (account_id, job_id, target_id, beginning, state, tag_id, after_id, steps, attempts)
                        values (:account, :job, :target, :beginning, :state, :tag, 0, 0, 0)
                        """)
                .bind("account", account)
                .bind("job", job)
                .bind("target", choice.target())
                .bind("beginning", choice.sought().beginning())
                .bind(
                        "state",
                        choice.sought().state().map(SubscriberState::wireName).orElse(null))
                .bind("tag", choice.sought().tag().map(TagId::value).orElse(null))
                .execute();
    }

    List<Bulk.Chosen> chosen(Tx tx, AccountId account, int limit) {
        return tx.query(CHOSEN + """
                         order by c.job_id desc
                         limit :limit
                        """)
                .bind("account", account)
                .bind("limit", limit)
                .map((row, _) -> chosen(row))
                .list();
    }

    Optional<Bulk.Chosen> chosen(Tx tx, AccountId account, BulkJobId id) {
        return tx.query(CHOSEN + " and c.job_id = :id")
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> chosen(row))
                .findOne();
    }

    private static Bulk.Chosen chosen(ResultSet row) throws SQLException {
        return new Bulk.Chosen(
                new BulkJobId(row.getLong("id")),
                BulkOperation.named(row.getString("operation")),
                row.getLong("target_id"),
                instant(row, "created_at"),
                new Bulk.Advance(
                        row.getInt("items"),
                        row.getInt("done"),
                        row.getInt("failed"),
                        row.getInt("created"),
                        optionalInstant(row, "finished_at").isPresent()));
    }

    /// A request for everybody who is found.
    ///
    /// @param after those up to here are done with
    /// @param steps how many have been done
    /// @param attempts of the next step that ended in a fault of ours
    record Walk(Choice choice, SubscriberId after, Instant until, int steps, int attempts) {}

    Optional<Walk> walk(Tx tx, Waiting waiting) {
        return tx.query("""
                        select j.operation, j.created_at, c.target_id, c.beginning, c.state, c.tag_id, c.after_id, c.steps,
                               c.attempts
                          from bulk_choice c
                          join bulk_job j on j.account_id = :account and j.id = c.job_id
                         where c.account_id = :account and c.job_id = :job
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .map((row, _) -> new Walk(
                        new Choice(
                                new Sought(
                                        row.getString("beginning"),
                                        optionalText(row, "state").flatMap(SubscriberState::named),
                                        Optional.ofNullable(row.getObject("tag_id", Long.class))
                                                .map(TagId::new)),
                                BulkOperation.named(row.getString("operation")),
                                row.getLong("target_id")),
                        new SubscriberId(row.getLong("after_id")),
                        instant(row, "created_at"),
                        row.getInt("steps"),
                        row.getInt("attempts")))
                .findOne();
    }

    void countAttempt(Tx tx, Waiting waiting) {
        tx.update("""
                        update bulk_choice
                           set attempts = attempts + 1
                         where account_id = :account and job_id = :job
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .execute();
    }

    /// A step of a request for everybody who is found is done, and with the last one the request: then as many were
    /// found as were done, and whom it was for is forgotten.
    ///
    /// @param failures JSON, with commas between
    /// @param last whether there is nobody behind them
    void walked(
            Tx tx,
            Waiting waiting,
            Walk walk,
            SubscriberId to,
            int size,
            String failures,
            int failed,
            boolean last,
            Instant now) {
        if (!failures.isEmpty()) {
            tx.update("""
                            insert into bulk_step
                                   (account_id, job_id, number, items, results, failures, size, attempts)
                            values (:account, :job, :number, null, '', :failures, :size, 0)
                            """)
                    .bind("account", waiting.account())
                    .bind("job", waiting.job())
                    .bind("number", walk.steps())
                    .bind("failures", failures)
                    .bind("size", size)
                    .execute();
        }
        tx.update("""
                        update bulk_choice
                           set after_id = :to, steps = steps + 1, attempts = 0,
                               beginning = case when :last then '' else beginning end
                         where account_id = :account and job_id = :job
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .bind("to", to)
                .bind("last", last)
                .execute();
        // More may be found than were counted, and fewer.
        tx.update("""
                        update bulk_job
                           set done = done + :size, failed = failed + :failed,
                               items = case when :last then done + :size
                                            else greatest(items, done + :size + 1) end,
                               finished_at = case when :last then :now::timestamptz end
                         where account_id = :account and id = :job
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .bind("size", size)
                .bind("failed", failed)
                .bind("last", last)
                .bind("now", now)
                .execute();
    }

    record Waiting(AccountId account, BulkJobId job) {}

    /// The oldest request of each account that has one: an index look-up for each.
    List<Waiting> oldest(Tx tx) {
        return tx.query("""
                        select c.account_id, j.id
                          from account_clock c
                         cross join lateral (
                              select j.id
                                from bulk_job j
                               where j.account_id = c.account_id and j.finished_at is null
                               order by j.id
                               limit 1) j
                        """)
                .map((row, _) ->
                        new Waiting(new AccountId(row.getLong("account_id")), new BulkJobId(row.getLong("id"))))
                .list();
    }

    /// @param told whether somebody is told of the results
    record Held(BulkOperation operation, boolean told) {}

    /// Nobody else works on the request before this transaction ends.
    ///
    /// @return empty when another node does, or it is done
    Optional<Held> hold(Tx tx, Waiting waiting) {
        return tx.query("""
                        select j.operation, j.callback_url is not null as told
                          from bulk_job j
                         where j.account_id = :account and j.id = :job and j.finished_at is null
                           for no key update skip locked
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .map((row, _) -> new Held(BulkOperation.named(row.getString("operation")), row.getBoolean("told")))
                .findOne();
    }

    /// @param failures those that were refused from the beginning
    record Step(int number, String items, String failures, int size, int attempts) {}

    Optional<Step> next(Tx tx, Waiting waiting) {
        return tx.query("""
                        select s.number, s.items, s.failures, s.size, s.attempts
                          from bulk_step s
                         where s.account_id = :account and s.job_id = :job and s.items is not null
                         order by s.number
                         limit 1
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .map((row, _) -> new Step(
                        row.getInt("number"),
                        row.getString("items"),
                        row.getString("failures"),
                        row.getInt("size"),
                        row.getInt("attempts")))
                .findOne();
    }

    void countAttempt(Tx tx, Waiting waiting, int step) {
        tx.update("""
                        update bulk_step
                           set attempts = attempts + 1
                         where account_id = :account and job_id = :job and number = :step
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .bind("step", step)
                .execute();
    }

    /// The step is done, and with the last one the request.
    ///
    /// @param results for a callback to tell, if there is one
    /// @param created how many people are new
    void finish(
            Tx tx, Waiting waiting, Step step, String results, String failures, int failed, int created, Instant now) {
        tx.update("""
                        update bulk_step
                           set items = null, failures = :failures, results = :results
                         where account_id = :account and job_id = :job and number = :step
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .bind("step", step.number())
                .bind("results", results)
                .bind("failures", failures)
                .execute();
        tx.update("""
                        update bulk_job
                           set done = done + :size, failed = failed + :failed, created = created + :created,
                               finished_at = case when done + :size = items then :now::timestamptz end,
                               callback_at = case when done + :size = items and callback_url is not null
                                                  then :now::timestamptz end
                         where account_id = :account and id = :job
                        """)
                .bind("account", waiting.account())
                .bind("job", waiting.job())
                .bind("size", step.size())
                .bind("failed", failed)
                .bind("created", created)
                .bind("now", now)
                .execute();
    }

    /// A request that is done, and whom to tell.
    ///
    /// @param attempts this one counted too
    record Call(AccountId account, BulkJobId job, BulkOperation operation, String url, int attempts, int steps) {}

    Optional<Instant> nextCallAt(Tx tx) {
        return tx.query("""
                        select j.callback_at
                          from account_clock c
                         cross join lateral (
                              select j.callback_at
                                from bulk_job j
                               where j.account_id = c.account_id and j.callback_at is not null
                               order by j.callback_at
                               limit 1) j
                         order by j.callback_at
                         limit 1
                        """).map((row, _) -> instant(row, "callback_at")).findOne();
    }

    List<AccountId> accountsWithCalls(Tx tx, Instant now) {
        return tx.query("""
                        select c.account_id
                          from account_clock c
                         where exists (
                              select from bulk_job j where j.account_id = c.account_id and j.callback_at <= :now)
                        """)
                .bind("now", now)
                .map((row, _) -> new AccountId(row.getLong("account_id")))
                .list();
    }

    /// Counts an attempt of the call that is due first. Should nobody hear of it again, it is due at `again`.
    Optional<Call> claimCall(Tx tx, AccountId account, Instant now, Instant again) {
        return tx.query("""
                        with due as (
                            select j.id
                              from bulk_job j
                             where j.account_id = :account and j.callback_at <= :now
                             order by j.callback_at, j.id
                             limit 1
                               for update skip locked)
                        update bulk_job j
                           set callback_attempts = j.callback_attempts + 1, callback_at = :again
                          from due
                         where j.account_id = :account and j.id = due.id
                        returning j.id, j.operation, j.callback_url, j.callback_attempts
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("again", again)
                .map((row, _) -> new Call(
                        account,
                        new BulkJobId(row.getLong("id")),
                        BulkOperation.named(row.getString("operation")),
                        row.getString("callback_url"),
                        row.getInt("callback_attempts"),
                        0))
                .findOne()
                .map(call -> new Call(
                        call.account(), call.job(), call.operation(), call.url(), call.attempts(), steps(tx, call)));
    }

    private static int steps(Tx tx, Call call) {
        return tx.query("select count(*) from bulk_step s where s.account_id = :account and s.job_id = :job")
                .bind("account", call.account())
                .bind("job", call.job())
                .mapTo(Integer.class)
                .one();
    }

    /// @param status waiting, delivered or failed
    /// @param again when it is tried next; null: never
    void settleCall(Tx tx, Call call, String status, @Nullable Instant again, @Nullable String error) {
        tx.update("""
                        update bulk_job
                           set callback = :status, callback_at = :again, callback_error = :error
                         where account_id = :account and id = :job and callback_attempts = :attempts
                        """)
                .bind("account", call.account())
                .bind("job", call.job())
                .bind("attempts", call.attempts())
                .bind("status", status)
                .bind("again", again)
                .bind("error", error)
                .execute();
        if (again == null) {
            tx.update("""
                            update bulk_step
                               set results = ''
                             where account_id = :account and job_id = :job and results <> ''
                            """)
                    .bind("account", call.account())
                    .bind("job", call.job())
                    .execute();
        }
    }

    /// How long lists of results and failures are, written one behind the other.
    ///
    /// @param results bytes in UTF-8, with the commas between
    record Lengths(long results, long failures) {}

    Lengths lengths(Tx tx, Call call) {
        return tx.query("""
                        select coalesce(sum(octet_length(s.results)), 0)
                               + greatest(count(*) filter (where s.results <> '') - 1, 0) as results,
                               coalesce(sum(octet_length(s.failures)), 0)
                               + greatest(count(*) filter (where s.failures <> '') - 1, 0) as failures
                          from bulk_step s
                         where s.account_id = :account and s.job_id = :job
                        """)
                .bind("account", call.account())
                .bind("job", call.job())
                .map((row, _) -> new Lengths(row.getLong("results"), row.getLong("failures")))
                .one();
    }

    record Told(String results, String failures) {}

    Told told(Tx tx, Call call, int step) {
        return tx.query("""
                        select s.results, s.failures
                          from bulk_step s
                         where s.account_id = :account and s.job_id = :job and s.number = :step
                        """)
                .bind("account", call.account())
                .bind("job", call.job())
                .bind("step", step)
                .map((row, _) -> new Told(row.getString("results"), row.getString("failures")))
                .one();
    }

    /// A step in which somebody is mentioned, perhaps.
    ///
    /// @param items empty: the step is done
    record Mentioning(Place place, BulkOperation operation, Optional<String> items, String results, String failures) {}

    record Place(BulkJobId job, int number) {}

    /// The steps in which one of these texts is. Nobody else works on their requests before this transaction ends.
    List<Place> holdMentioning(Tx tx, AccountId account, List<String> signs) {
        var patterns = signs.stream().map(BulkStore::containing).toArray(String[]::new);
        // What was sent as it is found again in what came of it, so that a step which is done meanwhile is among these.
        var jobs = tx.query("""
                        select distinct s.job_id
                          from bulk_step s
                         where s.account_id = :account
                           and (s.items ilike any(:patterns) or s.results ilike any(:patterns)
                                or s.failures ilike any(:patterns))
                        """)
                .bind("account", account)
                .bind("patterns", patterns)
                .mapTo(Long.class)
                .list()
                .toArray(Long[]::new);
        if (jobs.length == 0) {
            return List.of();
        }
        tx.query("""
                        select j.id
                          from bulk_job j
                         where j.account_id = :account and j.id = any(:jobs)
                         order by j.id
                           for no key update
                        """)
                .bind("account", account)
                .bind("jobs", jobs)
                .mapTo(Long.class)
                .list();
        return tx.query("""
                        select s.job_id, s.number
                          from bulk_step s
                         where s.account_id = :account and s.job_id = any(:jobs)
                           and (s.items ilike any(:patterns) or s.results ilike any(:patterns)
                                or s.failures ilike any(:patterns))
                        """)
                .bind("account", account)
                .bind("jobs", jobs)
                .bind("patterns", patterns)
                .map((row, _) -> new Place(new BulkJobId(row.getLong("job_id")), row.getInt("number")))
                .list();
    }

    Mentioning read(Tx tx, AccountId account, Place place) {
        return tx.query("""
                        select j.operation, s.items, s.results, s.failures
                          from bulk_step s
                          join bulk_job j on j.account_id = :account and j.id = s.job_id
                         where s.account_id = :account and s.job_id = :job and s.number = :number
                        """)
                .bind("account", account)
                .bind("job", place.job())
                .bind("number", place.number())
                .map((row, _) -> new Mentioning(
                        place,
                        BulkOperation.named(row.getString("operation")),
                        optionalText(row, "items"),
                        row.getString("results"),
                        row.getString("failures")))
                .one();
    }

    private static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }

    void rewrite(Tx tx, AccountId account, Mentioning step, Optional<String> items, String results, String failures) {
        tx.update("""
                        update bulk_step
                           set items = :items, results = :results, failures = :failures
                         where account_id = :account and job_id = :job and number = :number
                        """)
                .bind("account", account)
                .bind("job", step.place().job())
                .bind("number", step.place().number())
                .bind("items", items.orElse(null))
                .bind("results", results)
                .bind("failures", failures)
                .execute();
    }

    List<AccountId> accounts(Tx tx) {
        return tx.query("select c.account_id from account_clock c")
                .map((row, _) -> new AccountId(row.getLong("account_id")))
                .list();
    }

    /// Forgets requests that were done before, but not whose callback is not.
    ///
    /// @return how many
    int prune(Tx tx, AccountId account, Instant before, int limit) {
        return tx.update("""
                        delete from bulk_job d
                         where d.account_id = :account
                           and d.id in (
                               select j.id
                                 from bulk_job j
                                where j.account_id = :account and j.finished_at < :before and j.callback_at is null
                                order by j.finished_at
                                limit :limit)
                        """)
                .bind("account", account)
                .bind("before", before)
                .bind("limit", limit)
                .execute();
    }

    private static BulkJob job(ResultSet row) throws SQLException {
        var url = optionalText(row, "callback_url");
        return new BulkJob(
                new BulkJobId(row.getLong("id")),
                BulkOperation.named(row.getString("operation")),
                row.getLong("bytes"),
                row.getInt("items"),
                row.getInt("done"),
                row.getInt("failed"),
                row.getInt("created"),
                instant(row, "created_at"),
                optionalInstant(row, "finished_at"),
                url.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new BulkJob.Callback(
                                url.get(),
                                row.getString("callback"),
                                row.getInt("callback_attempts"),
                                optionalText(row, "callback_error"))));
    }
}
