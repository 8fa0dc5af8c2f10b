package reynard.enrollment;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
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
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberEndpoints;
import reynard.subscriber.SubscriberJson;
import reynard.subscriber.Subscribers;

/// Kit's operations on the subscribers of a sequence, and ours to take one out.
public final class EnrollmentEndpoints {
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
        var sequence = request.path("sequence_id", SequenceId::new);
        var id = request.path("id", SubscriberId::new);
        return database.inTx(tx -> add(tx, request.account(), sequence, subscribers.find(tx, request.account(), id)));
    }

    private Reply addByEmail(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var body = request.json();
        var email = body.text("email_address", 1_000);
        body.refuseFaults();
        return database.inTx(tx -> {
            if (email instanceof Change.Set<String>(var address) && !address.isBlank()) {
                return add(
                        tx,
                        request.account(),
                        sequence,
                        subscribers.findByEmail(tx, request.account(), address.strip()));
            }
            return sequences.find(tx, request.account(), sequence).isEmpty()
                    ? Reply.notFound()
                    : Reply.invalid("Either subscriber id or email address is required to add subscriber to sequence");
        });
    }

    private Reply add(Tx tx, AccountId account, SequenceId sequence, Optional<Subscriber> subscriber) {
        if (subscriber.isEmpty()) {
            return Reply.notFound();
        }
        return switch (enrollments.enroll(tx, account, sequence, subscriber.get(), Enrollment.Source.API)) {
            case Enrollments.Enrolling.Enrolled(var addedAt) ->
                Reply.created(body(tx, account, subscriber.get(), addedAt));
            case Enrollments.Enrolling.AlreadyIn(var addedAt) -> Reply.ok(body(tx, account, subscriber.get(), addedAt));
            case Enrollments.Enrolling.Restarted(var addedAt) -> Reply.ok(body(tx, account, subscriber.get(), addedAt));
            case Enrollments.Enrolling.SequenceInactive _ -> Reply.invalid("Sequence is inactive");
            case Enrollments.Enrolling.NoSuchSequence _ -> Reply.notFound();
        };
    }

    private Map<String, Object> body(Tx tx, AccountId account, Subscriber subscriber, Instant addedAt) {
        var json = SubscriberJson.of(subscriber, customFields.all(tx, account));
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
