package reynard.proof;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.access.Ration;
import reynard.access.Rations;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SendingAddressId;
import reynard.mail.EmailAddress;
import reynard.page.Templates;

/// The addresses that an account sends from, which Kit's API only shows; and the page behind the link by which one is
/// confirmed. Only POST confirms: mail scanners follow every link with GET.
public final class SendingAddressEndpoints {
    private static final String TOO_MANY = "Too many confirmations were asked for";
    private static final int NAME_MAX = 255;
    private static final int ADDRESSES_MAX = 100;
    private static final Ration ASKED_FOR_ONE = new Ration(5, Duration.ofHours(1));
    private static final Ration ASKED_BY_ONE = new Ration(20, Duration.ofHours(1));

    private final Database database;
    private final Accounts accounts;
    private final SenderProofs proofs;
    private final Rations rations;
    private final InstantSource clock;

    public SendingAddressEndpoints(
            Database database, Accounts accounts, SenderProofs proofs, Rations rations, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.proofs = proofs;
        this.rations = rations;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/sending_addresses", this::list);
        routes.post("/ext/v1/sending_addresses", this::create);
        routes.get("/ext/v1/sending_addresses/{id}", this::show);
        routes.put("/ext/v1/sending_addresses/{id}", this::update);
        routes.delete("/ext/v1/sending_addresses/{id}", this::delete);
        routes.post("/ext/v1/sending_addresses/{id}/verification", this::askAgain);
        routes.open(Routes.Verb.GET, "/sender/{account}/{token}", this::ask);
        routes.open(Routes.Verb.POST, "/sender/{account}/{token}", this::confirm);
    }

    record AddressJson(
            SendingAddressId id,
            String emailAddress,
            String fromName,
            String status,
            boolean isVerified,
            boolean isDefault) {
        static AddressJson of(SendingAddress address) {
            return new AddressJson(
                    address.id(),
                    address.emailAddress(),
                    address.fromName(),
                    address.verified() ? "confirmed" : "pending",
                    address.verified(),
                    address.isDefault());
        }

        static Map<String, AddressJson> body(SendingAddress address) {
            return Map.of("sending_address", of(address));
        }
    }

    private Reply list(Request request) {
        return database.inTx(tx -> Reply.ok(Map.of(
                "sending_addresses",
                accounts.sendingAddresses(tx, request.account()).stream()
                        .map(AddressJson::of)
                        .toList())));
    }

    private Reply show(Request request) {
        var id = request.path("id", SendingAddressId::new);
        return database.inTx(tx -> accounts.findSendingAddress(tx, request.account(), id))
                .map(address -> Reply.ok(AddressJson.body(address)))
                .orElseGet(Reply::notFound);
    }

    private Reply create(Request request) {
        var wanted = wanted(request.json());
        return refused(request.account(), wanted.email().normalised())
                .map(SendingAddressEndpoints::tooMany)
                .orElseGet(() -> Reply.created(AddressJson.body(add(request.account(), wanted))));
    }

    private record Wanted(EmailAddress email, String name) {}

    private static Wanted wanted(JsonBody body) {
        var email = email(body);
        var name = name(body, true);
        body.refuseFaults();
        return new Wanted(email.orElseThrow(), name.orElseThrow());
    }

    private SendingAddress add(AccountId account, Wanted wanted) {
        return database.inTx(tx -> {
            var there = accounts.holdSendingAddresses(tx, account);
            if (there.size() >= ADDRESSES_MAX) {
                throw new InvalidRequest("an account has at most " + ADDRESSES_MAX + " sending addresses");
            }
            var value = wanted.email().value();
            if (there.stream().anyMatch(address -> address.emailAddress().equalsIgnoreCase(value))) {
                throw new InvalidRequest("email_address is a sending address already");
            }
            var address = accounts.addSendingAddress(tx, account, value, wanted.name());
            proofs.ask(tx, account, address, clock.instant());
            return address;
        });
    }

    /// The same for a page. The question goes out at once.
    ///
    /// @throws InvalidRequest when it cannot be added
    public SendingAddress add(AccountId account, JsonBody body) {
        var wanted = wanted(body);
        if (refused(account, wanted.email().normalised()).isPresent()) {
            throw new InvalidRequest(TOO_MANY);
        }
        return add(account, wanted);
    }

    /// Asks once more, for a page.
    ///
    /// @throws InvalidRequest when there is nothing to ask, or it was asked too often
    public void askAgain(AccountId account, SendingAddressId id) {
        var found = database.inTx(tx -> accounts.findSendingAddress(tx, account, id))
                .filter(address -> !address.verified())
                .orElseThrow(() -> new InvalidRequest("Sending address is confirmed already"));
        if (refused(account, found.emailAddress()).isPresent()) {
            throw new InvalidRequest(TOO_MANY);
        }
        database.useTx(tx -> proofs.ask(tx, account, found, clock.instant()));
    }

