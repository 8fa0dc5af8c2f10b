package reynard.audit;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import reynard.audit.AuditStore.LedgerRow;
import reynard.audit.AuditStore.SequenceRow;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.enrollment.Progress.Because;
import reynard.id.SequenceEmailId;

/// What is true of everyone's walk through a sequence. Where somebody stands is asked of the same [Plan] that put them
/// there; whoever stands by an older plan, and will be looked at, is only asked for what any plan leads to.
final class EnrollmentInvariants {
    private static final Set<String> TAKEN_BACK = Set.of("email_deleted", "email_unpublished");
    private static final Set<String> SETTLED = Set.of("sent", "bounced", "failed", "skipped");

    private final EnrollmentRow row;
    private final List<LedgerRow> ledger;
    private final SequenceRow sequence;
    private final Optional<Plan> plan;

    /// @param ledger what all its runs have led to
    /// @param plan empty: the sequence is deleted
    EnrollmentInvariants(EnrollmentRow row, List<LedgerRow> ledger, SequenceRow sequence, Optional<Plan> plan) {
        this.row = row;
        this.ledger = ledger;
        this.sequence = sequence;
        this.plan = plan;
    }

    /// The first thing that is wrong with the row: what depends on it may be wrong because of it.
    Optional<String> broken() {
        return columns()
                .or(this::belonging)
                .or(this::reader)
                .or(this::planVersion)
                .or(this::onItsWay)
                .or(this::place)
                .or(this::standing)
                .or(this::queued);
    }

    private Optional<String> queued() {
        return row.queuedFor().equals(row.dueAt())
                ? Optional.empty()
                : Optional.of("is " + row.state() + ", but its queue says otherwise");
    }

    private Optional<String> columns() {
        var state = row.state();
        boolean waits = state.equals("waiting");
        if (waits && row.dueAt().isEmpty()) {
            return Optional.of("waits without a due time");
        }
        if (waits && row.tzdata().isEmpty()) {
            return Optional.of("waits for a due time that no tz release is named for");
        }
        if (!waits && row.dueAt().isPresent()) {
            return Optional.of("is " + state + ", but due at " + row.dueAt().get());
        }
        if ((waits || state.equals("sending")) && row.nextEmail().isEmpty()) {
            return Optional.of("is " + state + " without a next email");
        }
        if (!row.isUnderWay() && row.nextEmail().isPresent()) {
            return Optional.of("is " + state + ", but has a next email");
        }
        if (state.equals("parked") != row.parkedBecause().isPresent()) {
            return Optional.of(state.equals("parked") ? "is parked without a reason" : "is " + state + ", but parked");
        }
        if (row.isUnderWay() && row.anchorAt().isEmpty()) {
            return Optional.of("is " + state + " without a time to count from");
        }
        var finishes = switch (state) {
            case "completed" -> Set.of("end");
            case "cancelled" -> Set.of("unsubscribed", "bounced", "complained");
            case "removed" -> Set.of("by_hand", "sequence_deleted");
            default -> Set.<String>of();
        };
        if (finishes.isEmpty()
                && (row.finishedAt().isPresent() || row.finishReason().isPresent())) {
            return Optional.of("is " + state + ", but finished");
        }
        if (!finishes.isEmpty() && row.finishedAt().isEmpty()) {
            return Optional.of("is " + state + ", but nobody wrote down when");
        }
        return finishes.isEmpty()
                        || row.finishReason().filter(finishes::contains).isPresent()
                ? Optional.empty()
                : Optional.of(
                        "is " + state + " for the reason " + row.finishReason().orElse("none"));
    }

    private Optional<String> belonging() {
        if (row.subscriberState() == null) {
            return Optional.of("is of subscriber " + row.subscriber().value() + ", who does not exist");
        }
        return email("had an email last", row.lastEmail(), row.lastEmailSequence())
                .or(() -> email("has a next email", row.nextEmail(), row.nextEmailSequence()))
                .or(this::runs);
    }

    /// @param sequence that it is of; empty when there is no such email
    private Optional<String> email(String has, Optional<SequenceEmailId> email, Optional<Long> sequence) {
        if (email.isEmpty() || sequence.equals(Optional.of(row.sequence().value()))) {
            return Optional.empty();
        }
        return Optional.of(has
                + (sequence.isEmpty() ? " that does not exist: " : " that is of another sequence: ")
                + email.get().value());
    }

