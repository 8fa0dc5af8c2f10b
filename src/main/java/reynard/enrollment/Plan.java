package reynard.enrollment;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import reynard.enrollment.Policies.Completing;
import reynard.enrollment.Policies.Inserted;
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
public record Plan(Sequence sequence, Zone zone, String tzdata, List<SequenceEmail> emails, Policies policies) {
    private static final Comparator<SequenceEmail> ORDER = Comparator.comparingInt(
                    (SequenceEmail email) -> email.settings().position())
            .thenComparingLong(email -> email.id().value());

    /// Zones move by an hour or three; whoever was put off was put off by a slot, which is a day.
    private static final Duration ZONE_MOVES_MAX = Duration.ofHours(12);

    /// Offsets of zones are whole quarters of an hour.
    private static final long QUARTER_SECONDS = 900;

    public Plan {
        emails = emails.stream().sorted(ORDER).toList();
    }

    /// The first published email that this run has not had yet, behind the place of the last one done:
    /// emails that are moved or inserted before a subscriber's place do not go to them, unless the
    /// installation says so.
    public Optional<SequenceEmail> next(Optional<SequenceEmailId> last, Set<SequenceEmailId> settled) {
        return emails.stream().filter(email -> reaches(email, last, settled)).findFirst();
    }

    /// Whether the email can still go to someone at this place.
    boolean reaches(SequenceEmail email, Optional<SequenceEmailId> last, Set<SequenceEmailId> settled) {
        return email.isSent()
                && !settled.contains(email.id())
                && (policies.inserted() == Inserted.SEND_NOW || !isBefore(email, last));
    }

    private boolean isBefore(SequenceEmail email, Optional<SequenceEmailId> place) {
        return place.flatMap(this::email)
                .filter(last -> ORDER.compare(email, last) <= 0)
                .isPresent();
    }

    public Optional<SequenceEmail> email(SequenceEmailId id) {
        return emails.stream().filter(email -> email.id().equals(id)).findFirst();
    }

    /// Whether the email comes later in the sequence than the place.
    public boolean isBehind(SequenceEmail email, SequenceEmailId place) {
        return email(place).filter(there -> ORDER.compare(email, there) > 0).isPresent();
    }

    /// Where someone stands who has just entered or just had an email, or whose zone has got new rules.
    ///
    /// @param settled the emails that this run has had, sent or skipped
    public Progress step(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return next(enrollment.lastEmail(), settled)
                .map(email -> awaiting(email, due(email, enrollment)))
                .orElseGet(() -> atTheEnd(enrollment, now));
    }

    /// The enrollment stepped anew under this plan.
    Enrollment stepped(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return enrollment.with(step(enrollment, settled, now), sequence.planVersion());
    }

    /// The enrollment under this plan: stepped anew when it was last with an older one or with other tz rules. One that
    /// has an email on its way, or is over, keeps what it has.
    ///
    /// @param changedAt when the plan was last edited: what the edit would have put into its own past is overdue
    public Enrollment standing(Enrollment enrollment, Set<SequenceEmailId> settled, Instant changedAt, Instant now) {
        if (enrollment.planVersion() == sequence.planVersion()) {
            boolean otherRules = enrollment.progress() instanceof Progress.Waiting(var _, var _, var release)
                    && !release.equals(tzdata);
            return otherRules ? retimed(enrollment, settled, now) : enrollment;
        }
        return switch (enrollment.progress()) {
            case Progress.Parked(var because, var _)
            when because == Because.NOTHING_PUBLISHED -> {
                // Who found nothing published starts when something is.
                var anchored = enrollment.anchoredAt(changedAt);
                yield anchored.with(
                        overtaken(anchored, settled, changedAt, sequence.overdue()), sequence.planVersion());
            }
            case Progress.Waiting _, Progress.Parked _ ->
                enrollment.with(overtaken(enrollment, settled, changedAt, sequence.overdue()), sequence.planVersion());
            case Progress.Pending _,
                    Progress.Sending _,
                    Progress.Completed _,
                    Progress.Cancelled _,
                    Progress.Removed _ -> enrollment;
        };
    }

    /// The enrollment that waits with a date by other tz rules. A date that its delay gives is found anew from
    /// the anchor. One that it was put off to, by an edit or an outage, stays: a slot stays the slot of its day,
    /// at the hour that the rules now make of it; any other is an instant.
    Enrollment retimed(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        var next = next(enrollment.lastEmail(), settled);
        if (enrollment.progress() instanceof Progress.Waiting(var awaited, var before, var _)
                && next.filter(email -> email.id().equals(awaited)).isPresent()) {
            var due = retimed(next.get(), enrollment, before);
            return enrollment.with(awaiting(next.get(), due), sequence.planVersion());
        }
        return stepped(enrollment, settled, now);
    }

    private Due retimed(SequenceEmail email, Enrollment enrollment, Instant before) {
        var due = due(email, enrollment);
        boolean byTheClock = email.settings().delay() instanceof Delay.Hours;
        if (byTheClock) {
            return new Due.At(before);
        }
        boolean putOff =
                due instanceof Due.At(var at) && Duration.between(at, before).compareTo(ZONE_MOVES_MAX) > 0;
        return putOff ? putOffTo(before, window(email)) : due;
    }

    private static Due putOffTo(Instant before, SendWindow window) {
        // No rules move a day's slot by half a day, and no two slots are closer than that.
        var slot = DueTime.nextSlot(before.minus(ZONE_MOVES_MAX), window);
        boolean wasSlot = slot instanceof Due.At(var at)
                && Duration.between(at, before).abs().compareTo(ZONE_MOVES_MAX) < 0
                && Duration.between(at, before).toSeconds() % QUARTER_SECONDS == 0;
        return wasSlot ? slot : new Due.At(before);
    }

