package reynard.ui.settings;

import java.util.HashMap;
import java.util.Set;
import java.util.stream.IntStream;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.db.Database;
import reynard.http.InvalidRequest;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.ApiKeyId;
import reynard.sequence.AccountSettingsEndpoints;
import reynard.tzdata.TzData;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// The account's settings and its API keys.
public final class AccountPagesEndpoints {
    private static final Set<String> FIELDS = Set.of("name", "time_zone", "send_hour", "postal_address");
    private static final int KEY_NAME_MAX = 100;

    private final Database database;
    private final Accounts accounts;
    private final ApiKeys apiKeys;
    private final AccountSettingsEndpoints bodies;
    private final TzData tzData;
    private final Desk desk;

    public AccountPagesEndpoints(
            Database database,
            Accounts accounts,
            ApiKeys apiKeys,
            AccountSettingsEndpoints bodies,
            TzData tzData,
            Desk desk) {
        this.database = database;
        this.accounts = accounts;
        this.apiKeys = apiKeys;
        this.bodies = bodies;
        this.tzData = tzData;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(
                routes,
                "/settings",
                visit -> visit.page("ui/settings/account.jte", page(visit, filled(visit.accountItself()), "")));
        desk.form(routes, "/settings", this::save);
        desk.form(routes, "/settings/keys", Desk.Right.RULE, this::createKey);
        desk.form(routes, "/settings/keys/{id}/revoke", Desk.Right.RULE, this::revokeKey);
    }

    private static Form filled(Account account) {
        var values = new HashMap<String, Object>();
        values.put("name", account.name());
        values.put("time_zone", account.timeZone());
        values.put("send_hour", account.sendHour());
        values.put("postal_address", account.postalAddress().orElse(""));
        if (account.openTracking()) {
            values.put("open_tracking", "on");
        }
        if (account.clickTracking()) {
            values.put("click_tracking", "on");
        }
        return Form.filled(values);
    }

    private AccountPage page(Desk.Visit visit, Form form, String secret) {
        var senders = database.read(tx -> accounts.sendingAddresses(tx, visit.account())).stream()
                .map(sender -> new AccountPage.Sender(
                        sender.emailAddress(), sender.fromName(), sender.verified(), sender.isDefault()))
                .toList();
        var keys = apiKeys.list(visit.account()).stream()
                .map(key -> new AccountPage.Key(
                        key.id().value(),
                        key.name(),
                        visit.local().day(key.createdAt()),
                        key.revokedAt().isPresent(),
                        key.revokedAt().map(visit.local()::day).orElse("")))
                .toList();
        return new AccountPage(
                visit.frame("Settings", Section.SETTINGS),
                form,
                IntStream.range(0, 24)
                        .mapToObj(hour -> new Option(Integer.toString(hour), Words.hour(hour)))
                        .toList(),
                tzData.names(),
                senders,
                keys,
                secret);
    }

    private Reply save(Desk.Visit visit, Form form) {
        var body = new Body(form)
                .text("name")
                .text("time_zone")
                .number("send_hour")
                .lines("postal_address")
                .flag("open_tracking")
                .flag("click_tracking")
                .json();
        try {
            database.useTx(tx -> bodies.change(tx, visit.account(), body));
            return visit.done("/settings", "The settings are saved.");
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/settings/account.jte", page(visit, form, ""));
        }
    }

    /// The key is in the answer itself and nowhere else: whoever looks at the page again does not see it.
    private Reply createKey(Desk.Visit visit, Form form) {
        var name = form.value("key_name").strip();
        if (name.isEmpty() || name.length() > KEY_NAME_MAX || name.indexOf('\0') >= 0) {
            var again = filled(visit.accountItself());
            again.fault("key_name", "Must be 1 to " + KEY_NAME_MAX + " characters.");
            return visit.refusal("ui/settings/account.jte", page(visit, again, ""));
        }
        var issued = apiKeys.create(visit.account(), name);
        return visit.page("ui/settings/account.jte", page(visit, filled(visit.accountItself()), issued.key()));
    }

    private Reply revokeKey(Desk.Visit visit, Form form) {
        return apiKeys.revoke(visit.account(), visit.request().path("id", ApiKeyId::new))
                ? visit.done("/settings", "The key is revoked: it opens nothing any more.")
                : visit.noSuchPage();
    }
}