    private Optional<String> runs() {
        return row.pastRuns() == row.run() - 1
                ? Optional.empty()
                : Optional.of("is in run " + row.run() + ", but " + row.pastRuns() + " earlier ones are on record");
    }

    private Optional<String> reader() {
        var reader = String.valueOf(row.subscriberState());
        return switch (reader) {
            case "active" ->
                row.state().equals("pending")
                        ? Optional.of("waits for a confirmation that was given")
                        : Optional.empty();
            case "inactive" ->
                row.isUnderWay()
                        ? Optional.of("is " + row.state() + ", but its reader has not confirmed")
                        : Optional.empty();
            default ->
                row.isUnderWay() || row.state().equals("pending")
                        ? Optional.of("is " + row.state() + ", but its reader is " + reader)
                        : Optional.empty();
        };
    }

    private Optional<String> planVersion() {
        if (row.planVersion() > sequence.planVersion()) {
            return Optional.of("stands by plan " + row.planVersion() + ", but the sequence has only come to "
                    + sequence.planVersion());
        }
        if (!row.isUnderWay()
                || sequence.replanTo().filter(to -> to > row.planVersion()).isPresent()) {
            return Optional.empty();
        }
        if (sequence.deleted()) {
            return Optional.of("is " + row.state() + " in a sequence that was deleted");
        }
        return row.planVersion() < sequence.planVersion()
                ? Optional.of("stands by plan " + row.planVersion() + " of " + sequence.planVersion()
                        + ", and nobody will look at it again")
                : Optional.empty();
    }

    /// Exactly who is sending has exactly one email on its way.
    private Optional<String> onItsWay() {
        boolean sending = row.state().equals("sending");
        var next = row.nextEmail();
        for (var step : ledger) {
            boolean present = step.run() == row.run();
            boolean done = SETTLED.contains(step.state());
            if (present && sending && next.filter(step.email()::equals).isPresent()) {
                if (done) {
                    return Optional.of("did not move on when delivery " + step.delivery() + " was " + step.state());
                }
            } else if (present && !done && (!isOver() || row.state().equals("completed"))) {
                return Optional.of(
                        "is " + row.state() + ", but delivery " + step.delivery() + " of it is " + step.state());
            } else if (present
                    && next.filter(step.email()::equals).isPresent()
                    && row.planVersion() == sequence.planVersion()) {
                return Optional.of("would get email " + step.email().value() + " again: delivery " + step.delivery()
                        + " is " + step.state());
            }
        }
        boolean queued = ledger.stream()
                .anyMatch(step -> step.run() == row.run()
                        && next.filter(step.email()::equals).isPresent());
        return sending && !queued
                ? Optional.of("is sending email " + next.orElseThrow().value() + ", but has no delivery of it")
                : Optional.empty();
    }

    private boolean isOver() {
        return row.finishedAt().isPresent();
    }

    /// Behind the email that was done last, from which the next delay counts.
    private Optional<String> place() {
        if (row.state().equals("completed") && row.lastEmail().isEmpty()) {
            return Optional.of("is completed without having had an email");
        }
        if (row.lastEmail().isPresent()) {
            var last = row.lastEmail().get();
            var done = ledger.stream()
                    .filter(step -> step.run() == row.run() && step.email().equals(last))
                    .findFirst();
            if (done.flatMap(LedgerRow::doneAt).isEmpty()) {
                return Optional.of("stands behind email " + last.value() + ", which this run has not had");
            }
            var doneAt = done.get().doneAt().get();
            // Who was taken out and came back counts from coming back.
            boolean countsFromIt = row.anchorAt()
                    .filter(anchor -> anchor.equals(doneAt) || (anchor.equals(row.addedAt()) && anchor.isAfter(doneAt)))
                    .isPresent();
            if (!countsFromIt) {
                return Optional.of(
                        "counts from " + row.anchorAt().map(Instant::toString).orElse("nothing") + ", but email "
                                + last.value() + " was done at " + doneAt);
            }
        }
        if (!row.isUnderWay() && !row.state().equals("completed")) {
            return Optional.empty();
        }
        return ledger.stream()
                .filter(step -> step.run() == row.run() && moves(step))
                .filter(step ->
                        step.doneAt().orElseThrow().isAfter(row.anchorAt().orElse(Instant.MAX)))
                .findFirst()
                .map(step -> "did not move on when delivery " + step.delivery() + " was " + step.state());
    }

