package reynard.ui.settings;

import java.util.Optional;
import java.util.Set;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.http.InvalidRequest;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SendingAddressId;
import reynard.proof.SendingAddressEndpoints;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;

/// Whom emails come from: each address is confirmed by a link that is mailed to it.
public final class SenderEndpoints {
    private static final String HOME = "/settings/senders";
    private static final Set<String> FIELDS = Set.of("email_address", "from_name");

    private final Database database;
    private final Accounts accounts;
    private final SendingAddressEndpoints bodies;
    private final boolean builtInInbox;
    private final Desk desk;

    /// @param builtInInbox whether no relay is named, so that the link is found there and nowhere else
    public SenderEndpoints(
            Database database, Accounts accounts, SendingAddressEndpoints bodies, boolean builtInInbox, Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.bodies = bodies;
        this.builtInInbox = builtInInbox;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, visit -> visit.page("ui/settings/senders.jte", page(visit, Form.empty())));
        desk.form(routes, HOME, this::add);
        desk.form(routes, HOME + "/{id}/ask", this::askAgain);
        desk.form(routes, HOME + "/{id}/default", this::makeDefault);
        desk.form(routes, HOME + "/{id}/remove", this::remove);
    }

    private static SendingAddressId id(Desk.Visit visit) {
        return visit.request().path("id", SendingAddressId::new);
    }

    private SendersPage page(Desk.Visit visit, Form form) {
        return new SendersPage(
                visit.frame("Sending addresses", Section.SETTINGS),
                form,
                database.read(tx -> accounts.sendingAddresses(tx, visit.account())).stream()
                        .map(sender -> new SendersPage.Row(
                                sender.id().value(),
                                sender.emailAddress(),
                                sender.fromName(),
                                sender.verified(),
                                sender.isDefault()))
                        .toList());
    }

    private Reply add(Desk.Visit visit, Form form) {
        try {
            var added = bodies.add(
                    visit.account(),
                    new Body(form)
                            .text("email_address")
                            .text("from_name")
                            .flag("allow_provider_domain")
                            .json());
            return visit.done(
                    HOME,
                    "A link was mailed to " + added.emailAddress() + ": whoever follows it confirms the address."
                            + (builtInInbox ? " No relay is named, so it is in the inbox here." : ""));
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/settings/senders.jte", page(visit, form));
        }
    }

    private Reply askAgain(Desk.Visit visit, Form form) {
        try {
            bodies.askAgain(visit.account(), id(visit));
            return visit.done(HOME, "The link was mailed again; the one before counts no more.");
        } catch (InvalidRequest invalid) {
            return visit.done(HOME, String.join(" ", invalid.faults()) + ".");
        }
    }

    private Reply makeDefault(Desk.Visit visit, Form form) {
        return database.inTx(tx -> accounts.findSendingAddress(tx, visit.account(), id(visit))
                .map(sender -> {
                    if (!sender.verified()) {
                        return visit.done(HOME, "An address is confirmed first.");
                    }
                    accounts.changeSendingAddress(tx, visit.account(), sender, Optional.empty(), true);
                    return visit.done(HOME, "New sequences send from " + sender.emailAddress() + ".");
                })
                .orElseGet(visit::noSuchPage));
    }

    private Reply remove(Desk.Visit visit, Form form) {
        return switch (accounts.removeSendingAddress(visit.account(), id(visit))) {
            case Accounts.Removal.Removed _ -> visit.done(HOME, "The address is gone.");
            case Accounts.Removal.NoSuchAddress _ -> visit.noSuchPage();
            case Accounts.Removal.IsDefault _ ->
                visit.done(HOME, "Nothing is changed: make another address the default first.");
            case Accounts.Removal.InUse(var users) ->
                visit.done(HOME, "Nothing is changed: it is used by " + String.join(", ", users) + ".");
        };
    }
}
