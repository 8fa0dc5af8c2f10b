package reynard.bulk;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.JsonColumn;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.AppId;
import reynard.id.BulkJobId;
import reynard.id.SubscriberId;

/// Many things at once: few are done at once, more are queued for [Foreman], as Kit does (Kit: Bulk and async
/// processing).
public final class Bulk {
    /// More than these are done in the background.
    static final int AT_ONCE_MAX = 100;

    /// What a request for everybody who is found takes of the queue, however many they are.
    private static final long CHOICE_BYTES = 100_000;

    private static final int REASON_STEPS_MAX = 3;
    private static final String ERASED = "The subscriber was erased";

    private final BulkStore store = new BulkStore();
    private final Database database;
    private final IdBlocks ids;
    private final Labour labour;
    private final InstantSource clock;
    private final long queueBytesMax;
    private final Runnable whenQueued;

    /// @param queueBytesMax how long the requests of one app and account that wait may be together
    /// @param whenQueued may wake the foreman
    public Bulk(
            Database database,
            IdBlocks ids,
            Labour labour,
            InstantSource clock,
            long queueBytesMax,
            Runnable whenQueued) {
        this.database = database;
        this.ids = ids;
        this.labour = labour;
        this.clock = clock;
        this.queueBytesMax = queueBytesMax;
        this.whenQueued = whenQueued;
    }

    /// A request as it has been read, item by item: what is well-formed, what is not and why. Of a long one only the
    /// text is kept, in the steps that it will be done in.
    static final class Request {
        private final BulkOperation operation;
        private final List<BulkStore.NewStep> steps = new ArrayList<>();
        private List<Item> items = new ArrayList<>();
        private List<Outcome.Failure> failures = new ArrayList<>();
        private int size;
        private boolean says;

        Request(BulkOperation operation) {
            this.operation = operation;
        }

        /// @param says whether there is anything in it
        /// @param faults why it cannot be done, whatever is in the database
        void add(Item item, boolean says, List<String> faults) {
            if (size == AT_ONCE_MAX || items.size() + failures.size() == operation.stepMax()) {
                // Whether it is a long one is known with the item after those that are done at once.
                pack();
            }
            this.says |= says;
            size++;
            if (faults.isEmpty()) {
                items.add(item);
            } else {
                failures.add(new Outcome.Failure(item, faults));
            }
        }

        private void pack() {
            if (size >= AT_ONCE_MAX) {
                packAll();
            }
        }

        private void packAll() {
            int packed = items.size() + failures.size();
            if (packed == 0) {
                return;
            }
            steps.add(new BulkStore.NewStep(
                    JsonColumn.writeItems(items), json(operation, failures), packed, failures.size()));
            items = new ArrayList<>();
            failures = new ArrayList<>();
        }

        boolean isEmpty() {
            return !says;
        }
    }

    sealed interface Submission {
        /// @param body what the answer says
        record Done(Map<String, Object> body) implements Submission {}

        record Queued(BulkJobId job) implements Submission {}

        /// Too much of this app and account waits already.
        record QueueFull() implements Submission {}
    }

    /// @param bytes how long the request was
    Submission submit(
            AccountId account, Optional<AppId> app, Request request, long bytes, Optional<String> callbackUrl) {
        if (request.size <= AT_ONCE_MAX) {
            return new Submission.Done(body(request, perform(account, request)));
        }
        var callback = callbackUrl.map(url -> new BulkJob.Callback(url, "waiting", 0, Optional.empty()));
        var queued =
                database.inTx(tx -> queue(tx, account, app.map(AppId::value).orElse(0L), request, bytes, callback));
        if (queued.isEmpty()) {
            return new Submission.QueueFull();
        }
        whenQueued.run();
        return new Submission.Queued(queued.get());
    }

    private Optional<BulkJobId> queue(
            Tx tx, AccountId account, long whose, Request request, long bytes, Optional<BulkJob.Callback> callback) {
        request.packAll();
        store.holdQueue(tx, account);
        if (store.queuedBytes(tx, account, whose) + bytes > queueBytesMax) {
            return Optional.empty();
        }
        var job = new BulkJob(
                new BulkJobId(ids.next()),
                request.operation,
                bytes,
                request.size,
                0,
                0,
                0,
                clock.instant(),
                Optional.empty(),
                callback);
        store.insert(tx, account, whose, job, request.steps);
        return Optional.of(job.id());
    }

