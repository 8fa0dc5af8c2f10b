package reynard.app;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reynard.account.Accounts;
import reynard.bulk.Bulk;
import reynard.db.Capacity;
import reynard.db.Database;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.delivery.Relays;
import reynard.enrollment.Brake;
import reynard.enrollment.Replanner;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.mail.EmailAddress;
import reynard.tzdata.TzData;

/// How the server is doing.
final class StatusEndpoints {
    private static final Duration CAPACITY_PAUSE = Duration.ofSeconds(2);

    private final Database database;
    private final Capacity capacity;
    private final Deliveries deliveries;
    private final Brake brake;
    private final Replanner replanner;
    private final Bulk bulk;
    private final TzData tzData;
    private final ServerClock clock;
    private final Accounts accounts;
    private final Relays relays;
    private final boolean embeddedDatabase;
    private final boolean builtInInbox;

    StatusEndpoints(
            Database database,
            long node,
            Deliveries deliveries,
            Brake brake,
            Replanner replanner,
            Bulk bulk,
            TzData tzData,
            ServerClock clock,
            Accounts accounts,
            Relays relays,
            boolean embeddedDatabase,
            boolean builtInInbox) {
        this.database = database;
        this.capacity = new Capacity(database, node, CAPACITY_PAUSE);
        this.deliveries = deliveries;
        this.brake = brake;
        this.replanner = replanner;
        this.bulk = bulk;
        this.tzData = tzData;
        this.clock = clock;
        this.accounts = accounts;
        this.relays = relays;
        this.embeddedDatabase = embeddedDatabase;
        this.builtInInbox = builtInInbox;
    }

    void register(Routes routes) {
        routes.get("/ext/v1/status", this::status);
        routes.open(Routes.Verb.GET, "/healthz", _ -> Reply.ok(Map.of("status", "up")));
        routes.open(Routes.Verb.GET, "/readyz", this::ready);
    }

    record TzDataJson(String version, String source) {}

    record StatusJson(
            String version,
            String now,
            String clock,
            TzDataJson tzdata,
            String database,
            String relay,
            List<RelayJson> relays,
            SendingEndpoints.SendingJson sending,
            List<Replanner.Replanning> replanning,
            Bulk.Waiting bulk,
            Map<String, Long> deliveries) {}

    private Reply status(Request request) {
        var counts = new LinkedHashMap<String, Long>();
        var found = deliveries.counts(request.account());
        for (var state : Delivery.State.values()) {
            counts.put(state.wireName(), found.getOrDefault(state, 0L));
        }
        return Reply.ok(new StatusJson(
                Version.TEXT,
                clock.instant().toString(),
                clock instanceof ServerClock.Virtual ? "virtual" : "system",
                new TzDataJson(tzData.version(), tzData.source()),
                embeddedDatabase ? "embedded" : "external",
                builtInInbox
                        ? "built-in inbox"
                        : relays.conditions().stream()
                                .map(condition -> condition.relay().toString())
                                .collect(Collectors.joining(" ")),
                builtInInbox ? List.of() : relays(request.account()),
                SendingEndpoints.SendingJson.of(brake.standstill()),
                replanner.underWay(request.account()),
                bulk.waiting(request.account()),
                counts));
    }

    /// @param state `up`, or `down` while its mail waits
    record RelayJson(
            String relay,
            int weight,
            List<String> from,
            @Nullable Integer rate,
            String state,
            @Nullable Instant since,
            @Nullable String cause,
            @Nullable Instant probeAt,
            List<RefusedJson> refused) {}

    record RefusedJson(String from, Instant since, String cause, Instant probeAt) {}

    /// What a relay refuses is told to those whose it is.
    private List<RelayJson> relays(AccountId account) {
        var own = database.read(tx -> accounts.sendingAddresses(tx, account)).stream()
                .map(address -> EmailAddress.parse(address.emailAddress()))
                .flatMap(Optional::stream)
                .map(EmailAddress::asciiDomain)
                .collect(Collectors.toSet());
        return relays.conditions().stream()
                .map(condition -> new RelayJson(
                        condition.relay().toString(),
                        condition.relay().terms().weight(),
                        condition.relay().terms().fromDomains().stream()
                                .sorted()
                                .toList(),
                        condition.relay().terms().perMinute().orElse(null),
                        condition.down().isPresent() ? "down" : "up",
                        condition.down().map(Relays.Trouble::since).orElse(null),
                        condition.down().map(Relays.Trouble::cause).orElse(null),
                        condition.down().map(Relays.Trouble::probeAt).orElse(null),
                        condition.refused().entrySet().stream()
                                .filter(refused -> own.contains(refused.getKey()))
                                .map(refused -> new RefusedJson(
                                        refused.getKey(),
                                        refused.getValue().since(),
                                        refused.getValue().cause(),
                                        refused.getValue().probeAt()))
                                .toList()))
                .toList();
    }

    private Reply ready(Request request) {
        database.useTx(tx -> tx.query("select 1").mapTo(Integer.class).one());
        if (!capacity.isThere()) {
            return Reply.error(503, "The database has no room: its disk is full.");
        }
        return Reply.ok(Map.of("status", "ready"));
    }
}
