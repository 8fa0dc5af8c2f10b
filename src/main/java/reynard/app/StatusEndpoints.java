package reynard.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reynard.bulk.Bulk;
import reynard.db.Database;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Brake;
import reynard.enrollment.Replanner;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.tzdata.TzData;

/// How the server is doing.
final class StatusEndpoints {
    private final Database database;
    private final Deliveries deliveries;
    private final Brake brake;
    private final Replanner replanner;
    private final Bulk bulk;
    private final TzData tzData;
    private final ServerClock clock;
    private final Relay relay;
    private final boolean embeddedDatabase;
    private final boolean builtInInbox;

    StatusEndpoints(
            Database database,
            Deliveries deliveries,
            Brake brake,
            Replanner replanner,
            Bulk bulk,
            TzData tzData,
            ServerClock clock,
            Relay relay,
            boolean embeddedDatabase,
            boolean builtInInbox) {
        this.database = database;
        this.deliveries = deliveries;
        this.brake = brake;
        this.replanner = replanner;
        this.bulk = bulk;
        this.tzData = tzData;
        this.clock = clock;
        this.relay = relay;
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
                builtInInbox ? "built-in inbox" : relay.toString(),
                SendingEndpoints.SendingJson.of(brake.standstill()),
                replanner.underWay(request.account()),
                bulk.waiting(request.account()),
                counts));
    }

    private Reply ready(Request request) {
        database.useTx(tx -> tx.query("select 1").mapTo(Integer.class).one());
        return Reply.ok(Map.of("status", "ready"));
    }
}