    /// A line of a table of people, and why it cannot be done.
    public record Line(Item.Arrival arrival, List<String> faults) {
        public Line {
            faults = List.copyOf(faults);
        }
    }

    /// Queues the lines of a table, however few they are.
    ///
    /// @param lines at least one
    /// @param bytes how long the table is
    /// @return empty when too much of this account waits already
    public Optional<BulkJobId> queueArrivals(Tx tx, AccountId account, Stream<Line> lines, long bytes) {
        var request = new Request(BulkOperation.IMPORT_PEOPLE);
        lines.forEach(line -> request.add(line.arrival(), true, line.faults()));
        return queue(tx, account, 0, request, bytes, Optional.empty());
    }

    /// Does the same for few people at once.
    ///
    /// @param people at most [#AT_ONCE_MAX]
    /// @return how many of them it could not be done for, and why
    public Map<String, Long> doNow(
            AccountId account, BulkOperation deed, long target, Collection<SubscriberId> people) {
        if (people.size() > AT_ONCE_MAX) {
            throw new IllegalArgumentException("too many to be done at once: " + people.size());
        }
        var items =
                people.stream().map(person -> Choice.item(deed, target, person)).toList();
        return database.inTx(tx -> labour.perform(tx, account, deed, items)).failures().stream()
                .collect(Collectors.groupingBy(failure -> failure.errors().getFirst(), Collectors.counting()));
    }

    public sealed interface Choosing {
        record Queued(BulkJobId job) implements Choosing {}

        record Nobody() implements Choosing {}

        record QueueFull() implements Choosing {}
    }

    /// Queues the same for everybody who is found, however few they are. Who they are is asked step by step; who came
    /// after this moment is not among them.
    public Choosing choose(AccountId account, Choice choice) {
        var choosing = database.inTx(tx -> {
            long people = labour.count(tx, account, choice);
            if (people == 0) {
                return new Choosing.Nobody();
            }
            store.holdQueue(tx, account);
            if (store.queuedBytes(tx, account, 0) + CHOICE_BYTES > queueBytesMax) {
                return new Choosing.QueueFull();
            }
            var job = new BulkJob(
                    new BulkJobId(ids.next()),
                    choice.deed(),
                    CHOICE_BYTES,
                    Math.toIntExact(people),
                    0,
                    0,
                    0,
                    clock.instant(),
                    Optional.empty(),
                    Optional.empty());
            store.insert(tx, account, 0, job, List.of());
            store.insertChoice(tx, account, job.id(), choice);
            return new Choosing.Queued(job.id());
        });
        if (choosing instanceof Choosing.Queued) {
            whenQueued.run();
        }
        return choosing;
    }

    /// A request for everybody who is found.
    public record Chosen(BulkJobId id, BulkOperation deed, long target, Instant at, Advance advance) {}

    /// The newest requests for everybody who is found.
    public List<Chosen> chosen(Tx tx, AccountId account, int limit) {
        return store.chosen(tx, account, limit);
    }

    public Optional<Chosen> chosen(Tx tx, AccountId account, BulkJobId id) {
        return store.chosen(tx, account, id);
    }

    /// Why something could not be done, of the first steps where it could not.
    public List<String> reasons(Tx tx, AccountId account, BulkJobId id) {
        return store.failures(tx, account, id, REASON_STEPS_MAX).stream()
                .flatMap(step -> JsonColumn.readItems(step).stream())
                .flatMap(failure -> failure.get("errors") instanceof List<?> errors ? errors.stream() : Stream.of())
                .map(String::valueOf)
                .distinct()
                .toList();
    }

    /// How far a queued request has come.
    ///
    /// @param done the failed ones too
    /// @param created of a table: those who were not on the list before
    public record Advance(int items, int done, int failed, int created, boolean finished) {
        /// Of a table: those who were on the list already.
        public int known() {
            return done - failed - created;
        }
    }