    /// Whether what the ledger says was the step of a walk; what is taken back is none.
    private static boolean moves(LedgerRow step) {
        return SETTLED.contains(step.state())
                && step.doneAt().isPresent()
                && step.reason().filter(TAKEN_BACK::contains).isEmpty();
    }

    private Optional<String> standing() {
        if (plan.isEmpty()
                || row.planVersion() != sequence.planVersion()
                || !(row.state().equals("waiting") || row.state().equals("parked"))) {
            return Optional.empty();
        }
        var settled = new HashSet<SequenceEmailId>();
        ledger.stream().filter(step -> step.run() == row.run()).forEach(step -> settled.add(step.email()));
        return row.state().equals("waiting") ? waiting(plan.get(), settled) : parked(plan.get(), settled);
    }

    private Optional<String> waiting(Plan rules, Set<SequenceEmailId> settled) {
        var dueAt = row.dueAt().orElseThrow();
        var email = row.nextEmail().flatMap(rules::email).orElseThrow();
        var next = rules.next(row.lastEmail(), settled);
        if (!rules.sequence().settings().active()) {
            return Optional.of("waits for " + dueAt + " in a sequence that is paused");
        }
        if (next.isEmpty()) {
            // Taken back, and nothing came in its place: they keep their date until it has passed.
            return Optional.empty();
        }
        if (row.keepsDate()) {
            return email.isSent() ? Optional.empty() : Optional.of("keeps a date for an email that was taken back");
        }
        if (!next.get().id().equals(email.id())) {
            return Optional.of("waits for email " + email.id().value() + ", but email "
                    + next.get().id().value() + " comes next");
        }
        boolean otherRules = row.tzdata().filter(rules.tzdata()::equals).isEmpty();
        return otherRules || rules.gives(dueAt, email, enrollment())
                ? Optional.empty()
                : Optional.of("is due at " + dueAt + ", but by its plan at " + planned(rules, settled));
    }

    private String planned(Plan rules, Set<SequenceEmailId> settled) {
        return rules.step(enrollment(), settled, row.anchorAt().orElseThrow())
                        instanceof Progress.Waiting(var _, var dueAt, var _)
                ? dueAt.toString()
                : "no time";
    }

    private Optional<String> parked(Plan rules, Set<SequenceEmailId> settled) {
        var because = row.parkedBecause().orElseThrow();
        return switch (rules.step(enrollment(), settled, row.anchorAt().orElseThrow())) {
            case Progress.Waiting(var email, var dueAt, var _) ->
                Optional.of("is parked as " + because + ", but email " + email.value() + " is due at " + dueAt);
            case Progress.Parked(var rightly, var email) -> {
                boolean agrees = because.equals(wireName(rightly)) && email.equals(row.nextEmail());
                yield agrees || (email.isEmpty() && isStopped(because, rules))
                        ? Optional.empty()
                        : Optional.of("is parked as " + because + ", but by its plan as " + wireName(rightly));
            }
            case Progress.Completed _ ->
                isStopped(because, rules)
                        ? Optional.empty()
                        : Optional.of("is parked as " + because + " at the end of a sequence that holds nobody");
            case Progress other -> throw new IllegalStateException("no step leads to " + other);
        };
    }

    /// Their email was taken back while the whole sequence stood still: it is not over for them before that goes on.
    private boolean isStopped(String because, Plan rules) {
        var settings = rules.sequence().settings();
        boolean stopped = switch (because) {
            case "paused" -> !settings.active();
            case "no_send_day" -> settings.sendDays().isEmpty();
            default -> false;
        };
        return stopped && row.nextEmail().isEmpty();
    }

    private static String wireName(Because because) {
        return because.name().toLowerCase(Locale.ROOT);
    }

    /// With what the rules look at.
    private Enrollment enrollment() {
        Progress progress = row.dueAt().isPresent()
                ? new Progress.Waiting(
                        row.nextEmail().orElseThrow(),
                        row.dueAt().get(),
                        row.tzdata().orElseThrow())
                : new Progress.Pending();
        return new Enrollment(
                row.id(),
                row.sequence(),
                row.subscriber(),
                row.run(),
                row.source(),
                row.addedAt(),
                progress,
                row.lastEmail(),
                row.anchorAt(),
                row.planVersion());
    }
}
