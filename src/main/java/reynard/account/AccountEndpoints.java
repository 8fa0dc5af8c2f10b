package reynard.account;

import java.time.Instant;
import java.time.InstantSource;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.UserId;
import reynard.tzdata.TzData;

/// `GET /v4/account`.
public final class AccountEndpoints {
    private final Database database;
    private final Accounts accounts;
    private final TzData tzData;
    private final InstantSource clock;

    public AccountEndpoints(Database database, Accounts accounts, TzData tzData, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.tzData = tzData;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/v4/account", this::show);
    }

    record UserJson(String email, UserId id) {}

    record TimezoneJson(String name, String friendlyName, String utcOffset) {}

    record SendingAddressJson(
            String emailAddress,
            String fromName,
            String status,
            boolean isDefault,
            boolean isVerified,
            boolean isDmarcConfigured) {}

    record PlanJson(
            String planType,
            String interval,
            long subscriberLimit,
            boolean onTrial,
            @Nullable Instant trialLapseDate,
            @Nullable Instant renewsAt,
            @Nullable Instant cancelsAt) {}

    record AccountJson(
            AccountId id,
            String name,
            String planType,
            String primaryEmailAddress,
            Instant createdAt,
            TimezoneJson timezone,
            List<SendingAddressJson> sendingAddresses,
            PlanJson plan) {}

    record Body(UserJson user, AccountJson account) {}

    // A machine of one's own has no plan to run out of; the fields are there because clients read them.
    private static final String PLAN_TYPE = "self_hosted";
    private static final PlanJson PLAN = new PlanJson(PLAN_TYPE, "none", Integer.MAX_VALUE, false, null, null, null);

    private Reply show(Request request) {
        return database.inTx(tx -> {
            var account = accounts.get(tx, request.account());
            var owner = accounts.owner(tx, account.id());
            return Reply.ok(new Body(
                    new UserJson(owner.emailAddress(), owner.id()),
                    new AccountJson(
                            account.id(),
                            account.name(),
                            PLAN_TYPE,
                            owner.emailAddress(),
                            account.createdAt(),
                            timezone(account.timeZone()),
                            accounts.sendingAddresses(tx, account.id()).stream()
                                    .map(AccountEndpoints::address)
                                    .toList(),
                            PLAN)));
        });
    }

    private TimezoneJson timezone(String name) {
        var zone = tzData.find(name).orElseThrow(() -> new IllegalStateException("unknown zone stored: " + name));
        var offset = zone.rules().getOffset(clock.instant());
        return new TimezoneJson(name, friendlyName(name), offset.getTotalSeconds() == 0 ? "+00:00" : offset.getId());
    }

    // Only the name is the JDK's; the offset is from the tz data in force.
    private static String friendlyName(String name) {
        return java.time.ZoneId.getAvailableZoneIds().contains(name)
                ? java.time.ZoneId.of(name).getDisplayName(TextStyle.FULL, Locale.US)
                : name;
    }

    private static SendingAddressJson address(SendingAddress address) {
        return new SendingAddressJson(
                address.emailAddress(),
                address.fromName(),
                address.verified() ? "confirmed" : "pending",
                address.isDefault(),
                address.verified(),
                false);
    }
}
