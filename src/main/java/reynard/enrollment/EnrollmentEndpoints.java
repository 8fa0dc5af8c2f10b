package reynard.enrollment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reynard.db.Database;
import reynard.db.Grouping;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberEndpoints;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.Subscribers;

/// Kit's operations on the subscribers of a sequence, and ours to take one out.
public final class EnrollmentEndpoints {
    private final Grouping<Place, Newcomer, Reply> adding = new Grouping<>(this::add);
    private final Database database;
    private final Enrollments enrollments;
    private final Sequences sequences;
    private final Subscribers subscribers;
    private final CustomFields customFields;

    public EnrollmentEndpoints(
            Database database,
            Enrollments enrollments,
            Sequences sequences,
            Subscribers subscribers,
            CustomFields customFields) {
        this.database = database;
        this.enrollments = enrollments;
        this.sequences = sequences;
        this.subscribers = subscribers;
        this.customFields = customFields;
    }

    public void register(Routes routes) {
        routes.get("/v4/sequences/{sequence_id}/subscribers", this::list);
        routes.post("/v4/sequences/{sequence_id}/subscribers", this::addByEmail);
        routes.post("/v4/sequences/{sequence_id}/subscribers/{id}", this::addById);
        routes.delete("/ext/v1/sequences/{sequence_id}/subscribers/{id}", this::remove);
    }

    private Reply list(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var filter = SubscriberEndpoints.members(request, "added");
        var page = request.page();
        return database.inTx(tx -> {
            if (sequences.find(tx, request.account(), sequence).isEmpty()) {
                return Reply.notFound();
            }
            var members = enrollments.members(tx, request.account(), sequence, filter, page);
            var rows = SubscriberJson.rows(
                    tx,
                    request.account(),
                    members.items().stream()
                            .map(EnrollmentStore.Member::subscriber)
                            .toList(),
                    false,
                    subscribers,
                    customFields);
            return Reply.ok(PageJson.of("subscribers", members, member -> {
                var json = rows.apply(member.subscriber());
                json.put("added_at", member.addedAt());
                return json;
            }));
        });
    }

    private Reply addById(Request request) {
        return adding.ask(
                new Place(request.account(), request.path("sequence_id", SequenceId::new)),
                new Newcomer.Known(request.path("id", SubscriberId::new), new Object()));
    }

    private Reply addByEmail(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var body = request.json();
        var email = body.text("email_address", 1_000);
        body.refuseFaults();
        if (email instanceof Change.Set<String>(var address) && !address.isBlank()) {
            return adding.ask(
                    new Place(request.account(), sequence), new Newcomer.Addressed(address.strip(), new Object()));
        }
        return database.inTx(
                tx -> sequences.find(tx, request.account(), sequence).isEmpty()
                        ? Reply.notFound()
                        : Reply.invalid(
                                "Either subscriber id or email address is required to add subscriber to sequence"));
    }

    private record Place(AccountId account, SequenceId sequence) {}

    /// Someone to be added. Two requests are two, also for the same person: one of them is the second.
    private sealed interface Newcomer {
        record Known(SubscriberId id, Object request) implements Newcomer {}

        record Addressed(String email, Object request) implements Newcomer {}
    }

    private Map<Newcomer, Reply> add(Place place, List<Newcomer> newcomers) {
        return database.inTx(tx -> add(tx, place.account(), place.sequence(), newcomers));
    }

    private Map<Newcomer, Reply> add(Tx tx, AccountId account, SequenceId sequence, List<Newcomer> newcomers) {
        var people = people(tx, account, newcomers);
        var there = newcomers.stream().filter(people::containsKey).toList();
        var replies = new HashMap<Newcomer, Reply>();
        newcomers.forEach(newcomer -> replies.put(newcomer, Reply.notFound()));
        if (there.isEmpty()) {
            return replies;
        }
        var added = there.stream()
                .map(newcomer -> Objects.requireNonNull(people.get(newcomer)))
                .toList();
        var outcomes = enrollments.enrollAll(tx, account, sequence, added, Enrollment.Source.API);
        var fields = customFields.all(tx, account);
        for (int i = 0; i < added.size(); i++) {
            replies.put(there.get(i), reply(outcomes.get(i), added.get(i), fields));
        }
        return replies;
    }

    private Map<Newcomer, Subscriber> people(Tx tx, AccountId account, List<Newcomer> newcomers) {
        var emails = new ArrayList<String>();
        var ids = new ArrayList<SubscriberId>();
        for (var newcomer : newcomers) {
            switch (newcomer) {
                case Newcomer.Known(var id, var _) -> ids.add(id);
                case Newcomer.Addressed(var email, var _) -> emails.add(email);
            }
        }
        var byEmail = subscribers.findByEmails(tx, account, emails);
        var byId = ids.isEmpty() ? Map.<SubscriberId, Subscriber>of() : subscribers.findAll(tx, account, ids);
        var people = new HashMap<Newcomer, Subscriber>();
        for (var newcomer : newcomers) {
            var subscriber = switch (newcomer) {
                case Newcomer.Known(var id, var _) -> byId.get(id);
                case Newcomer.Addressed(var email, var _) -> byEmail.get(email);
            };
            if (subscriber != null) {
                people.put(newcomer, subscriber);
            }
        }
        return people;
    }

    private static Reply reply(Enrollments.Enrolling outcome, Subscriber subscriber, List<CustomField> fields) {
        return switch (outcome) {
            case Enrollments.Enrolling.Enrolled(var addedAt) -> Reply.created(body(subscriber, fields, addedAt));
            case Enrollments.Enrolling.AlreadyIn(var addedAt) -> Reply.ok(body(subscriber, fields, addedAt));
            case Enrollments.Enrolling.Restarted(var addedAt) -> Reply.ok(body(subscriber, fields, addedAt));
            case Enrollments.Enrolling.SequenceInactive _ -> Reply.invalid("Sequence is inactive");
            case Enrollments.Enrolling.NoSuchSequence _ -> Reply.notFound();
        };
    }

    private static Map<String, Object> body(Subscriber subscriber, List<CustomField> fields, Instant addedAt) {
        var json = SubscriberJson.of(subscriber, fields);
        json.put("added_at", addedAt);
        return Map.of("subscriber", json);
    }

    private Reply remove(Request request) {
        return enrollments.remove(
                        request.account(),
                        request.path("sequence_id", SequenceId::new),
                        request.path("id", SubscriberId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }
}
