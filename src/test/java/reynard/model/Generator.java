package reynard.model;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import reynard.model.Model.State;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.sequence.CatchUp;

/// What is done next in a history: anything that the account as it is allows, and now and then what it refuses.
final class Generator {
    static final int TAGS = 2;
    private static final int PEOPLE_MAX = 4;
    private static final int SEQUENCES_MAX = 3;
    private static final int EMAILS_MAX = 6;
    /// With summer time by one hour and by half an hour, off by three quarters, and one that gave it up.
    private static final List<String> ZONES = List.of(
            "Etc/UTC",
            "America/New_York",
            "Pacific/Chatham",
            "Australia/Lord_Howe",
            "America/Vancouver",
            "Asia/Beirut");

    private final Random random;
    private final Model model;

    Generator(Random random, Model model) {
        this.random = random;
        this.model = model;
    }

    /// What an account begins with.
    List<Op> beginning() {
        var ops = new ArrayList<Op>();
        int sequences = 1 + random.nextInt(2);
        for (int sequence = 0; sequence < sequences; sequence++) {
            ops.add(newSequence());
            int emails = random.nextInt(5);
            for (int email = 0; email < emails; email++) {
                ops.add(new Op.NewEmail(sequence, delay(email == 0), days(), chance(0.85), Optional.empty()));
            }
        }
        int people = 2 + random.nextInt(2);
        for (int person = 0; person < people; person++) {
            ops.add(new Op.NewPerson(chance(0.85)));
            ops.add(new Op.Join(person, random.nextInt(sequences), chance(0.3)));
        }
        return ops;
    }

    Op next() {
        if (model.sequences.isEmpty()) {
            return newSequence();
        }
        if (model.people.isEmpty()) {
            return new Op.NewPerson(true);
        }
        int sequence = random.nextInt(model.sequences.size());
        int person = random.nextInt(model.people.size());
        var emails = model.sequences.get(sequence).emails;
        return switch (random.nextInt(36)) {
            case 0 -> model.people.size() < PEOPLE_MAX ? new Op.NewPerson(chance(0.8)) : new Op.Settle();
            case 1 -> model.sequences.size() < SEQUENCES_MAX ? newSequence() : new Op.Rename(sequence);
            case 2, 3, 4, 5 -> emails.size() < EMAILS_MAX ? newEmail(sequence) : editEmail(sequence);
            case 6, 7, 8, 9, 10 -> emails.isEmpty() ? newEmail(sequence) : editEmail(sequence);
            case 11 ->
                emails.isEmpty() ? newEmail(sequence) : new Op.DeleteEmail(sequence, random.nextInt(emails.size()));
            case 12, 13, 14, 15 -> editSequence(sequence);
            case 16, 17 -> flip(sequence);
            case 18 -> new Op.Rename(sequence);
            case 19, 20 -> exclude(sequence);
            case 21 -> new Op.Handle(sequence, catchUp());
            case 22 -> chance(0.15) ? new Op.DeleteSequence(sequence) : new Op.Settle();
            case 23, 24, 25, 26 -> new Op.Join(person, sequence, chance(0.3));
            case 27 -> new Op.Remove(person, sequence);
            case 28, 29 -> new Op.Tag(person, random.nextInt(TAGS));
            case 30 -> new Op.Untag(person, random.nextInt(TAGS));
            case 31 -> leaving(person);
            case 32 -> new Op.Confirm(person);
            default -> new Op.Settle();
        };
    }

    private Op leaving(int person) {
        if (model.people.get(person).state == State.CANCELLED) {
            return new Op.Resubscribe(person);
        }
        return chance(0.4) ? new Op.Unsubscribe(person) : new Op.Settle();
    }

    private Op.NewSequence newSequence() {
        return new Op.NewSequence(
                ZONES.get(random.nextInt(ZONES.size())), sendDays(), random.nextInt(24), chance(0.3), chance(0.3));
    }

    private Op newEmail(int sequence) {
        Optional<Integer> position = chance(0.5) ? Optional.of(random.nextInt(9)) : Optional.empty();
        return new Op.NewEmail(sequence, delay(chance(0.15)), days(), chance(0.75), position);
    }

    private Op editEmail(int number) {
        var emails = model.sequences.get(number).emails;
        int email = random.nextInt(emails.size());
        return switch (random.nextInt(4)) {
            case 0 -> new Op.EditEmail(number, email, delay(false), null, null);
            case 1, 2 -> new Op.EditEmail(number, email, null, !emails.get(email).published, null);
            default -> new Op.EditEmail(number, email, null, null, random.nextInt(9));
        };
    }

    /// Paused and resumed, held and not.
    private Op flip(int number) {
        var sequence = model.sequences.get(number);
        return chance(0.6)
                ? new Op.EditSequence(number, null, null, null, !sequence.active, null, null)
                : new Op.EditSequence(number, null, null, null, null, null, !sequence.hold);
    }

    private Op editSequence(int number) {
        return switch (random.nextInt(5)) {
            case 0 ->
                new Op.EditSequence(number, ZONES.get(random.nextInt(ZONES.size())), null, null, null, null, null);
            case 1 -> new Op.EditSequence(number, null, sendDays(), null, null, null, null);
            case 2 -> new Op.EditSequence(number, null, null, null, null, chance(0.5), null);
            default -> new Op.EditSequence(number, null, null, random.nextInt(24), null, null, null);
        };
    }

    private Op exclude(int number) {
        Set<Integer> tags = new HashSet<>();
        Set<Integer> others = new HashSet<>();
        if (chance(0.6)) {
            tags.add(random.nextInt(TAGS));
        }
        if (chance(0.3)) {
            others.add(random.nextInt(model.sequences.size()));
        }
        return new Op.Exclude(number, tags, others);
    }

    private CatchUp catchUp() {
        return switch (random.nextInt(3)) {
            case 0 -> new CatchUp.AtOnce();
            case 1 -> new CatchUp.SkipIfLaterThan(1 + random.nextInt(48));
            default -> new CatchUp.NextSlot();
        };
    }

    private Delay delay(boolean first) {
        if (first && chance(0.6)) {
            return new Delay.Immediate();
        }
        return chance(0.35) ? new Delay.Hours(1 + random.nextInt(40)) : new Delay.Days(1 + random.nextInt(3));
    }

    private Optional<SendDays> days() {
        return chance(0.15) ? Optional.of(someDays()).filter(days -> !days.isEmpty()) : Optional.empty();
    }

    private SendDays sendDays() {
        return chance(0.5) ? SendDays.ALL : chance(0.15) ? SendDays.NONE : someDays();
    }

    private SendDays someDays() {
        var days = new HashSet<DayOfWeek>();
        for (var day : DayOfWeek.values()) {
            if (chance(0.5)) {
                days.add(day);
            }
        }
        return SendDays.of(days);
    }

    int count(int max) {
        return random.nextInt(max + 1);
    }

    /// Whether somebody asks why before the clock goes on.
    boolean isCurious() {
        return chance(0.3);
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
