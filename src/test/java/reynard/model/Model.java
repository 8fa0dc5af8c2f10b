package reynard.model;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.schedule.Delay;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.schedule.SendDays;
import reynard.schedule.SendWindow;
import reynard.schedule.Zone;
import reynard.sequence.CatchUp;

/// Sequences as the documents describe them, in lists and loops: everything is looked at whenever anything happens.
///
/// When an email is due is asked of [DueTime], which has tests of its own; who gets which email is told here.
final class Model {
    Instant now;
    final List<Person> people = new ArrayList<>();
    final List<Sequence> sequences = new ArrayList<>();
    final List<Outcome> outcomes = new ArrayList<>();

    Model(Instant start) {
        this.now = start;
    }

    enum State {
        ACTIVE,
        INACTIVE,
        CANCELLED
    }

    static final class Person {
        final int number;
        State state;
        final Set<Integer> tags = new HashSet<>();

        Person(int number, State state) {
            this.number = number;
            this.state = state;
        }
    }

    static final class Email {
        final String subject;
        Delay delay;
        Optional<SendDays> days;
        boolean published;
        int position;
        boolean deleted;

        Email(String subject, Delay delay, Optional<SendDays> days, boolean published, int position) {
            this.subject = subject;
            this.delay = delay;
            this.days = days;
            this.published = published;
            this.position = position;
        }

        boolean goes() {
            return published && !deleted;
        }
    }

    static final class Sequence {
        final int number;
        Zone zone;
        SendDays days;
        int hour;
        boolean active = true;
        boolean repeat;
        boolean hold;
        boolean deleted;
        CatchUp catchUp = new CatchUp.NextSlot();
        final Set<Integer> excludedTags = new HashSet<>();
        final Set<Integer> excludedSequences = new HashSet<>();
        /// In the order of their making.
        final List<Email> emails = new ArrayList<>();
        final List<Member> members = new ArrayList<>();
        /// Its people have not been looked at since this edit.
        @Nullable
        Instant editedAt;

        CatchUp overdue = new CatchUp.NextSlot();

        Sequence(int number, Zone zone, SendDays days, int hour, boolean repeat, boolean hold) {
            this.number = number;
            this.zone = zone;
            this.days = days;
            this.hour = hour;
            this.repeat = repeat;
            this.hold = hold;
        }

        SendWindow window(Email email) {
            return new SendWindow(email.days.orElse(days), hour, zone);
        }

        List<Email> ordered() {
            return emails.stream()
                    .sorted(Comparator.comparingInt((Email email) -> email.position)
                            .thenComparingInt(emails::indexOf))
                    .toList();
        }
    }

    enum Standing {
        PENDING,
        WAITING,
        PAUSED,
        NO_SEND_DAY,
        END_OF_SEQUENCE,
        NOTHING_PUBLISHED,
        COMPLETED,
        CANCELLED,
        REMOVED;

        boolean isOver() {
            return this == COMPLETED || this == CANCELLED || this == REMOVED;
        }
    }

    static final class Member {
        final Person person;
        int run = 1;
        Standing standing = Standing.PENDING;

        @Nullable
        Email place;

        @Nullable
        Instant anchor;

        @Nullable
        Email next;

        @Nullable
        Instant due;

        final Set<Email> had = new HashSet<>();

        Member(Person person) {
            this.person = person;
        }

        void stand(Standing at) {
            standing = at;
            next = null;
            due = null;
        }
    }

    enum Fate {
        SENT,
        SKIPPED
    }

    /// What became of one email for one person.
    record Outcome(int person, int sequence, int run, String subject, Fate fate, Instant at) {}

    // What people do.

    /// Whether there is such a sequence and it takes people.
    boolean join(Person person, Sequence sequence) {
        if (sequence.deleted || !sequence.active) {
            return false;
        }
        var found = member(person, sequence);
        if (found == null) {
            var member = new Member(person);
            sequence.members.add(member);
            start(sequence, member);
        } else if (sequence.repeat) {
            found.run++;
            found.had.clear();
            found.place = null;
            start(sequence, found);
        } else if (found.standing == Standing.REMOVED) {
            // On behind what they had.
            start(sequence, found);
        }
        return true;
    }

