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
import reynard.db.Tx;
import reynard.enrollment.Brake;
import reynard.enrollment.Plan;
import reynard.enrollment.Standings;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.SequenceEndpoints;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscribers;

/// Why, forecast and impact over HTTP.
public final class ForesightEndpoints {
    private static final List<String> POLICIES = List.of("now", "next_slot", "new_joiners_only");
    private static final int DAYS_MAX = 366;
    private static final int DAYS_DEFAULT = 14;

    private final Database database;
    private final Sequences sequences;
    private final Subscribers subscribers;
    private final Standings standings;
    private final Why why;
    private final Forecast forecast;
    private final Impact impact;
    private final SequenceEndpoints sequenceBodies;
    private final SequenceEmailEndpoints emailBodies;
    private final Brake brake;
    private final InstantSource clock;

    public ForesightEndpoints(
            Database database,
            Sequences sequences,
            Subscribers subscribers,
            Standings standings,
            Why why,
            Forecast forecast,
            Impact impact,
            SequenceEndpoints sequenceBodies,
            SequenceEmailEndpoints emailBodies,
            Brake brake,
            InstantSource clock) {
        this.database = database;
        this.sequences = sequences;
        this.subscribers = subscribers;
        this.standings = standings;
        this.why = why;
        this.forecast = forecast;
        this.impact = impact;
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
        return database.inTx(tx -> {
            var account = request.account();
            lock(tx, account, id, policy);
            var plan = standings.plan(tx, account, id);
            if (plan.isEmpty()) {
                return Reply.notFound();
            }
            var now = clock.instant();
            var edit = sequenceBodies.edit(tx, account, body);
            var sequence = plan.get().sequence();
            var edited = sequence.edited(edit.apply(sequence.settings()), overdue(policy), now);
            var effect = effect(tx, account, plan.get(), edited, Optional.empty(), policy, now);
            if (policy.isPresent()) {
                prepare(tx, account, plan.get(), policy.get(), now);
                sequences
                        .update(tx, account, id, edit, overdue(policy))
                        .ifPresent(saved -> keep(tx, account, plan.get(), saved, Optional.empty(), policy.get()));
            }
            return answer(effect, policy.isPresent());
        });
    }

    private Reply emailImpact(Request request) {
        var id = request.path("id", SequenceId::new);
        var emailId = request.path("email_id", SequenceEmailId::new);
        var policy = policy(request);
        var body = request.json();
        return database.inTx(tx -> {
            var account = request.account();
            lock(tx, account, id, policy);
            var plan = standings.plan(tx, account, id);
            var email = sequences.findEmail(tx, account, id, emailId);
            if (plan.isEmpty() || email.isEmpty()) {
                return Reply.notFound();
            }
            var now = clock.instant();
            var edit = emailBodies.edit(tx, account, body, email.get().settings());
            var edited = sequences.editedEmail(tx, account, id, emailId, edit);
            if (!(edited instanceof Sequences.EmailEdit.Saved(var after))) {
                return SequenceEmailEndpoints.refusal(edited);
            }
            boolean moves = !after.settings().plansAs(email.get().settings());
            var sequence = plan.get().sequence();
            var replanned = moves ? sequence.replanned(overdue(policy), now) : sequence;
            var effect = effect(tx, account, plan.get(), replanned, Optional.of(after), policy, now);
            if (policy.isPresent()) {
                prepare(tx, account, plan.get(), policy.get(), now);
                sequences.updateEmail(tx, account, id, emailId, edit, overdue(policy));
                keep(tx, account, plan.get(), replanned, Optional.of(after), policy.get());
            }
            return answer(effect, policy.isPresent());
        });
    }

    /// Empty: nothing is to be saved.
    private static Optional<Impact.Policy> policy(Request request) {
        return request.oneOf("apply", POLICIES).map(name -> Impact.Policy.valueOf(name.toUpperCase(Locale.ROOT)));
    }

    private static Optional<reynard.sequence.CatchUp> overdue(Optional<Impact.Policy> policy) {
        return policy.flatMap(Impact.Policy::overdue);
    }

    private Impact.Effect effect(
            Tx tx,
            AccountId account,
            Plan plan,
            Sequence edited,
            Optional<SequenceEmail> email,
            Optional<Impact.Policy> policy,
            Instant now) {
        return impact.of(tx, account, plan, edited, email, policy.orElse(Impact.Policy.NEXT_SLOT), now);
    }

    /// What is going to be edited is locked before anyone inside is. Nobody inside is waited for, so that whoever holds
    /// one of them and wants the sequence gets it in the end.
    private void lock(Tx tx, AccountId account, SequenceId sequence, Optional<Impact.Policy> policy) {
        policy.ifPresent(_ -> sequences.findForUpdate(tx, account, sequence));
    }

    /// Whoever is to keep a date has to have the one of the plan before.
    private void prepare(Tx tx, AccountId account, Plan plan, Impact.Policy policy, Instant now) {
        if (policy == Impact.Policy.NEW_JOINERS_ONLY) {
            standings.settle(tx, account, plan, now);
        }
    }

    private void keep(
            Tx tx,
            AccountId account,
            Plan before,
            Sequence saved,
            Optional<SequenceEmail> email,
            Impact.Policy policy) {
        if (policy == Impact.Policy.NEW_JOINERS_ONLY) {
            standings.keepDates(tx, account, before, standings.edited(before, saved, email));
        }
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
