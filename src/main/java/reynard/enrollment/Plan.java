package reynard.enrollment;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reynard.enrollment.Policies.Completing;
import reynard.enrollment.Policies.Inserted;
import reynard.enrollment.Progress.Because;
import reynard.id.SequenceEmailId;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.SendWindow;
import reynard.schedule.Zone;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;

/// What comes next in a sequence, and when: the rules, without a clock and without a database.
///
/// @param emails every email that the sequence has or had, by position
/// @param tzdata the tz release that the zone's rules are from
public record Plan(Sequence sequence, Zone zone, String tzdata, List<SequenceEmail> emails, Policies policies) {
    private static final Comparator<SequenceEmail> ORDER = Comparator.comparingInt(
                    (SequenceEmail email) -> email.settings().position())
            .thenComparingLong(email -> email.id().value());

    public Plan {
        emails = emails.stream().sorted(ORDER).toList();
    }

    /// The first published email that this run has not had yet, behind the place of the last one done:
    /// emails that are moved or inserted before a subscriber's place do not go to them, unless the
    /// installation says so.
    public Optional<SequenceEmail> next(Optional<SequenceEmailId> last, Set<SequenceEmailId> settled) {
        return emails.stream()
                .filter(SequenceEmail::isSent)
                .filter(email -> !settled.contains(email.id()))
                .filter(email -> policies.inserted() == Inserted.SEND_NOW || !isBefore(email, last))
                .findFirst();
    }

    private boolean isBefore(SequenceEmail email, Optional<SequenceEmailId> place) {
        return place.flatMap(this::email)
                .filter(last -> ORDER.compare(email, last) <= 0)
                .isPresent();
    }

    public Optional<SequenceEmail> email(SequenceEmailId id) {
        return emails.stream().filter(email -> email.id().equals(id)).findFirst();
    }

    /// Where someone stands who has just entered or just had an email, or whose zone has got new rules.
    ///
    /// @param settled the emails that this run has had, sent or skipped
    Progress step(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return next(enrollment.lastEmail(), settled)
                .map(email -> awaiting(email, enrollment, anchor(enrollment)))
                .orElseGet(() -> atTheEnd(enrollment, now));
    }

    /// Where someone stands whose plan was edited while they waited: from the same anchor, and nothing that
    /// the edit would have put into its own past.
    Progress restep(Enrollment enrollment, Set<SequenceEmailId> settled, Instant editedAt) {
        return next(enrollment.lastEmail(), settled)
                .map(email -> awaiting(email, enrollment, editedAt))
                .orElseGet(() -> withoutNext(enrollment, editedAt));
    }

    private Progress awaiting(SequenceEmail email, Enrollment enrollment, Instant earliest) {
        if (!sequence.settings().active()) {
            return new Progress.Parked(Because.PAUSED, Optional.of(email.id()));
        }
        return switch (due(email, enrollment, earliest)) {
            case Due.At(var at) -> new Progress.Waiting(email.id(), at, tzdata);
            case Due.Never _ -> new Progress.Parked(Because.NO_SEND_DAY, Optional.of(email.id()));
        };
    }

    private Due due(SequenceEmail email, Enrollment enrollment, Instant earliest) {
        var anchor = anchor(enrollment);
        if (isBefore(email, enrollment.lastEmail())) {
            return new Due.At(anchor.isBefore(earliest) ? earliest : anchor);
        }
        var window = window(email);
        var delay = email.settings().delay();
        if (delay instanceof Delay.Immediate && enrollment.lastEmail().isPresent()) {
            // Only the first email may go at once; one that an edit has put behind others waits for its slot.
            var slot = DueTime.nextSlot(anchor, window);
            return slot instanceof Due.At(var at) && at.isBefore(earliest) ? DueTime.nextSlot(earliest, window) : slot;
        }
        return DueTime.replanned(anchor, delay, window, earliest);
    }

    private static Instant anchor(Enrollment enrollment) {
        return enrollment.anchorAt().orElseThrow(() -> new IllegalStateException("no anchor: " + enrollment.id()));
    }

    /// The edit took away the email that someone waited for, and nothing comes behind it. They keep their
    /// date and so their place: an author who takes the last email back for a while, or replaces it, does
    /// not lose them.
    private Progress withoutNext(Enrollment enrollment, Instant editedAt) {
        Optional<Progress> stopped = stopped().map(because -> new Progress.Parked(because, Optional.empty()));
        return switch (enrollment.progress()) {
            case Progress.Waiting waiting when waiting.dueAt().isAfter(editedAt) -> stopped.orElse(waiting);
            case Progress.Parked(var because, var _)
            when because == Because.PAUSED || because == Because.NO_SEND_DAY ->
                stopped.orElseGet(() -> atTheEnd(enrollment, editedAt));
            case Progress _ -> atTheEnd(enrollment, editedAt);
        };
    }

    /// Why the sequence as a whole sends nothing.
    private Optional<Because> stopped() {
        if (!sequence.settings().active()) {
            return Optional.of(Because.PAUSED);
        }
        return sequence.settings().sendDays().isEmpty() ? Optional.of(Because.NO_SEND_DAY) : Optional.empty();
    }

    private Progress atTheEnd(Enrollment enrollment, Instant now) {
        if (enrollment.lastEmail().isEmpty()) {
            return new Progress.Parked(Because.NOTHING_PUBLISHED, Optional.empty());
        }
        boolean completes = !sequence.settings().hold()
                && (policies.completing() == Completing.EVERYONE
                        || enrollment.source() == Enrollment.Source.AUTOMATION);
        return completes ? new Progress.Completed(now) : new Progress.Parked(Because.END_OF_SEQUENCE, Optional.empty());
    }

    /// The email's own days, or else the sequence's.
    SendWindow window(SequenceEmail email) {
        var settings = sequence.settings();
        return new SendWindow(email.settings().sendDays().orElse(settings.sendDays()), settings.sendHour(), zone);
    }
}
