package reynard.proof;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import reynard.access.Ration;
import reynard.access.Rations;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.delivery.BroadcastWriter;
import reynard.delivery.Specimen;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;
import reynard.template.BrokenEmail;

/// What an author looks at before readers do: an email on the screen, the same in their own inbox, a whole sequence
/// there.
public final class ProofEndpoints {
    private static final int ADDRESSES_MAX = 5;
    private static final Ration TESTS = new Ration(60, Duration.ofHours(1));
    private static final Ration REHEARSALS = new Ration(10, Duration.ofHours(1));

    private final Database database;
    private final Accounts accounts;
    private final Proofs proofs;
    private final Rations rations;
    private final InstantSource clock;

    public ProofEndpoints(Database database, Accounts accounts, Proofs proofs, Rations rations, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.proofs = proofs;
        this.rations = rations;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.post("/ext/v1/sequences/{sequence_id}/emails/{id}/preview", this::preview);
        routes.post("/ext/v1/sequences/{sequence_id}/emails/{id}/test", this::test);
        routes.post("/ext/v1/sequences/{id}/rehearse", this::rehearse);
    }

    record HeaderJson(String name, String value) {}

    private Reply preview(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var email = request.path("id", SequenceEmailId::new);
        var reader = request.id("subscriber_id").map(SubscriberId::new);
        try {
            return proofs.preview(request.account(), sequence, email, reader)
                    .map(specimen -> Reply.ok(Map.of("preview", json(specimen))))
                    .orElseGet(Reply::notFound);
        } catch (BrokenEmail e) {
            return Reply.invalid(e.sentence());
        }
    }

    private static Map<String, Object> json(Specimen specimen) {
        var json = new LinkedHashMap<String, Object>();
        json.put("subject", specimen.rendered().subject());
        json.put("html", specimen.rendered().html());
        json.put("text", specimen.rendered().text());
        json.put("headers", headers(specimen.message()));
        json.put("size_bytes", specimen.message().length);
        json.put("warnings", Warnings.of(specimen));
        return json;
    }