    /// The enrollment after an email of it was sent, given up or skipped: the next delay counts from here.
    ///
    /// @param settled those that the run had before
    public Enrollment past(Enrollment enrollment, SequenceEmailId email, Set<SequenceEmailId> settled, Instant at) {
        var more = new HashSet<>(settled);
        more.add(email);
        return stepped(enrollment.past(email, at), more, at);
    }

    /// The enrollment whose email fell due while no server ran.
    Enrollment caughtUp(Enrollment enrollment, Set<SequenceEmailId> settled, Instant now) {
        return enrollment.with(
                overtaken(enrollment, settled, now, sequence.handling().catchUp()), sequence.planVersion());
    }

    /// The enrollment whose email is put off because its reader wants none before an instant.
    Enrollment rested(Enrollment enrollment, Set<SequenceEmailId> settled, Instant until) {
        return enrollment.with(overtaken(enrollment, settled, until, new CatchUp.NextSlot()), sequence.planVersion());
    }

    /// Where someone stands whose date may have been overtaken: from the same anchor, and what lies before the moment
    /// as the author has it.
    private Progress overtaken(Enrollment enrollment, Set<SequenceEmailId> settled, Instant moment, CatchUp overdue) {
        return next(enrollment.lastEmail(), settled)
                .map(email -> {
                    var due = due(email, enrollment);
                    boolean past = due instanceof Due.At(var at) && at.isBefore(moment);
                    return awaiting(email, past ? overdue(email, enrollment, due, moment, overdue) : due);
                })
                .orElseGet(() -> withoutNext(enrollment, moment));
    }

    private Progress awaiting(SequenceEmail email, Due due) {
        if (!sequence.settings().active()) {
            return new Progress.Parked(Because.PAUSED, Optional.of(email.id()));
        }
        return switch (due) {
            case Due.At(var at) -> new Progress.Waiting(email.id(), at, tzdata);
            case Due.Never _ -> new Progress.Parked(Because.NO_SEND_DAY, Optional.of(email.id()));
        };
    }

    private Due due(SequenceEmail email, Enrollment enrollment) {
        if (isBefore(email, enrollment.lastEmail())) {
            return new Due.At(anchor(enrollment));
        }
        // Only the first email may go at once; one that an edit has put behind others waits for its slot.
        return isImmediateBehindOthers(email, enrollment)
                ? DueTime.nextSlot(anchor(enrollment), window(email))
                : DueTime.after(anchor(enrollment), email.settings().delay(), window(email));
    }

    private Due overdue(SequenceEmail email, Enrollment enrollment, Due due, Instant now, CatchUp catchUp) {
        if (isBefore(email, enrollment.lastEmail())) {
            return new Due.At(now);
        }
        return switch (catchUp) {
            case CatchUp.NextSlot _ ->
                isImmediateBehindOthers(email, enrollment)
                        ? DueTime.nextSlot(now, window(email))
                        : DueTime.replanned(anchor(enrollment), email.settings().delay(), window(email), now);
            case CatchUp.AtOnce _ -> new Due.At(now);
            case CatchUp.Spread spread -> new Due.At(now.plus(share(spread, enrollment)));
            // It is judged by how late it is, so it keeps the date that it missed.
            case CatchUp.SkipIfLaterThan _ -> due;
        };
    }

    private static boolean isImmediateBehindOthers(SequenceEmail email, Enrollment enrollment) {
        return email.settings().delay() instanceof Delay.Immediate
                && enrollment.lastEmail().isPresent();
    }

    private static Instant anchor(Enrollment enrollment) {
        return enrollment.anchorAt().orElseThrow(() -> new IllegalStateException("no anchor: " + enrollment.id()));
    }

    /// Evenly over the enrollments and always the same for one.
    private static Duration share(CatchUp.Spread spread, Enrollment enrollment) {
        double share = ((enrollment.id().value() * 0x9E3779B97F4A7C15L) >>> 11) * 0x1p-53;
        return Duration.ofSeconds((long) (share * spread.count() * 3_600));
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

    /// Whether these rules can have given the enrollment this date for the email: counted from its anchor, or put off
    /// from there because it had passed when the plan was edited or a server ran again.
    public boolean gives(Instant date, SequenceEmail email, Enrollment enrollment) {
        var due = due(email, enrollment);
        return switch (due) {
            case Due.Never _ -> false;
            case Due.At(var planned) ->
                date.equals(planned)
                        || Stream.of(
                                        new CatchUp.NextSlot(),
                                        sequence.overdue(),
                                        sequence.handling().catchUp())
                                .anyMatch(catchUp -> putsOff(catchUp, planned, date, email, enrollment));
        };
    }

    /// Whether there is a moment at which this way to catch up leads to the date.
    private boolean putsOff(
            CatchUp catchUp, Instant planned, Instant date, SequenceEmail email, Enrollment enrollment) {
        var moment = catchUp instanceof CatchUp.Spread spread ? date.minus(share(spread, enrollment)) : date;
        // A slot is what comes next after any moment before it.
        return Stream.of(moment, moment.minusNanos(1_000))
                .filter(planned::isBefore)
                .anyMatch(at -> overdue(email, enrollment, new Due.At(planned), at, catchUp)
                        .equals(new Due.At(date)));
    }

    /// The email's own days, or else the sequence's.
    public SendWindow window(SequenceEmail email) {
        var settings = sequence.settings();
        return new SendWindow(email.settings().sendDays().orElse(settings.sendDays()), settings.sendHour(), zone);
    }
}
