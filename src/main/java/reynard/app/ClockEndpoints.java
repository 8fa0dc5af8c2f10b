package reynard.app;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import reynard.http.Change;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;

/// Moves a virtual clock. These routes are there only when the server runs on one.
final class ClockEndpoints {
    private final VirtualTime time;
    private final ServerClock.Virtual clock;

    ClockEndpoints(VirtualTime time, ServerClock.Virtual clock) {
        this.time = time;
        this.clock = clock;
    }

    void register(Routes routes) {
        routes.post("/ext/v1/clock/advance", this::advance);
    }

    record AdvancedJson(String now, long sent) {}

    private Reply advance(Request request) {
        var body = request.json();
        var by = body.text("by", 50);
        var to = body.text("to", 50);
        var now = clock.instant();
        Optional<Instant> target = Optional.empty();
        if (by instanceof Change.Set<String>(var amount) && !(to instanceof Change.Set)) {
            target = plus(now, amount);
            if (target.isEmpty()) {
                body.fault("by must be an ISO-8601 period or duration such as P3D or PT2H");
            }
        } else if (to instanceof Change.Set<String>(var instant) && !(by instanceof Change.Set)) {
            target = Request.parseInstant(instant);
            if (target.isEmpty()) {
                body.fault("to must be an instant such as 2026-11-30T18:00:00Z");
            }
        } else {
            body.fault("exactly one of by and to is required");
        }
        if (target.filter(at -> at.isBefore(now)).isPresent()) {
            body.fault("the clock must not go back from " + now);
        }
        if (target.filter(at -> at.isAfter(now.plus(ServerClock.Virtual.ADVANCE_MAX)))
                .isPresent()) {
            body.fault("the clock must not go on by more than 100 years at once");
        }
        body.refuseFaults();
        var advanced = time.advance(target.orElseThrow());
        return Reply.ok(new AdvancedJson(advanced.now().toString(), advanced.sent()));
    }

    /// Days are 24 hours here: the clock is in UTC.
    private static Optional<Instant> plus(Instant now, String amount) {
        try {
            if (amount.contains("T")) {
                return Optional.of(now.plus(Duration.parse(amount)));
            }
            return Optional.of(
                    now.atOffset(ZoneOffset.UTC).plus(Period.parse(amount)).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