    private void start(Sequence sequence, Member member) {
        switch (member.person.state) {
            case INACTIVE -> member.stand(Standing.PENDING);
            case CANCELLED -> member.stand(Standing.CANCELLED);
            case ACTIVE -> {
                member.anchor = now;
                step(sequence, member);
            }
        }
    }

    static @Nullable Member member(Person person, Sequence sequence) {
        for (var member : sequence.members) {
            if (member.person == person) {
                return member;
            }
        }
        return null;
    }

    /// Whether they were in it.
    boolean remove(Person person, Sequence sequence) {
        var member = member(person, sequence);
        if (member == null || member.standing == Standing.CANCELLED || member.standing == Standing.REMOVED) {
            return false;
        }
        member.stand(Standing.REMOVED);
        return true;
    }

    void unsubscribe(Person person) {
        if (person.state == State.CANCELLED) {
            return;
        }
        person.state = State.CANCELLED;
        for (var sequence : sequences) {
            var member = member(person, sequence);
            if (member != null && !member.standing.isOver()) {
                member.stand(Standing.CANCELLED);
            }
        }
    }

    void confirm(Person person) {
        person.state = State.ACTIVE;
        for (var sequence : sequences) {
            var member = member(person, sequence);
            if (member != null && member.standing == Standing.PENDING) {
                if (sequence.deleted) {
                    member.stand(Standing.REMOVED);
                } else {
                    start(sequence, member);
                }
            }
        }
    }

    // What authors do.

    /// All edits of one instant count together, and the last says what becomes of those whom they find overdue.
    void edited(Sequence sequence, CatchUp overdue) {
        sequence.editedAt = now;
        sequence.overdue = overdue;
    }

    void delete(Sequence sequence) {
        sequence.deleted = true;
        sequence.editedAt = now;
    }

    // What time does.

    /// Everything that happens up to an instant, in its order.
    void advance(Instant to) {
        settle();
        while (true) {
            Instant next = to;
            for (var sequence : sequences) {
                for (var member : sequence.members) {
                    if (member.due != null && member.due.isBefore(next)) {
                        next = member.due;
                    }
                }
            }
            now = next;
            settle();
            if (next.equals(to)) {
                return;
            }
        }
    }

    /// Everything that happens now.
    void settle() {
        for (var sequence : sequences) {
            if (sequence.editedAt != null) {
                for (var member : sequence.members) {
                    lookAgain(sequence, member, sequence.editedAt);
                }
                sequence.editedAt = null;
            }
            for (var member : sequence.members) {
                while (member.due != null && !member.due.isAfter(now)) {
                    fire(sequence, member);
                }
            }
        }
    }

    private void fire(Sequence sequence, Member member) {
        var email = Objects.requireNonNull(member.next);
        if (!reaches(sequence, member, email)) {
            // It was taken back, and nothing came in its place.
            step(sequence, member);
            return;
        }
        boolean skipped = isExcluded(sequence, member.person) || isTooLate(sequence, member);
        outcomes.add(new Outcome(
                member.person.number,
                sequence.number,
                member.run,
                email.subject,
                skipped ? Fate.SKIPPED : Fate.SENT,
                now));
        member.had.add(email);
        member.place = email;
        member.anchor = now;
        step(sequence, member);
    }

    private boolean isExcluded(Sequence sequence, Person person) {
        for (int tag : sequence.excludedTags) {
            if (person.tags.contains(tag)) {
                return true;
            }
        }
        for (int other : sequence.excludedSequences) {
            if (member(person, sequences.get(other)) != null) {
                return true;
            }
        }
        return false;
    }

    private boolean isTooLate(Sequence sequence, Member member) {
        return sequence.catchUp instanceof CatchUp.SkipIfLaterThan(int hours)
                && Objects.requireNonNull(member.due)
                        .plus(Duration.ofHours(hours))
                        .isBefore(now);
    }