    /// As they stand in the message, unfolded.
    private static List<HeaderJson> headers(byte[] message) {
        var text = new String(message, StandardCharsets.UTF_8);
        var head = text.substring(0, text.indexOf("\r\n\r\n")).replaceAll("\r\n(?=[ \t])", "");
        var headers = new ArrayList<HeaderJson>();
        for (var line : head.split("\r\n")) {
            int colon = line.indexOf(':');
            headers.add(new HeaderJson(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return headers;
    }

    /// Sends an email to one of the account's own people, for a page.
    ///
    /// @return whether there is such an email
    /// @throws InvalidRequest when it cannot be rendered, or too many were sent
    public boolean test(AccountId account, SequenceId sequence, SequenceEmailId email, EmailAddress to) {
        refuseTooMany("tests of " + account.value(), TESTS);
        try {
            return proofs.test(account, sequence, email, Optional.empty(), List.of(to));
        } catch (BrokenEmail e) {
            throw new InvalidRequest(List.of(e.sentence()));
        }
    }

    /// Sends a broadcast to one of the account's own people, for a page.
    ///
    /// @throws InvalidRequest when it cannot be rendered, or too many were sent
    public boolean test(AccountId account, BroadcastWriter.Draft written, EmailAddress to) {
        refuseTooMany("tests of " + account.value(), TESTS);
        try {
            return proofs.test(account, written, to);
        } catch (BrokenEmail e) {
            throw new InvalidRequest(List.of(e.sentence()));
        }
    }

    /// What is to be said about an email before readers get it, in sentences.
    public static List<String> warnings(Specimen specimen) {
        return Warnings.of(specimen).stream().map(Warning::message).toList();
    }

    /// Sends every published email of a sequence at once to one of the account's own people, for a page.
    ///
    /// @return how many; empty when there is no such sequence
    /// @throws InvalidRequest when one cannot be rendered, or too many were sent
    public OptionalInt rehearse(AccountId account, SequenceId sequence, EmailAddress to) {
        refuseTooMany("rehearsals of " + account.value(), REHEARSALS);
        try {
            return proofs.rehearse(account, sequence, Optional.empty(), List.of(to)).stream()
                    .mapToInt(List::size)
                    .findFirst();
        } catch (BrokenEmail e) {
            throw new InvalidRequest(List.of(e.sentence()));
        }
    }

    private void refuseTooMany(String name, Ration ration) {
        if (refused(name, ration, 1).isPresent()) {
            throw new InvalidRequest("Too many were sent in the last hour");
        }
    }

    private Reply test(Request request) {
        var sequence = request.path("sequence_id", SequenceId::new);
        var email = request.path("id", SequenceEmailId::new);
        var reader = request.id("subscriber_id").map(SubscriberId::new);
        if (proofs.find(request.account(), sequence, email).isEmpty()) {
            return Reply.notFound();
        }
        var to = to(request, request.json());
        var refused = refused("tests of " + request.account().value(), TESTS, to.size());
        if (refused.isPresent()) {
            return refused.get();
        }
        try {
            return proofs.test(request.account(), sequence, email, reader, to)
                    ? Reply.accepted(Map.of("to", values(to)))
                    : Reply.notFound();
        } catch (BrokenEmail e) {
            return Reply.invalid(e.sentence());
        }
    }

    record RehearsedJson(
            SequenceEmailId id, String subject, @Nullable Instant plannedAt) {}

    private Reply rehearse(Request request) {
        var sequence = request.path("id", SequenceId::new);
        var reader = request.id("subscriber_id").map(SubscriberId::new);
        if (proofs.find(request.account(), sequence).isEmpty()) {
            return Reply.notFound();
        }
        var to = to(request, request.json());
        var refused = refused("rehearsals of " + request.account().value(), REHEARSALS, to.size());
        if (refused.isPresent()) {
            return refused.get();
        }
        try {
            return proofs.rehearse(request.account(), sequence, reader, to)
                    .map(emails -> Reply.accepted(Map.of(
                            "to",
                            values(to),
                            "emails",
                            emails.stream()
                                    .map(one -> new RehearsedJson(
                                            one.email(),
                                            one.subject(),
                                            one.plannedAt().orElse(null)))
                                    .toList())))
                    .orElseGet(Reply::notFound);
        } catch (BrokenEmail e) {
            return Reply.invalid(e.sentence());
        }
    }

    private static List<String> values(List<EmailAddress> addresses) {
        return addresses.stream().map(EmailAddress::value).toList();
    }

    /// Nobody but the account's own people gets mail that nobody signed up for. Without any named, the first user does.
    private List<EmailAddress> to(Request request, JsonBody body) {
        var own = database.inTx(tx -> accounts.ownAddresses(tx, request.account()));
        var wanted = body.texts("to").over(List.of(), List.of());
        var to = new LinkedHashSet<EmailAddress>();
        for (var address : wanted.isEmpty() ? own.stream().limit(1).toList() : wanted) {
            var known = own.stream()
                    .filter(mine -> mine.equalsIgnoreCase(address.strip()))
                    .findFirst();
            if (known.isEmpty()) {
                body.fault("to must only have addresses of the account's users and confirmed sending addresses: "
                        + address);
            }
            known.flatMap(EmailAddress::parse).ifPresent(to::add);
        }
        if (to.size() > ADDRESSES_MAX) {
            body.fault("to must have at most " + ADDRESSES_MAX + " addresses");
        }
        body.refuseFaults();
        return List.copyOf(to);
    }

    private Optional<Reply> refused(String name, Ration ration, int times) {
        for (int i = 0; i < times; i++) {
            if (rations.take(name, ration, clock.instant()) instanceof Rations.Taking.Refused(var retryAfter)) {
                return Optional.of(Reply.tooMany("Too many were sent in the last hour", retryAfter));
            }
        }
        return Optional.empty();
    }
}