    public Optional<Advance> advance(Tx tx, AccountId account, BulkJobId id) {
        return store.find(tx, account, id)
                .map(job -> new Advance(
                        job.items(),
                        job.done(),
                        job.failed(),
                        job.created(),
                        job.finishedAt().isPresent()));
    }

    /// A line that could not be done.
    public record Refusal(Item.Arrival arrival, List<String> errors) {
        public Refusal {
            errors = List.copyOf(errors);
        }
    }

    /// What of a table could not be done, the first ones.
    public List<Refusal> refusals(Tx tx, AccountId account, BulkJobId id, int max) {
        return store.failures(tx, account, id, max).stream()
                .flatMap(step -> JsonColumn.readItems(step, Told.class).stream())
                .map(told -> new Refusal(told.person(), told.errors()))
                .limit(max)
                .toList();
    }

    private record Told(List<String> errors, Item.Arrival person) {}

    private Outcome perform(AccountId account, Request request) {
        return database.inTx(tx -> labour.perform(tx, account, request.operation, request.items));
    }

    private static Map<String, Object> body(Request request, Outcome outcome) {
        var failures = new ArrayList<>(request.failures);
        failures.addAll(outcome.failures());
        var body = new LinkedHashMap<String, Object>();
        request.operation.answer().ifPresent(plural -> body.put(plural, outcome.results()));
        body.put(
                "failures",
                failures.stream()
                        .map(failure -> failure.json(request.operation))
                        .toList());
        return body;
    }

    /// As columns hold them.
    static String json(BulkOperation operation, List<Outcome.Failure> failures) {
        return JsonColumn.writeItems(
                failures.stream().map(failure -> failure.json(operation)).toList());
    }

    /// Newest first.
    Page<BulkJob> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    /// A job and some of what could not be done.
    ///
    /// @param failures as answers and callbacks tell them
    record Shown(BulkJob job, List<Map<String, Object>> failures) {}

    /// @param failuresMax how many of the failures, the first ones
    Optional<Shown> find(AccountId account, BulkJobId id, int failuresMax) {
        return database.inTx(tx -> store.find(tx, account, id).map(job -> {
            var failures = store.failures(tx, account, id, failuresMax).stream()
                    .flatMap(step -> JsonColumn.readItems(step).stream())
                    .limit(failuresMax)
                    .toList();
            return new Shown(job, failures);
        }));
    }

    /// Takes somebody out of requests, waiting ones and done ones. Their items are failures from now on, which
    /// do not repeat what was sent, and nobody is told what was done for them. Whoever works on such a request has
    /// done the step before this returns, and nobody begins another before the transaction ends.
    ///
    /// @param signs texts of which an item that means them has one, in whatever case
    /// @param means whether an item means them, as JSON
    public void forget(Tx tx, AccountId account, List<String> signs, Predicate<String> means) {
        for (var place : store.holdMentioning(tx, account, signs)) {
            var step = store.read(tx, account, place);
            var erased = new Outcome.Failure(step.operation().blank(), List.of(ERASED));
            var waiting = step.items().map(JsonColumn::readItems).orElse(List.of());
            var kept = waiting.stream().filter(item -> !isMeant(item, means)).toList();
            var failures = new ArrayList<Map<String, ?>>();
            for (var failure : JsonColumn.readItems(step.failures())) {
                failures.add(isMeant(failure, means) ? erased.json(step.operation()) : failure);
            }
            for (int i = kept.size(); i < waiting.size(); i++) {
                failures.add(erased.json(step.operation()));
            }
            store.rewrite(
                    tx,
                    account,
                    step,
                    step.items().map(_ -> JsonColumn.writeItems(kept)),
                    JsonColumn.writeItems(JsonColumn.readItems(step.results()).stream()
                            .filter(result -> !isMeant(result, means))
                            .toList()),
                    JsonColumn.writeItems(failures));
        }
    }

    private static boolean isMeant(Map<String, Object> item, Predicate<String> means) {
        return means.test(JsonColumn.write(item));
    }

    /// What is not done yet.
    public record Waiting(long jobs, long items) {}

    public Waiting waiting(AccountId account) {
        return database.inTx(tx -> store.waiting(tx, account));
    }
}