    /// The first published email behind their place that this run has not had.
    private @Nullable Email next(Sequence sequence, Member member) {
        for (var email : sequence.ordered()) {
            if (reaches(sequence, member, email)) {
                return email;
            }
        }
        return null;
    }

    private static boolean reaches(Sequence sequence, Member member, Email email) {
        var ordered = sequence.ordered();
        return email.goes()
                && !member.had.contains(email)
                && (member.place == null || ordered.indexOf(email) > ordered.indexOf(member.place));
    }

    private Due due(Sequence sequence, Member member, Email email) {
        var anchor = Objects.requireNonNull(member.anchor);
        // Only the first email goes at once; one that comes behind others has a slot.
        return email.delay instanceof Delay.Immediate && member.place != null
                ? DueTime.nextSlot(anchor, sequence.window(email))
                : DueTime.after(anchor, email.delay, sequence.window(email));
    }

    /// Where they stand behind their place.
    private void step(Sequence sequence, Member member) {
        var next = next(sequence, member);
        if (next == null) {
            finish(sequence, member);
        } else {
            await(sequence, member, next, due(sequence, member, next));
        }
    }

    private static void await(Sequence sequence, Member member, Email next, Due due) {
        if (!sequence.active) {
            member.stand(Standing.PAUSED);
        } else if (due instanceof Due.At(var at)) {
            member.standing = Standing.WAITING;
            member.next = next;
            member.due = at;
        } else {
            member.stand(Standing.NO_SEND_DAY);
        }
    }

    private static void finish(Sequence sequence, Member member) {
        if (member.place == null) {
            member.stand(Standing.NOTHING_PUBLISHED);
        } else {
            member.stand(sequence.hold ? Standing.END_OF_SEQUENCE : Standing.COMPLETED);
        }
    }

    /// After an edit: from the same anchor, and what would lie before the edit is overdue.
    private void lookAgain(Sequence sequence, Member member, Instant editedAt) {
        if (member.standing.isOver() || member.standing == Standing.PENDING) {
            return;
        }
        if (sequence.deleted) {
            member.stand(Standing.REMOVED);
            return;
        }
        if (member.standing == Standing.NOTHING_PUBLISHED) {
            // Their clock starts when something is.
            member.anchor = editedAt;
        }
        var next = next(sequence, member);
        if (next == null) {
            withoutNext(sequence, member, editedAt);
            return;
        }
        var due = due(sequence, member, next);
        boolean overdue = due instanceof Due.At(var at) && at.isBefore(editedAt);
        await(sequence, member, next, overdue ? overdue(sequence, member, next, due, editedAt) : due);
    }

    private static Due overdue(Sequence sequence, Member member, Email next, Due due, Instant editedAt) {
        var window = sequence.window(next);
        return switch (sequence.overdue) {
            case CatchUp.AtOnce _ -> new Due.At(editedAt);
            case CatchUp.SkipIfLaterThan _ -> due;
            case CatchUp.Spread _ -> throw new IllegalStateException("not in this model");
            case CatchUp.NextSlot _ ->
                switch (next.delay) {
                    case Delay.Hours _ -> new Due.At(editedAt);
                    case Delay.Days _ -> DueTime.nextSlot(editedAt, window);
                    case Delay.Immediate _ ->
                        member.place == null
                                ? DueTime.after(editedAt, next.delay, window)
                                : DueTime.nextSlot(editedAt, window);
                };
        };
    }

    /// The email they waited for was the last, and was taken back: they stay until its date, so that an author can put
    /// it back or put another in its place.
    private static void withoutNext(Sequence sequence, Member member, Instant editedAt) {
        boolean waits = member.standing == Standing.WAITING
                && Objects.requireNonNull(member.due).isAfter(editedAt);
        boolean stopped = member.standing == Standing.PAUSED || member.standing == Standing.NO_SEND_DAY;
        if ((waits || stopped) && !sequence.active) {
            member.stand(Standing.PAUSED);
        } else if ((waits || stopped) && sequence.days.isEmpty()) {
            member.stand(Standing.NO_SEND_DAY);
        } else if (!waits) {
            finish(sequence, member);
        }
    }
}
