package reynard.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What is true of every row of the ledger.
final class DeliveryInvariants {
    /// Two clocks, and a transaction on its way, may differ by this much.
    private static final Duration SAME_MOMENT = Duration.ofSeconds(1);

    private DeliveryInvariants() {}

    /// What is wrong with the row; nothing else is looked for once its columns or what it belongs to are. The queue is
    /// compared with what is right.
    static List<String> broken(DeliveryRow delivery) {
        var broken = columns(delivery)
                .or(() -> belonging(delivery))
                .map(List::of)
                .orElseGet(() -> Stream.of(attempts(delivery), leaving(delivery), queued(delivery))
                        .flatMap(Optional::stream)
                        .toList());
        return broken.isEmpty() && !delivery.queueAgrees()
                ? List.of("is " + delivery.state() + ", but its queue says otherwise")
                : broken;
    }

    private static Optional<String> columns(DeliveryRow delivery) {
        var state = delivery.state();
        if (delivery.isSettled() != delivery.settledAt().isPresent()) {
            return Optional.of(
                    delivery.isSettled()
                            ? "is " + state + ", but nobody wrote down when"
                            : "is " + state + ", but also done with at "
                                    + delivery.settledAt().get());
        }
        if (delivery.isQueued() != delivery.nextAttemptAt().isPresent()) {
            return Optional.of(
                    delivery.isQueued()
                            ? "is " + state + ", but has no time for its next attempt"
                            : "is " + state + ", but has a next attempt at "
                                    + delivery.nextAttemptAt().get());
        }
        if (delivery.isOnItsWay() && !delivery.isQueued()) {
            return Optional.of("is " + state + ", but node " + delivery.owner() + " holds it");
        }
        if (delivery.atDot() && !delivery.isOnItsWay()) {
            return Optional.of("is at its final dot by no node");
        }
        if (state.equals("skipped") && delivery.reason().isEmpty()) {
            return Optional.of("is skipped without a reason");
        }
        boolean mustBeMarked = delivery.isAccepted() || delivery.atDot();
        return mustBeMarked && delivery.markedAt().isEmpty()
                ? Optional.of("is " + state + " without a mark before its final dot")
                : Optional.empty();
    }

    private static Optional<String> belonging(DeliveryRow delivery) {
        if (delivery.isOfSequence() == (delivery.broadcast() != null || delivery.recipient() != null)
                || delivery.isNotice() != (delivery.recipient() != null)) {
            return Optional.of("is of kind " + delivery.kind() + ", but its columns are of another");
        }
        if (delivery.isNotice()) {
            return Optional.empty();
        }
        if (delivery.subscriberState() == null) {
            return Optional.of("is for subscriber " + delivery.subscriber() + ", who does not exist");
        }
        return delivery.isOfSequence() ? belongingToSequence(delivery) : Optional.empty();
    }

    private static Optional<String> belongingToSequence(DeliveryRow delivery) {
        if (delivery.enrollmentRun().isEmpty()) {
            return Optional.of("belongs to an enrollment that does not exist");
        }
        int run = delivery.enrollmentRun().getAsInt();
        if (delivery.run() < 1 || delivery.run() > run) {
            return Optional.of("is of run " + delivery.run() + ", but its enrollment is in run " + run);
        }
        if (delivery.emailSequence() == null) {
            return Optional.of("is of email " + delivery.email() + ", which does not exist");
        }
        if (delivery.emailSequence() != delivery.sequence()) {
            return Optional.of("is of sequence " + delivery.sequence() + ", but its email is of sequence "
                    + delivery.emailSequence());
        }
        if (delivery.enrollmentSequence() == null || delivery.enrollmentSequence() != delivery.sequence()) {
            return Optional.of("is of sequence " + delivery.sequence() + ", but its enrollment is of sequence "
                    + delivery.enrollmentSequence());
        }
        return delivery.enrollmentSubscriber() != null
                        && delivery.enrollmentSubscriber().equals(delivery.subscriber())
                ? Optional.empty()
                : Optional.of("is for subscriber " + delivery.subscriber() + ", but its enrollment is of subscriber "
                        + delivery.enrollmentSubscriber());
    }

    private static Optional<String> attempts(DeliveryRow delivery) {
        // Who took a delivery over from a dead node counted its attempt, of which nobody knows more.
        boolean certain = delivery.uncertainAt().isEmpty();
        if (delivery.tries() > delivery.attempts() || (certain && delivery.tries() < delivery.attempts())) {
            return Optional.of(
                    "counts " + delivery.attempts() + " attempts, but " + delivery.tries() + " are on record");
        }
        if (delivery.lastTry() > delivery.attempts()) {
            return Optional.of(
                    "counts " + delivery.attempts() + " attempts, but number " + delivery.lastTry() + " is on record");
        }
        boolean sent = delivery.isAccepted();
        if (sent && delivery.accepted() == 0) {
            return Optional.of("is sent, but no attempt of it was accepted");
        }
        if (sent && !delivery.acceptedAt().equals(delivery.settledAt())) {
            return Optional.of("is sent at " + delivery.settledAt().orElseThrow() + ", but was accepted at "
                    + delivery.acceptedAt().orElseThrow());
        }
        if (certain && delivery.accepted() > 1) {
            return Optional.of("was accepted " + delivery.accepted() + " times, and nothing was uncertain");
        }
        return certain && !sent && delivery.accepted() > 0
                ? Optional.of("is " + delivery.state() + ", but was accepted at "
                        + delivery.acceptedAt().orElseThrow())
                : Optional.empty();
    }

    /// The mark before the final dot is the last moment at which an email can be kept back.
    private static Optional<String> leaving(DeliveryRow delivery) {
        if (delivery.isNotice()) {
            return Optional.empty();
        }
        var left = new ArrayList<Instant>();
        if (isGone(delivery.subscriberState())) {
            delivery.stateChangedAt().ifPresent(left::add);
        }
        boolean over = "cancelled".equals(delivery.enrollmentState()) || "removed".equals(delivery.enrollmentState());
        if (delivery.isOfSequence() && over && delivery.enrollmentRun().orElseThrow() == delivery.run()) {
            delivery.finishedAt().ifPresent(left::add);
        }
        var first = left.stream().min(Instant::compareTo);
        return first.flatMap(at -> delivery.markedAt()
                .filter(mark -> mark.isAfter(at.plus(SAME_MOMENT)))
                .map(mark -> "came to its final dot at " + mark + ", but its reader had left at " + at));
    }

    private static Optional<String> queued(DeliveryRow delivery) {
        if (!delivery.isQueued() || delivery.isNotice()) {
            return Optional.empty();
        }
        var queued = "is " + delivery.state() + ", but ";
        if (isGone(delivery.subscriberState())) {
            return Optional.of(queued + "its reader has left");
        }
        if (!delivery.isOfSequence()) {
            return Optional.empty();
        }
        if (delivery.run() < delivery.enrollmentRun().orElseThrow()) {
            return Optional.of(queued + "its run is over");
        }
        if (delivery.emailGone()) {
            return Optional.of(queued + "its email was taken back");
        }
        return "cancelled".equals(delivery.enrollmentState()) || "removed".equals(delivery.enrollmentState())
                ? Optional.of(queued + "its enrollment is " + delivery.enrollmentState())
                : Optional.empty();
    }

    private static boolean isGone(@org.jspecify.annotations.Nullable String subscriberState) {
        return subscriberState != null && !subscriberState.equals("active") && !subscriberState.equals("inactive");
    }
}
