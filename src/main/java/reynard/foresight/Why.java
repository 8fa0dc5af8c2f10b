package reynard.foresight;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import reynard.db.Tx;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Judgement;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.enrollment.Rule;
import reynard.enrollment.Standings;
import reynard.enrollment.Standstill;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.SendDays;
import reynard.schedule.SendWindow;
import reynard.sequence.SequenceEmail;
import reynard.subscriber.Subscriber;

/// Why a person got, gets or does not get the emails of a sequence. What has happened is read from the ledger; what
/// will happen is asked of the judgement that decides it when its time comes.
public final class Why {
    /// A time by which everyone has come to the end.
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    /// What it takes until a due email is taken up is not told of as lateness.
    private static final Duration UNNOTICED = Duration.ofMinutes(1);

    private final Standings standings;
    private final Deliveries deliveries;
    private final BiPredicate<Tx, AccountId> unaddressed;

    /// @param unaddressed whether an account's mail waits for its postal address
    public Why(Standings standings, Deliveries deliveries, BiPredicate<Tx, AccountId> unaddressed) {
        this.standings = standings;
        this.deliveries = deliveries;
        this.unaddressed = unaddressed;
    }

    /// One email's answer.
    ///
    /// @param at when it was or will be sent or skipped; empty while there is no date
    /// @param rule what decided it
    /// @param nextChangeAt the next moment at which the verdict changes by itself; empty: only if someone acts
    public record Line(
            SequenceEmail email, Verdict verdict, Optional<Instant> at, Rule rule, Optional<Instant> nextChangeAt) {
        public String sentence() {
            return Sentence.of(this);
        }

        /// What decided it, as a part of a sentence; empty where the verdict says all.
        ///
        /// @param moment how a moment is written, which comes as a text in UTC
        public String because(UnaryOperator<String> moment) {
            return new Sentence(moment).because(rule);
        }
    }

    /// What a rule says, as a part of a sentence; empty where there is nothing to say.
    ///
    /// @param moment how a moment is written, which comes as a text in UTC
    public static String because(Rule rule, UnaryOperator<String> moment) {
        return new Sentence(moment).because(rule);
    }

    /// @param run the present one; empty when the person is not in the sequence
    public record Answer(OptionalInt run, List<Line> lines) {}

    /// All that is known of one person in one sequence.
    private record Case(
            Plan plan,
            Subscriber subscriber,
            Optional<Enrollment> enrollment,
            Map<SequenceEmailId, Delivery> deliveries,
            Optional<Ahead> ahead,
            Instant now) {}

    /// The emails that the sequence has, by position, drafts too.
    ///
    /// @param standstill what holds all sending: nothing has a date until the operator has answered
    public Answer of(
            Tx tx, AccountId account, Plan plan, Subscriber subscriber, Optional<Standstill> standstill, Instant now) {
        var enrollment = standings.find(tx, account, plan.sequence().id(), subscriber.id());
        var ledger = new HashMap<SequenceEmailId, Delivery>();
        enrollment.ifPresent(found -> ledger.putAll(deliveries.ofRun(tx, account, found.id(), found.run())));
        var ahead = enrollment.map(found -> ahead(tx, account, plan, found, subscriber, ledger, now));
        var known = new Case(plan, subscriber, enrollment, ledger, ahead, now);
        var held = standstill
                .map(Why::paused)
                .or(() -> unaddressed.test(tx, account) ? Optional.of(Rule.of("no_postal_address")) : Optional.empty());
        var lines = new ArrayList<Line>();
        for (var email : plan.emails()) {
            if (!email.deleted()) {
                var line = line(known, email);
                lines.add(held.map(rule -> heldBack(line, rule)).orElse(line));
            }
        }
        var run = enrollment.map(found -> OptionalInt.of(found.run())).orElse(OptionalInt.empty());
        return new Answer(run, lines);
    }

    private Ahead ahead(
            Tx tx,
            AccountId account,
            Plan plan,
            Enrollment enrollment,
            Subscriber subscriber,
            Map<SequenceEmailId, Delivery> ledger,
            Instant now) {
        Optional<Instant> sendsAt = Optional.empty();
        if (enrollment.progress() instanceof Progress.Sending(var email)) {
            sendsAt = Optional.ofNullable(ledger.get(email)).flatMap(delivery -> sendsAt(delivery, now));
        }
        var facts = standings.facts(tx, account, plan, enrollment, subscriber, now);
        if (facts.state() != reynard.subscriber.SubscriberState.ACTIVE) {
            return new Ahead(List.of(), enrollment);
        }
        var start = new Ahead.Start(enrollment, facts, sendsAt, plan.sequence().planChangedAt());
        return Ahead.of(plan, start, now, NEVER);
    }

