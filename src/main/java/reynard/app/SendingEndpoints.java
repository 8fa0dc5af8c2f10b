package reynard.app;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.enrollment.Brake;
import reynard.enrollment.Standstill;
import reynard.http.Change;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;

/// Whether anything is sent at all, and how it goes on. It is one switch for all accounts of the installation.
final class SendingEndpoints {
    private static final List<String> OVERDUE = List.of("catch_up", "treat_as_sent");

    private final Brake brake;
    private final InstantSource clock;

    SendingEndpoints(Brake brake, InstantSource clock) {
        this.brake = brake;
        this.clock = clock;
    }

    void register(Routes routes) {
        routes.get("/ext/v1/sending", _ -> answer());
        routes.post("/ext/v1/sending/resume", this::resume);
    }

    /// @param state `on`, `paused`, or `resuming` while what counts as sent is written down
    record SendingJson(
            String state,
            @Nullable Instant since,
            @Nullable String cause,
            @Nullable Instant lastSignAt,
            @Nullable Long overdue,
            @Nullable Instant treatAsSentUntil,
            @Nullable String sentence) {
        static SendingJson of(Optional<Standstill> standstill) {
            return standstill
                    .map(found -> new SendingJson(
                            found.treatAsSentUntil().isPresent() ? "resuming" : "paused",
                            found.since(),
                            found.cause().wireName(),
                            found.lastSignAt().orElse(null),
                            found.overdue(),
                            found.treatAsSentUntil().orElse(null),
                            found.sentence()))
                    .orElseGet(() -> new SendingJson("on", null, null, null, null, null, null));
        }
    }

    private Reply answer() {
        return Reply.ok(Map.of("sending", SendingJson.of(brake.standstill())));
    }

    private Reply resume(Request request) {
        var body = request.json();
        var overdue = body.text("overdue", 20);
        var until = body.instant("until");
        var now = clock.instant();
        if (!(overdue instanceof Change.Set<String>(var answer) && OVERDUE.contains(answer))) {
            body.fault("overdue must be one of: " + String.join(", ", OVERDUE));
        } else if (until instanceof Change.Set<Instant>(var at)) {
            if (answer.equals("catch_up")) {
                body.fault("until is for overdue treat_as_sent");
            } else if (at.isAfter(now)) {
                body.fault("until must not be later than now, " + now);
            }
        } else if (answer.equals("treat_as_sent")) {
            body.fault("until can't be blank");
        }
        body.refuseFaults();
        if (until instanceof Change.Set<Instant>(var at)) {
            brake.resumeTreatingAsSent(at);
        } else {
            brake.resume(now);
        }
        return answer();
    }
}
