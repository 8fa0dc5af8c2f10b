package reynard.sequence;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.SendDays;
import reynard.schedule.SendWindow;
import reynard.schedule.Zone;
import reynard.tzdata.TzData;

/// When would the emails of a sequence go out? A preview that needs no sequence and changes nothing.
public final class ScheduleEndpoints {
    private static final int EMAILS_MAX = 1_000;

    private final TzData tzData;

    public ScheduleEndpoints(TzData tzData) {
        this.tzData = tzData;
    }

    public void register(Routes routes) {
        routes.post("/ext/v1/schedule", this::preview);
    }

    /// @param sendsAt null from the email on that never becomes due
    record Preview(List<@Nullable String> sendsAt, String tzdata) {}

    private record Step(Delay delay, Optional<SendDays> sendDays) {}

    private Reply preview(Request request) {
        var body = request.json();
        var zone = zone(body);
        var days = SequenceEndpoints.parseDays(body, body.texts("send_days")).over(SendDays.ALL, SendDays.ALL);
        long hour = body.integer("send_hour", 0, 23).over(0L, 0L);
        if (!body.has("send_hour")) {
            body.fault("send_hour must be an integer between 0 and 23");
        }
        var entryAt = instant(body, "entry_at");
        var anchorAt = instant(body, "anchor_at");
        if (body.has("entry_at") == body.has("anchor_at")) {
            body.fault("exactly one of entry_at and anchor_at is required");
        }
        var steps = steps(body, body.has("entry_at"));
        body.refuseFaults();
        var anchor = entryAt.or(() -> anchorAt).orElseThrow();
        var sends = sends(anchor, steps, days, (int) hour, zone.orElseThrow());
        if (sends.stream().anyMatch(at -> at != null && at.startsWith("+"))) {
            return Reply.invalid("emails must not go beyond the year 9999");
        }
        return Reply.ok(new Preview(sends, tzData.version()));
    }

    private Optional<Zone> zone(JsonBody body) {
        var zone = tzData.find(body.text("time_zone", 100).over("", ""));
        if (zone.isEmpty()) {
            body.fault("time_zone is not a valid IANA time zone");
        }
        return zone;
    }

    private static Optional<Instant> instant(JsonBody body, String name) {
        if (!(body.text(name, 100) instanceof Change.Set<String>(var text))) {
            return Optional.empty();
        }
        var instant = Request.parseInstant(text);
        if (instant.isEmpty()) {
            body.fault(name + " must be an instant such as 2026-11-30T18:00:00Z");
        }
        return instant;
    }

    private static List<Step> steps(JsonBody body, boolean fromEntry) {
        if (!(body.objects("emails") instanceof Change.Set<List<JsonBody>>(var emails))) {
            body.fault("emails must be an array of objects");
            return List.of();
        }
        if (emails.size() > EMAILS_MAX) {
            body.fault("emails must be at most " + EMAILS_MAX);
            return List.of();
        }
        var steps = new ArrayList<Step>();
        for (var email : emails) {
            var delay = SequenceEmailEndpoints.delay(email, Optional.empty());
            boolean first = fromEntry && steps.isEmpty();
            if (delay instanceof Delay.Immediate && !first && zeroDays(email)) {
                email.fault(SequenceEmailEndpoints.NOT_POSITIVE);
            }
            steps.add(new Step(delay, SequenceEmailEndpoints.sendDays(email, delay, Optional.empty())));
        }
        return steps;
    }

    private static boolean zeroDays(JsonBody email) {
        return email.value("delay_value") instanceof Change.Set<JsonNode>(var node)
                && node.isIntegralNumber()
                && node.longValue() == 0;
    }

    private static List<@Nullable String> sends(Instant anchor, List<Step> steps, SendDays days, int hour, Zone zone) {
        var sends = new ArrayList<@Nullable String>();
        Optional<Instant> last = Optional.of(anchor);
        for (var step : steps) {
            last = last.flatMap(at -> {
                var window = new SendWindow(step.sendDays().orElse(days), hour, zone);
                return switch (DueTime.after(at, step.delay(), window)) {
                    case Due.At(var due) -> Optional.of(due);
                    case Due.Never _ -> Optional.empty();
                };
            });
            sends.add(last.map(Instant::toString).orElse(null));
        }
        return sends;
    }
}
