package reynard.account;

import java.time.Instant;
import java.time.InstantSource;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.http.Change;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.UserId;
import reynard.tzdata.TzData;

/// Kit's operations on the account itself.
public final class AccountEndpoints {
    private static final int COLORS_MAX = 10;
    private static final int LINE_MAX = 255;
    private static final int URL_MAX = 2_000;
    private static final int TEXT_MAX = 10_000;

    private final Database database;
    private final Accounts accounts;
    private final TzData tzData;
    private final InstantSource clock;
    private final Supplier<String> publicUrl;

    /// @param publicUrl what strangers reach this server by, without a slash at its end
    public AccountEndpoints(
            Database database, Accounts accounts, TzData tzData, InstantSource clock, Supplier<String> publicUrl) {
        this.database = database;
        this.accounts = accounts;
        this.tzData = tzData;
        this.clock = clock;
        this.publicUrl = publicUrl;
    }

    public void register(Routes routes) {
        routes.get("/v4/account", this::show);
        routes.get("/v4/account/colors", this::colors);
        routes.put("/v4/account/colors", this::changeColors);
        routes.get("/v4/account/creator_profile", this::creatorProfile);
        routes.put("/ext/v1/account/creator_profile", this::changeCreatorProfile);
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

    private Reply colors(Request request) {
        return database.inTx(tx ->
                Reply.ok(Map.of("colors", accounts.get(tx, request.account()).colors())));
    }

    private Reply changeColors(Request request) {
        var body = request.json();
        var change = body.texts("colors");
        if (change instanceof Change.Clear || !body.has("colors")) {
            body.fault("Colors can't be blank");
        }
        var colors = change.over(List.of(), List.of());
        if (colors.size() > COLORS_MAX) {
            body.fault("Colors must have at most " + COLORS_MAX + " codes");
        } else {
            colors.stream()
                    .filter(color -> !color.matches("#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"))
                    .forEach(color -> body.fault("Colors " + color + " is not a valid hex color code."));
        }
        body.refuseFaults();
        database.useTx(tx -> accounts.changeColors(tx, request.account(), colors));
        return Reply.ok(Map.of("colors", colors));
    }

    record ProfileJson(String name, String byline, String bio, String imageUrl, String profileUrl) {}

    private ProfileJson profile(Account account, CreatorProfile profile) {
        return new ProfileJson(
                profile.name(),
                profile.byline(),
                profile.bio(),
                profile.imageUrl(),
                publicUrl.get() + "/posts/" + account.token());
    }

    private Reply creatorProfile(Request request) {
        return database.inTx(tx -> {
            var account = accounts.get(tx, request.account());
            return accounts.creatorProfile(tx, account.id())
                    .map(profile -> Reply.ok(Map.of("profile", profile(account, profile))))
                    .orElseGet(Reply::notFound);
        });
    }

    /// Ours: Kit's API only reads it.
    private Reply changeCreatorProfile(Request request) {
        var body = request.json();
        var name = body.line("name", LINE_MAX).over("", "").strip();
        if (name.isEmpty()) {
            body.fault("name can't be blank");
        }
        var imageUrl = body.line("image_url", URL_MAX).over("", "").strip();
        if (!imageUrl.isEmpty() && !imageUrl.matches("https?://[^\\s<>\"]+")) {
            body.fault("image_url must be an address that begins with http:// or https://");
        }
        var profile = new CreatorProfile(
                name,
                body.line("byline", LINE_MAX).over("", "").strip(),
                body.text("bio", TEXT_MAX).over("", ""),
                imageUrl);
        body.refuseFaults();
        return database.inTx(tx -> {
            accounts.changeCreatorProfile(tx, request.account(), profile);
            return Reply.ok(Map.of("profile", profile(accounts.get(tx, request.account()), profile)));
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
