package reynard.enrollment;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
public record Plan(Sequence sequence, Zone zone, String tzdata, List<SequenceEmail> emails) {
    private static final Comparator<SequenceEmail> ORDER = Comparator.comparingInt(
                    (SequenceEmail email) -> email.settings().position())
            .thenComparingLong(email -> email.id().value());

    public Plan {
        emails = emails.stream().sorted(ORDER).toList();
    }

    /// The first published email behind the place of the last one done, which this run has not had yet: emails that are
    /// moved or inserted before a subscriber's place do not go to them.
    public Optional<SequenceEmail> next(Optional<SequenceEmailId> last, Set<SequenceEmailId> settled) {
        var lastEmail = last.flatMap(this::email);
        return emails.stream()
                .filter(SequenceEmail::isSent)
                .filter(email -> lastEmail.isEmpty() || ORDER.compare(email, lastEmail.get()) > 0)
                .filter(email -> !settled.contains(email.id()))
                .findFirst();
    }

    public Optional<SequenceEmail> email(SequenceEmailId id) {
        return emails.stream().filter(email -> email.id().equals(id)).findFirst();
    }

    /// Where someone stands who has just entered or just had an email.
    ///
    /// @param settled the emails that this run has had, sent or skipped
    Progress step(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return progress(enrollment, settled, now, false);
    }

    /// Where someone stands whose plan was edited while they waited: from the same anchor, and never in the past.
    Progress restep(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return progress(enrollment, settled, now, true);
    }

    private Progress progress(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now, boolean edited) {
        var next = next(enrollment.lastEmail(), settled);
        if (next.isEmpty()) {
            return atTheEnd(enrollment, now);
        }
        var email = next.get();
        if (!sequence.settings().active()) {
            return new Progress.Parked(Because.PAUSED, Optional.of(email.id()));
        }
        return switch (due(email, enrollment, now, edited)) {
            case Due.At(var at) -> new Progress.Waiting(email.id(), at, tzdata);
            case Due.Never _ -> new Progress.Parked(Because.NO_SEND_DAY, Optional.of(email.id()));
        };
    }

    private Progress atTheEnd(Enrollment enrollment, Instant now) {
        if (enrollment.lastEmail().isEmpty()) {
            return new Progress.Parked(Because.NOTHING_PUBLISHED, Optional.empty());
        }
        return sequence.settings().hold()
                ? new Progress.Parked(Because.END_OF_SEQUENCE, Optional.empty())
                : new Progress.Completed(now);
    }

    private Due due(SequenceEmail email, Enrollment enrollment, Instant now, boolean edited) {
        var anchor =
                enrollment.anchorAt().orElseThrow(() -> new IllegalStateException("no anchor: " + enrollment.id()));
        var window = window(email);
        var delay = email.settings().delay();
        if (delay instanceof Delay.Immediate && enrollment.lastEmail().isPresent()) {
            // Only the first email may go at once; one that an edit has put behind others waits for its slot.
            return DueTime.nextSlot(edited && anchor.isBefore(now) ? now : anchor, window);
        }
        return edited ? DueTime.replanned(anchor, delay, window, now) : DueTime.after(anchor, delay, window);
    }

    /// The email's own days, or else the sequence's.
    SendWindow window(SequenceEmail email) {
        var settings = sequence.settings();
        return new SendWindow(email.settings().sendDays().orElse(settings.sendDays()), settings.sendHour(), zone);
    }
}
