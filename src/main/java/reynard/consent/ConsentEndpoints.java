package reynard.consent;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.ConsentId;
import reynard.id.FormId;
import reynard.id.SubscriberId;
import reynard.subscriber.Subscribers;

/// Ours: the record of what a subscriber agreed to, and the operator's word for those who came with a file.
public final class ConsentEndpoints {
    private static final int STATEMENT_MAX = 4_000;

    private final Database database;
    private final Consents consents;
    private final Subscribers subscribers;
    private final InstantSource clock;

    public ConsentEndpoints(Database database, Consents consents, Subscribers subscribers, InstantSource clock) {
        this.database = database;
        this.consents = consents;
        this.subscribers = subscribers;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/subscribers/{id}/consents", this::list);
        routes.post("/ext/v1/subscribers/{id}/consents", this::state);
    }

    record ConsentJson(
            ConsentId id,
            String source,
            @Nullable FormId formId,
            @Nullable String textShown,
            @Nullable String statement,
            @Nullable String page,
            @Nullable String clientAddress,
            @Nullable String userAgent,
            Instant askedAt,
            @Nullable Instant confirmedAt) {
        static ConsentJson of(Consent consent) {
            return new ConsentJson(
                    consent.id(),
                    consent.source().wireName(),
                    consent.form().orElse(null),
                    consent.textShown().orElse(null),
                    consent.statement().orElse(null),
                    consent.page().orElse(null),
                    consent.clientAddress().orElse(null),
                    consent.userAgent().orElse(null),
                    consent.askedAt(),
                    consent.confirmedAt().orElse(null));
        }
    }

    private Reply list(Request request) {
        var subscriber = request.path("id", SubscriberId::new);
        var page = request.page();
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), subscriber).isEmpty()) {
                return Reply.notFound();
            }
            return Reply.ok(
                    PageJson.of("consents", consents.list(tx, request.account(), subscriber, page), ConsentJson::of));
        });
    }

    private Reply state(Request request) {
        var subscriber = request.path("id", SubscriberId::new);
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), subscriber).isEmpty()) {
                return Reply.notFound();
            }
            var body = request.json();
            var source = body.text("source", 20).nullIsAbsent().over("import", "import");
            if (!Consent.Source.STATED.contains(source)) {
                body.fault("source must be one of: " + String.join(", ", Consent.Source.STATED));
            }
            var statement = body.text("statement", STATEMENT_MAX).over("", "").strip();
            if (statement.isEmpty()) {
                body.fault("statement can't be blank");
            }
            var at = body.instant("asked_at").nullIsAbsent().over(clock.instant(), clock.instant());
            body.refuseFaults();
            var consent =
                    consents.state(tx, request.account(), subscriber, Consent.Source.named(source), statement, at);
            return Reply.created(Map.of("consent", ConsentJson.of(consent)));
        });
    }
}
