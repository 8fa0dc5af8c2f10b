package reynard.foresight;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.enrollment.Brake;
import reynard.enrollment.Standings;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.SequenceEndpoints;
import reynard.subscriber.Subscribers;

/// Why, forecast and impact over HTTP.
public final class ForesightEndpoints {
    private static final List<String> POLICIES = List.of("now", "next_slot", "new_joiners_only");
    private static final int DAYS_MAX = 366;
    private static final int DAYS_DEFAULT = 14;

    private final Database database;
    private final Subscribers subscribers;
    private final Standings standings;
    private final Why why;
    private final Forecast forecast;
    private final Edits edits;
    private final SequenceEndpoints sequenceBodies;
    private final SequenceEmailEndpoints emailBodies;
    private final Brake brake;
    private final InstantSource clock;

    public ForesightEndpoints(
            Database database,
            Subscribers subscribers,
            Standings standings,
            Why why,
            Forecast forecast,
            Edits edits,
            SequenceEndpoints sequenceBodies,
            SequenceEmailEndpoints emailBodies,
            Brake brake,
            InstantSource clock) {
        this.database = database;
        this.subscribers = subscribers;
        this.standings = standings;
        this.why = why;
        this.forecast = forecast;
        this.edits = edits;
        this.sequenceBodies = sequenceBodies;
        this.emailBodies = emailBodies;
        this.brake = brake;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/subscribers/{id}/why", this::why);
        routes.get("/ext/v1/sequences/{id}/forecast", this::forecast);
        routes.get("/ext/v1/forecast", this::accountForecast);
        routes.post("/ext/v1/sequences/{id}/impact", this::sequenceImpact);
        routes.post("/ext/v1/sequences/{id}/emails/{email_id}/impact", this::emailImpact);
    }

    record LineJson(
            SequenceEmailId emailId,
            String subject,
            int position,
            String verdict,
            @Nullable Instant at,
            Map<String, Object> rule,
            @Nullable Instant nextChangeAt,
            String sentence) {
        static LineJson of(Why.Line line) {
            var rule = new LinkedHashMap<String, Object>();
            rule.put("code", line.rule().code());
            rule.putAll(line.rule().values());
            return new LineJson(
                    line.email().id(),
                    line.email().settings().subject(),
                    line.email().settings().position(),
                    line.verdict().wireName(),
                    line.at().orElse(null),
                    rule,
                    line.nextChangeAt().orElse(null),
                    line.sentence());
        }
    }

    record WhyJson(
            SubscriberId subscriberId,
            SequenceId sequenceId,
            Instant now,
            @Nullable Integer run,
            List<LineJson> emails) {}

    private Reply why(Request request) {
        var id = request.path("id", SubscriberId::new);
        var sequenceId = request.id("sequence_id").map(SequenceId::new);
        var emailId = request.id("email_id").map(SequenceEmailId::new);
        if (sequenceId.isEmpty()) {
            return Reply.invalid("sequence_id can't be blank");
        }
        var standstill = brake.standstill();
        return database.inTx(tx -> {
            var subscriber = subscribers.find(tx, request.account(), id);
            var plan = standings.plan(tx, request.account(), sequenceId.get());
            if (subscriber.isEmpty() || plan.isEmpty()) {
                return Reply.notFound();
            }
            var now = clock.instant();
            var answer = why.of(tx, request.account(), plan.get(), subscriber.get(), standstill, now);
            var lines = answer.lines().stream()
                    .filter(line -> emailId.isEmpty()
                            || emailId.get().equals(line.email().id()))
                    .map(LineJson::of)
                    .toList();
            if (emailId.isPresent() && lines.isEmpty()) {
                return Reply.notFound();
            }
            var run = answer.run().isPresent() ? answer.run().getAsInt() : null;
            return Reply.ok(Map.of("why", new WhyJson(id, sequenceId.get(), now, run, lines)));
        });
    }

    record RowJson(Instant hour, SequenceId sequenceId, SequenceEmailId emailId, long count) {}