    private static Reply tooMany(Duration retryAfter) {
        return Reply.tooMany(TOO_MANY, retryAfter);
    }

    private static Optional<EmailAddress> email(JsonBody body) {
        var text = body.line("email_address", 1_000).over("", "").strip();
        var address = EmailAddress.parse(text);
        if (address.isEmpty()) {
            body.fault(text.isEmpty() ? "email_address can't be blank" : "email_address is not a valid email address");
        }
        boolean knowsBetter = body.flag("allow_provider_domain").over(false, false);
        address.filter(_ -> !knowsBetter).flatMap(SenderRules::provider).ifPresent(body::fault);
        return address;
    }

    private static Optional<String> name(JsonBody body, boolean required) {
        var name = body.line("from_name", NAME_MAX);
        boolean missing = name instanceof Change.Clear || (required && !body.has("from_name"));
        if (missing || (name instanceof Change.Set<String>(var text) && text.isBlank())) {
            body.fault("from_name can't be blank");
        }
        if (name instanceof Change.Set<String>(var text)) {
            SenderRules.name(text).ifPresent(body::fault);
            return Optional.of(text.strip());
        }
        return Optional.empty();
    }

    private Reply update(Request request) {
        var id = request.path("id", SendingAddressId::new);
        return database.inTx(tx -> {
            var found = accounts.findSendingAddress(tx, request.account(), id);
            if (found.isEmpty()) {
                return Reply.notFound();
            }
            var body = request.json();
            var name = name(body, false);
            var isDefault = body.flag("is_default");
            if (isDefault instanceof Change.Set<Boolean>(var wanted)) {
                if (wanted && !found.get().verified()) {
                    body.fault("is_default can't be given to an address that is not confirmed");
                } else if (!wanted && found.get().isDefault()) {
                    body.fault("is_default can't be taken away; make another address the default");
                }
            }
            body.refuseFaults();
            return Reply.ok(AddressJson.body(accounts.changeSendingAddress(
                    tx, request.account(), found.get(), name, isDefault.over(false, false))));
        });
    }

    private Reply delete(Request request) {
        var id = request.path("id", SendingAddressId::new);
        return switch (accounts.removeSendingAddress(request.account(), id)) {
            case Accounts.Removal.Removed _ -> Reply.noContent();
            case Accounts.Removal.NoSuchAddress _ -> Reply.notFound();
            case Accounts.Removal.IsDefault _ ->
                Reply.invalid("Sending address is the account's default; make another one the default first");
            case Accounts.Removal.InUse(var users) ->
                Reply.invalid(users.stream()
                        .map(user -> "Sending address is used by " + user)
                        .toList());
        };
    }

    private Reply askAgain(Request request) {
        var id = request.path("id", SendingAddressId::new);
        var found = database.inTx(tx -> accounts.findSendingAddress(tx, request.account(), id));
        if (found.isEmpty()) {
            return Reply.notFound();
        }
        if (found.get().verified()) {
            return Reply.invalid("Sending address is confirmed already");
        }
        var refused = refused(request.account(), found.get().emailAddress());
        if (refused.isPresent()) {
            return tooMany(refused.get());
        }
        database.useTx(tx -> proofs.ask(tx, request.account(), found.get(), clock.instant()));
        return Reply.accepted(AddressJson.body(found.get()));
    }

    /// Nobody's mailbox is filled with our questions.
    private Optional<Duration> refused(AccountId account, String email) {
        var now = clock.instant();
        var names = List.of("proof:" + email.toLowerCase(java.util.Locale.ROOT), "proofs of " + account.value());
        var limits = List.of(ASKED_FOR_ONE, ASKED_BY_ONE);
        for (int i = 0; i < names.size(); i++) {
            if (rations.take(names.get(i), limits.get(i), now) instanceof Rations.Taking.Refused(var retryAfter)) {
                return Optional.of(retryAfter);
            }
        }
        return Optional.empty();
    }

    private Reply ask(Request request) {
        return proofs.asked(request.pathText("account"), request.pathText("token"), clock.instant())
                .map(asked -> Reply.html(
                        200,
                        Templates.render(
                                asked.address().verified() ? "author/sender-confirmed.jte" : "author/sender.jte",
                                SenderPage.of(asked))))
                .orElseGet(SendingAddressEndpoints::unknown);
    }

    private Reply confirm(Request request) {
        return proofs.confirm(request.pathText("account"), request.pathText("token"), clock.instant())
                .map(asked -> Reply.html(200, Templates.render("author/sender-confirmed.jte", SenderPage.of(asked))))
                .orElseGet(SendingAddressEndpoints::unknown);
    }

    private static Reply unknown() {
        return Reply.html(404, Templates.render("author/sender-unknown.jte", new SenderPage("", "")));
    }
}
