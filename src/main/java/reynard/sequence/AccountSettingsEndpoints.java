package reynard.sequence;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;
import reynard.template.EmailTemplates;
import reynard.tzdata.TzData;

/// The settings of an account, which Kit's API only shows. They live here because most of them are what a new sequence
/// starts from.
public final class AccountSettingsEndpoints {
    private static final int NAME_MAX = 255;
    private static final int POSTAL_ADDRESS_MAX = 1_000;

    private final Database database;
    private final Accounts accounts;
    private final EmailTemplates templates;
    private final Sequences sequences;
    private final TzData tzData;

    public AccountSettingsEndpoints(
            Database database, Accounts accounts, EmailTemplates templates, Sequences sequences, TzData tzData) {
        this.database = database;
        this.accounts = accounts;
        this.templates = templates;
        this.sequences = sequences;
        this.tzData = tzData;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/account", this::show);
        routes.put("/ext/v1/account", this::change);
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record SettingsJson(
            AccountId id,
            String name,
            String timeZone,
            int sendHour,
            @Nullable String postalAddress,
            boolean openTracking,
            boolean clickTracking,
            String onUncertain,
            EmailTemplateId emailTemplateId,
            List<SequenceEndpoints.ExclusionJson> excludeSubscriberSources) {}

    private Reply show(Request request) {
        return database.inTx(tx -> Reply.ok(body(tx, accounts.get(tx, request.account()))));
    }

    private Map<String, SettingsJson> body(Tx tx, Account account) {
        return Map.of(
                "account",
                new SettingsJson(
                        account.id(),
                        account.name(),
                        account.timeZone(),
                        account.sendHour(),
                        account.postalAddress().orElse(null),
                        account.openTracking(),
                        account.clickTracking(),
                        (account.holdsUncertain() ? Handling.OnUncertain.HOLD : Handling.OnUncertain.RESEND).wireName(),
                        templates.defaultOf(tx, account.id()).id(),
                        SequenceEndpoints.exclusionsJson(sequences.defaultExclusions(tx, account.id()))));
    }

    private Reply change(Request request) {
        var body = request.json();
        return database.inTx(tx -> Reply.ok(body(tx, change(tx, request.account(), body))));
    }

    /// Changes what the body names.
    ///
    /// @throws reynard.http.InvalidRequest with the faults of the body
    public Account change(Tx tx, AccountId id, JsonBody body) {
        var name = SequenceEndpoints.required(body, "name", body.line("name", NAME_MAX), false);
        if (name instanceof Change.Set<String>(var text) && text.isBlank()) {
            body.fault("name can't be blank");
        }
        var timeZone = SequenceEndpoints.timeZone(body, false, tzData);
        var sendHour = SequenceEndpoints.required(body, "send_hour", body.integer("send_hour", 0, 23), false);
        var postalAddress = body.text("postal_address", POSTAL_ADDRESS_MAX);
        var openTracking = SequenceEndpoints.required(body, "open_tracking", body.flag("open_tracking"), false);
        var clickTracking = SequenceEndpoints.required(body, "click_tracking", body.flag("click_tracking"), false);
        var onUncertain = SequenceEndpoints.required(body, "on_uncertain", SequenceEndpoints.onUncertain(body), false);
        var template = template(tx, id, body);
        var exclusions = SequenceEndpoints.exclusions(tx, id, body, false, sequences);
        body.refuseFaults();
        if (template instanceof Change.Set<EmailTemplateId>(var wanted)) {
            templates.update(tx, id, wanted, Optional.empty(), Optional.empty(), true);
        }
        if (!(exclusions instanceof Change.Keep)) {
            sequences.changeDefaultExclusions(tx, id, exclusions.over(new TreeSet<>(), new TreeSet<>()));
        }
        return accounts.change(
                tx,
                id,
                before -> before.with(
                        name.over(before.name(), before.name()).strip(),
                        timeZone.over(before.timeZone(), before.timeZone()),
                        sendHour.map(Math::toIntExact).over(before.sendHour(), before.sendHour()),
                        postalAddress
                                .<Optional<String>>map(Optional::of)
                                .over(before.postalAddress(), Optional.empty()),
                        openTracking.over(before.openTracking(), before.openTracking()),
                        clickTracking.over(before.clickTracking(), before.clickTracking()),
                        onUncertain
                                .map(wanted -> wanted == Handling.OnUncertain.HOLD)
                                .over(before.holdsUncertain(), before.holdsUncertain())));
    }

    /// There is always one: what would take it away is refused.
    private Change<EmailTemplateId> template(Tx tx, AccountId account, JsonBody body) {
        var template = SequenceEndpoints.template(tx, account, body, templates);
        if (template instanceof Change.Clear) {
            body.fault("email_template_id can't be null");
            return new Change.Keep<>();
        }
        return template;
    }
}