    /// When an email that is queued or on its way may be tried; empty when it stands still.
    private static Optional<Instant> sendsAt(Delivery delivery, Instant now) {
        return switch (delivery.state()) {
            case SCHEDULED, CLAIMED, AT_DOT, DEFERRED, UNCERTAIN ->
                Optional.of(
                        delivery.nextAttemptAt().filter(at -> at.isAfter(now)).orElse(now));
            case HELD, SENT, BOUNCED, FAILED, SKIPPED -> Optional.empty();
        };
    }

    private static Rule paused(Standstill standstill) {
        return Rule.of("sending_paused")
                .with("cause", standstill.cause().wireName())
                .with("since", standstill.since());
    }

    private static Line heldBack(Line line, Rule rule) {
        return switch (line.verdict()) {
            case WILL_SEND -> waiting(line.email(), rule);
            // Places move on while only the mail waits.
            case WILL_SKIP -> rule.code().equals("sending_paused") ? waiting(line.email(), rule) : line;
            case SENT, SKIPPED, WAITING, NEVER, FAILED, HELD, UNCERTAIN -> line;
        };
    }

    private static Line line(Case known, SequenceEmail email) {
        var delivery = known.deliveries().get(email.id());
        if (delivery != null) {
            return recorded(known, email, delivery);
        }
        var step = known.ahead().stream()
                .flatMap(ahead -> ahead.steps().stream())
                .filter(candidate -> candidate.email().equals(email.id()))
                .findFirst();
        if (step.isPresent()) {
            return foretold(known, email, step.get());
        }
        return without(known, email);
    }

    private static Line recorded(Case known, SequenceEmail email, Delivery delivery) {
        var reason = Rule.of(delivery.reason().orElse(delivery.state().wireName()))
                .with("was_due_at", delivery.dueAt())
                .with("reply", delivery.reply());
        return switch (delivery.state()) {
            // It did go out when it was due; that it came back is another story.
            case SENT, BOUNCED ->
                settled(email, Verdict.SENT, delivery, Rule.of("due").with("was_due_at", delivery.dueAt()));
            case FAILED -> settled(email, Verdict.FAILED, delivery, reason);
            case SKIPPED ->
                settled(
                        email,
                        Verdict.SKIPPED,
                        delivery,
                        new Rule(delivery.reason().orElseThrow(), delivery.detail()));
            case HELD -> new Line(email, Verdict.HELD, Optional.empty(), reason, Optional.empty());
            case UNCERTAIN ->
                new Line(email, Verdict.UNCERTAIN, delivery.uncertainAt(), reason, delivery.nextAttemptAt());
            case SCHEDULED, CLAIMED, AT_DOT, DEFERRED -> {
                if (!known.plan().sequence().settings().active()) {
                    yield waiting(email, paused(known));
                }
                var at = sendsAt(delivery, known.now());
                var rule = Rule.of(delivery.state() == Delivery.State.DEFERRED ? "deferred" : "queued")
                        .with("was_due_at", delivery.dueAt())
                        .with("attempts", delivery.attempts())
                        .with("reply", delivery.reply());
                yield new Line(email, Verdict.WILL_SEND, at, rule, at);
            }
        };
    }

    private static Line settled(SequenceEmail email, Verdict verdict, Delivery delivery, Rule rule) {
        return new Line(email, verdict, delivery.settledAt(), rule, Optional.empty());
    }

    private static Line foretold(Case known, SequenceEmail email, Ahead.Step step) {
        var at = Optional.of(step.at());
        return step.skipped()
                .map(rule -> new Line(email, Verdict.WILL_SKIP, at, rule, at))
                .orElseGet(() -> new Line(email, Verdict.WILL_SEND, at, moment(known, email, step), at));
    }

    /// What makes it go out at that moment and not at another.
    private static Rule moment(Case known, SequenceEmail email, Ahead.Step step) {
        var anchor = step.anchor().orElseThrow();
        var window = known.plan().window(email);
        var delay = email.settings().delay();
        var everyDay = new SendWindow(SendDays.ALL, window.hour(), window.zone());
        var planned = DueTime.after(anchor, delay, window);
        var wished = DueTime.after(anchor, delay, everyDay);
        var rule = counted(delay, step.anchor().get());
        if (planned instanceof Due.At(var at) && at.equals(step.at())) {
            return planned.equals(wished)
                    ? rule
                    : new Rule("not_a_send_day", rule.values())
                            .with("would_be", wished instanceof Due.At(var day) ? Optional.of(day) : Optional.empty())
                            .with("send_days", names(window.days()));
        }
        if (step.rested().isPresent()) {
            return step.rested().get();
        }
        if (planned instanceof Due.At(var at) && isJustDue(at, step.at())) {
            return rule;
        }
        boolean late = planned instanceof Due.At(var at) && at.isBefore(step.at());
        return late
                ? new Rule("overdue", rule.values())
                        .with("was_due_at", planned instanceof Due.At(var at) ? Optional.of(at) : Optional.empty())
                : new Rule("kept_date", rule.values());
    }

    static boolean isJustDue(Instant due, Instant now) {
        return !due.isAfter(now) && now.isBefore(due.plus(UNNOTICED));
    }

