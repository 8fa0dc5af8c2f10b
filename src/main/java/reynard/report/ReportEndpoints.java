package reynard.report;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.http.InvalidRequest;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.schedule.Zone;
import reynard.subscriber.Subscribers;
import reynard.tzdata.TzData;

/// Kit's statistics of the account and of one subscriber.
public final class ReportEndpoints {
    private static final int DAYS = 90;
    /// How far back a subscriber's numbers reach.
    public static final Period RETENTION = Period.ofYears(5);

    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx");
    private static final LocalTime LAST_SECOND = LocalTime.of(23, 59, 59);

    private final Database database;
    private final Reports reports;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final TzData tzData;
    private final InstantSource clock;

    public ReportEndpoints(
            Database database,
            Reports reports,
            Accounts accounts,
            Subscribers subscribers,
            TzData tzData,
            InstantSource clock) {
        this.database = database;
        this.reports = reports;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.tzData = tzData;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/v4/account/email_stats", this::emailStats);
        routes.get("/v4/account/growth_stats", this::growthStats);
        routes.get("/v4/subscribers/{subscriber_id}/stats", this::subscriberStats);
    }

    private Reply emailStats(Request request) {
        var ending = clock.instant();
        var starting = ending.minus(Duration.ofDays(DAYS));
        return database.inTx(tx -> {
            var account = accounts.get(tx, request.account());
            // What went out at this very instant has gone out.
            var totals = reports.emails(tx, request.account(), new Span(starting, ending.plusMillis(1)));
            var json = new LinkedHashMap<String, Object>();
            json.put("sent", totals.sent());
            json.put("clicked", totals.clicked());
            json.put("opened", totals.opened());
            json.put("email_stats_mode", "last_" + DAYS);
            json.put("open_tracking_enabled", account.openTracking());
            json.put("click_tracking_enabled", account.clickTracking());
            json.put("starting", starting);
            json.put("ending", ending);
            json.put("open_rate", EngagementJson.percent(totals.opened(), totals.sent()));
            json.put("click_rate", EngagementJson.percent(totals.clicked(), totals.sent()));
            json.put("unsubscribe_rate", EngagementJson.percent(totals.unsubscribed(), totals.sent()));
            json.put("bounce_rate", EngagementJson.percent(totals.bounced(), totals.sent()));
            return Reply.ok(Map.of("stats", json));
        });
    }

    /// Whole days in the account's zone, which is also how the answer writes them.
    private Reply growthStats(Request request) {
        return database.inTx(tx -> {
            var zoneName = accounts.get(tx, request.account()).timeZone();
            var zone = tzData.find(zoneName)
                    .orElseThrow(() -> new IllegalStateException("unknown zone stored: " + zoneName));
            var now = clock.instant();
            var today = now.atOffset(zone.rules().getOffset(now)).toLocalDate();
            var days = days(request, today);
            var growth = reports.growth(
                    tx,
                    request.account(),
                    new Span(start(days.first(), zone), start(days.last().plusDays(1), zone)));
            var json = new LinkedHashMap<String, Object>();
            json.put("cancellations", growth.cancelled());
            json.put("net_new_subscribers", growth.arrived() - growth.cancelled());
            json.put("new_subscribers", growth.arrived());
            json.put("subscribers", growth.present());
            json.put("starting", written(days.first().atStartOfDay(), zone));
            json.put("ending", written(days.last().atTime(LAST_SECOND), zone));
            return Reply.ok(Map.of("stats", json));
        });
    }

    private record Days(LocalDate first, LocalDate last) {}

    private static Days days(Request request, LocalDate today) {
        var faults = new ArrayList<String>();
        var starting = day(request, "starting", "Starting", faults);
        var ending = day(request, "ending", "Ending", faults);
        var last = ending.orElse(today);
        var first = starting.orElse(last.minusDays(DAYS));
        // Two that are no dates are not in order either, says Kit's example.
        if (faults.size() == 2 || (faults.isEmpty() && first.isAfter(last))) {
            faults.add("Starting date must be before the ending date.");
        }
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
        return new Days(first, last);
    }

    private static Optional<LocalDate> day(Request request, String name, String label, List<String> faults) {
        var text = request.query(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            if (text.get().matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
                return Optional.of(LocalDate.parse(text.get()));
            }
        } catch (DateTimeParseException _) {
            // No day of any month; told below.
        }
        faults.add(label + " date is incorrectly formatted. Use YYYY-MM-DD.");
        return Optional.empty();
    }

    private static Instant start(LocalDate day, Zone zone) {
        return instant(day.atStartOfDay(), zone);
    }

    private static Instant instant(LocalDateTime local, Zone zone) {
        var transition = zone.rules().getTransition(local);
        return transition != null && transition.isGap()
                ? transition.getInstant()
                : local.toInstant(zone.rules().getOffset(local));
    }

    private static String written(LocalDateTime local, Zone zone) {
        return WITH_OFFSET.format(instant(local, zone).atOffset(zone.rules().getOffset(instant(local, zone))));
    }

    private Reply subscriberStats(Request request) {
        var id = request.path("subscriber_id", SubscriberId::new);
        var now = clock.instant();
        var oldest = oldest(now);
        var after = request.instant("email_sent_after")
                .filter(instant -> instant.isAfter(oldest))
                .orElse(oldest);
        var before = request.instant("email_sent_before").orElse(now.plusMillis(1));
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            var engagement = reports.engagement(tx, request.account(), List.of(id), after, before)
                    .getOrDefault(id, Engagement.NONE);
            var json = new LinkedHashMap<String, Object>();
            json.put("id", id);
            json.put("stats", EngagementJson.of(engagement));
            return Reply.ok(Map.of("subscriber", json));
        });
    }

    /// The first instant of which a subscriber's numbers tell.
    public static Instant oldest(Instant now) {
        return now.atOffset(ZoneOffset.UTC).minus(RETENTION).toInstant();
    }
}