    /// @param sending null while sending goes on: then the rows hold
    record ForecastJson(
            Instant from,
            Instant to,
            long total,
            List<RowJson> rows,
            @Nullable StandstillJson sending) {}

    /// What keeps the rows from going out at these hours.
    record StandstillJson(String state, String cause, Instant since) {}

    private Reply forecast(Request request) {
        var id = request.path("id", SequenceId::new);
        var span = span(request);
        var now = clock.instant();
        return forecast.of(request.account(), id, span, now)
                .map(rows -> answer(rows, span, now))
                .orElseGet(Reply::notFound);
    }

    private Reply accountForecast(Request request) {
        var span = span(request);
        var now = clock.instant();
        return answer(forecast.of(request.account(), span, now), span, now);
    }

    private static Duration span(Request request) {
        return Duration.ofDays(request.integer("days", 1, DAYS_MAX).orElse(DAYS_DEFAULT));
    }

    private Reply answer(List<Forecast.Row> rows, Duration span, Instant now) {
        long total = rows.stream().mapToLong(Forecast.Row::count).sum();
        var json = rows.stream()
                .map(row -> new RowJson(row.hour(), row.sequence(), row.email(), row.count()))
                .toList();
        var standstill = brake.standstill()
                .map(held -> new StandstillJson("paused", held.cause().wireName(), held.since()))
                .orElse(null);
        return Reply.ok(Map.of("forecast", new ForecastJson(now, now.plus(span), total, json, standstill)));
    }

    record RedatedJson(long count, Impact.Span before, Impact.Span after) {}

    record ImpactJson(
            long inside,
            long mailedAtOnce,
            RedatedJson redated,
            long startWaiting,
            long stopWaiting,
            long loseEmail,
            long gainEmail,
            long finish,
            boolean saved) {}

    private Reply sequenceImpact(Request request) {
        var id = request.path("id", SequenceId::new);
        var policy = policy(request);
        var body = request.json();
        return database.inTx(tx -> answer(
                edits.ofSequence(
                        tx,
                        request.account(),
                        id,
                        _ -> sequenceBodies.edit(tx, request.account(), body),
                        terms(policy)),
                policy.isPresent()));
    }

    private Reply emailImpact(Request request) {
        var id = request.path("id", SequenceId::new);
        var emailId = request.path("email_id", SequenceEmailId::new);
        var policy = policy(request);
        var body = request.json();
        return database.inTx(tx -> answer(
                edits.ofEmail(
                        tx,
                        request.account(),
                        id,
                        emailId,
                        email -> emailBodies.edit(tx, request.account(), body, email.settings()),
                        terms(policy)),
                policy.isPresent()));
    }

    /// Empty: nothing is to be saved.
    private static Optional<Impact.Policy> policy(Request request) {
        return request.oneOf("apply", POLICIES).map(name -> Impact.Policy.valueOf(name.toUpperCase(Locale.ROOT)));
    }

    private Edits.Terms terms(Optional<Impact.Policy> policy) {
        return new Edits.Terms(
                policy.orElse(Impact.Policy.NEXT_SLOT),
                policy.isPresent() ? Edits.Intent.MAKE : Edits.Intent.TRY,
                clock.instant());
    }

    private static Reply answer(Edits.Outcome outcome, boolean saved) {
        return switch (outcome) {
            case Edits.Outcome.Effected(var effect) -> answer(effect, saved);
            case Edits.Outcome.NotFound _ -> Reply.notFound();
            case Edits.Outcome.Refused(var refusal) -> SequenceEmailEndpoints.refusal(refusal);
        };
    }

    private static Reply answer(Impact.Effect effect, boolean saved) {
        return Reply.ok(Map.of(
                "impact",
                new ImpactJson(
                        effect.inside(),
                        effect.mailedAtOnce(),
                        new RedatedJson(effect.redated(), effect.before(), effect.after()),
                        effect.startWaiting(),
                        effect.stopWaiting(),
                        effect.loseEmail(),
                        effect.gainEmail(),
                        effect.finish(),
                        saved)));
    }
}