    private static Rule counted(Delay delay, Instant anchor) {
        return switch (delay) {
            case Delay.Immediate _ -> Rule.of("at_once").with("counted_from", anchor);
            case Delay.Hours(int count) -> delay(count, "hours", anchor);
            case Delay.Days(int count) -> delay(count, "days", anchor);
        };
    }

    private static Rule delay(int value, String unit, Instant anchor) {
        return Rule.of("delay")
                .with("delay_value", value)
                .with("delay_unit", unit)
                .with("counted_from", anchor);
    }

    private static List<String> names(SendDays days) {
        return days.days().stream()
                .map(day -> day.name().toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    /// An email that is not on record and not on the way ahead.
    private static Line without(Case known, SequenceEmail email) {
        if (known.enrollment().isEmpty()) {
            return never(email, Rule.of("not_in_sequence"));
        }
        var enrollment = known.enrollment().get();
        var over = over(enrollment.progress());
        if (over.isPresent()) {
            return never(email, over.get());
        }
        var barred =
                Judgement.barred(known.subscriber().state(), known.subscriber().stateChangedAt());
        if (barred.flatMap(Why::over).isPresent()) {
            return never(email, barred.flatMap(Why::over).get());
        }
        var place =
                enrollment.progress() instanceof Progress.Sending(var now) ? Optional.of(now) : enrollment.lastEmail();
        if (place.filter(there -> !known.plan().isBehind(email, there)).isPresent()) {
            return never(
                    email,
                    Rule.of("before_their_place")
                            .with("place_email_id", place.get().value()));
        }
        if (!email.settings().published()) {
            return new Line(email, Verdict.WAITING, Optional.empty(), Rule.of("draft"), passed(known, email));
        }
        return ended(known, email, known.ahead().map(Ahead::end).orElse(enrollment));
    }

    private static Optional<Instant> completion(Ahead ahead) {
        return ahead.end().progress() instanceof Progress.Completed(var at) ? Optional.of(at) : Optional.empty();
    }

    /// When an email behind this one is done, or the sequence as a whole, after which it comes too late.
    private static Optional<Instant> passed(Case known, SequenceEmail email) {
        return known.ahead().stream()
                .flatMap(ahead -> ahead.steps().stream())
                .filter(step -> known.plan()
                        .email(step.email())
                        .filter(later -> known.plan().isBehind(later, email.id()))
                        .isPresent())
                .map(Ahead.Step::at)
                .findFirst()
                .or(() -> known.ahead().flatMap(Why::completion));
    }

    private static Line ended(Case known, SequenceEmail email, Enrollment end) {
        return switch (end.progress()) {
            case Progress.Pending _ ->
                waiting(
                        email,
                        Rule.of("not_confirmed")
                                .with("since", known.subscriber().stateChangedAt()));
            case Progress.Parked(var because, var next) ->
                switch (because) {
                    case PAUSED -> waiting(email, paused(known));
                    case NO_SEND_DAY -> waiting(email, behind(Rule.of("no_send_day"), email, next));
                    case END_OF_SEQUENCE, NOTHING_PUBLISHED -> never(email, Rule.of("before_their_place"));
                };
            case Progress.Sending(var next) ->
                waiting(
                        email,
                        known.plan().sequence().settings().active()
                                ? Rule.of("behind_a_held_email").with("email_id", next.value())
                                : paused(known));
            case Progress.Waiting(var next, var _, var _) ->
                waiting(email, behind(Rule.of("behind"), email, Optional.of(next)));
            case Progress.Completed _, Progress.Cancelled _, Progress.Removed _ ->
                never(email, over(end.progress()).orElseThrow());
        };
    }

    private static Rule behind(Rule rule, SequenceEmail email, Optional<SequenceEmailId> next) {
        return rule.with("email_id", next.filter(id -> !id.equals(email.id())).map(SequenceEmailId::value));
    }

    private static Rule paused(Case known) {
        return Rule.of("sequence_paused").with("since", known.plan().sequence().pausedAt());
    }

    private static Optional<Rule> over(Progress progress) {
        return switch (progress) {
            case Progress.Cancelled(var at, var reason) ->
                Optional.of(Rule.of(reason.name().toLowerCase(java.util.Locale.ROOT))
                        .with("at", at));
            case Progress.Removed(var at, var _) ->
                Optional.of(Rule.of("removed_from_sequence").with("at", at));
            case Progress.Completed(var at) -> Optional.of(Rule.of("completed").with("at", at));
            case Progress.Pending _, Progress.Waiting _, Progress.Sending _, Progress.Parked _ -> Optional.empty();
        };
    }

    private static Line waiting(SequenceEmail email, Rule rule) {
        return new Line(email, Verdict.WAITING, Optional.empty(), rule, Optional.empty());
    }

    private static Line never(SequenceEmail email, Rule rule) {
        return new Line(email, Verdict.NEVER, Optional.empty(), rule, Optional.empty());
    }
}
