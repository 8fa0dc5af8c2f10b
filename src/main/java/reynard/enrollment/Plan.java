package reynard.enrollment;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
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
import reynard.sequence.CatchUp;
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

    /// Whether the email comes later in the sequence than the place.
    public boolean isBehind(SequenceEmail email, SequenceEmailId place) {
        return email(place).filter(there -> ORDER.compare(email, there) > 0).isPresent();
    }

    /// Where someone stands who has just entered or just had an email.
    ///
    /// @param settled the emails that this run has had, sent or skipped
    Progress step(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return progress(enrollment, settled, now, Optional.empty());
    }

    /// Where someone stands whose plan was edited while they waited: from the same anchor, and what would lie in the
    /// past as the edit has it.
    Progress restep(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return progress(enrollment, settled, now, Optional.of(sequence.overdue()));
    }

    /// The enrollment under this plan: stepped anew when it was last with an older one. One that has an email on its
    /// way, or is over, keeps what it has.
    ///
    /// @param changedAt when the plan was last edited
    public Enrollment standing(Enrollment enrollment, Set<SequenceEmailId> settled, Instant changedAt, Instant now) {
        if (enrollment.planVersion() == sequence.planVersion()) {
            return enrollment;
        }
        return switch (enrollment.progress()) {
            case Progress.Parked(var because, var _)
            when because == Because.NOTHING_PUBLISHED -> {
                // Who found nothing published starts when something is.
                var anchored = enrollment.anchoredAt(changedAt);
                yield anchored.with(restep(anchored, settled, now), sequence.planVersion());
            }
            case Progress.Waiting _, Progress.Parked _ ->
                enrollment.with(restep(enrollment, settled, now), sequence.planVersion());
            case Progress.Pending _,
                    Progress.Sending _,
                    Progress.Completed _,
                    Progress.Cancelled _,
                    Progress.Removed _ -> enrollment;
        };
    }

    /// The enrollment after an email of it was sent, given up or skipped: the next delay counts from here.
    ///
    /// @param settled those that the run had before
    public Enrollment past(Enrollment enrollment, SequenceEmailId email, Set<SequenceEmailId> settled, Instant at) {
        var past = enrollment.past(email, at);
        var more = new HashSet<>(settled);
        more.add(email);
        return past.with(step(past, more, at), sequence.planVersion());
    }

    /// The enrollment whose email fell due while no server ran.
    Enrollment caughtUp(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        var progress = progress(
                enrollment, settled, now, Optional.of(sequence.handling().catchUp()));
        return enrollment.with(progress, sequence.planVersion());
    }

    /// @param overdue what becomes of a date that lies in the past; empty leaves it there
    private Progress progress(
            Enrollment enrollment, Set<SequenceEmailId> settled, Instant now, Optional<CatchUp> overdue) {
        var next = next(enrollment.lastEmail(), settled);
        if (next.isEmpty()) {
            return atTheEnd(enrollment, now);
        }
        var email = next.get();
        if (!sequence.settings().active()) {
            return new Progress.Parked(Because.PAUSED, Optional.of(email.id()));
        }
        var due = due(email, enrollment);
        if (due instanceof Due.At(var at) && at.isBefore(now) && overdue.isPresent()) {
            due = overdue(email, enrollment, at, now, overdue.get());
        }
        return switch (due) {
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

    private Due due(SequenceEmail email, Enrollment enrollment) {
        // Only the first email may go at once; one that an edit has put behind others waits for its slot.
        return isImmediateBehindOthers(email, enrollment)
                ? DueTime.nextSlot(anchor(enrollment), window(email))
                : DueTime.after(anchor(enrollment), email.settings().delay(), window(email));
    }

    private Due overdue(SequenceEmail email, Enrollment enrollment, Instant at, Instant now, CatchUp catchUp) {
        return switch (catchUp) {
            case CatchUp.NextSlot _ ->
                isImmediateBehindOthers(email, enrollment)
                        ? DueTime.nextSlot(now, window(email))
                        : DueTime.replanned(anchor(enrollment), email.settings().delay(), window(email), now);
            case CatchUp.AtOnce _ -> new Due.At(now);
            case CatchUp.Spread(int hours) -> new Due.At(now.plusSeconds((long) (share(enrollment) * hours * 3_600)));
            // It is judged by how late it is, so it keeps the date that it missed.
            case CatchUp.SkipIfLaterThan _ -> new Due.At(at);
        };
    }

    private static boolean isImmediateBehindOthers(SequenceEmail email, Enrollment enrollment) {
        return email.settings().delay() instanceof Delay.Immediate
                && enrollment.lastEmail().isPresent();
    }

    private static Instant anchor(Enrollment enrollment) {
        return enrollment.anchorAt().orElseThrow(() -> new IllegalStateException("no anchor: " + enrollment.id()));
    }

    /// From 0 to 1, evenly over the enrollments and always the same for one.
    private static double share(Enrollment enrollment) {
        return ((enrollment.id().value() * 0x9E3779B97F4A7C15L) >>> 11) * 0x1p-53;
    }

    /// The email's own days, or else the sequence's.
    public SendWindow window(SequenceEmail email) {
        var settings = sequence.settings();
        return new SendWindow(email.settings().sendDays().orElse(settings.sendDays()), settings.sendHour(), zone);
    }
}
