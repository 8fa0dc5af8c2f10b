package reynard.demo;

import java.time.Instant;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import reynard.demo.Course.Letter;
import reynard.demo.Evidence.Mail;

/// Compares what the table says with the inbox, the ledger, the clock and our own reckoning.
final class Audit {
    private final Course course;
    private final List<Person> people;
    private final List<Tally> table;
    private final Evidence evidence;
    private final Map<String, Letter> letters;
    private final Map<String, Person> byEmail;

    private Audit(Course course, List<Person> people, List<Tally> table, Evidence evidence) {
        this.course = course;
        this.people = people;
        this.table = table;
        this.evidence = evidence;
        this.letters = course.letters().stream().collect(Collectors.toMap(Letter::subject, Function.identity()));
        this.byEmail = people.stream().collect(Collectors.toMap(Person::email, Function.identity()));
    }

    /// A statement, and what contradicts it.
    record Finding(String statement, List<String> faults) {
        Finding {
            faults = List.copyOf(faults);
        }

        boolean holds() {
            return faults.isEmpty();
        }
    }

    static List<Finding> of(Course course, List<Person> people, List<Tally> table, Evidence evidence) {
        var audit = new Audit(course, people, table, evidence);
        return List.of(
                audit.tableAddsUp(),
                audit.tableIsAsReckoned(),
                audit.ledgerIsAsReckoned(),
                audit.inboxIsAsTheTable(),
                audit.inboxIsAsTheLedger(),
                audit.clockCountedTheSame(),
                audit.nobodyGotAnythingTwice(),
                audit.nobodyGotAnythingAfterLeaving(),
                audit.daysAndHoursAreKept());
    }

    private Finding tableAddsUp() {
        int planned = people.size() * course.letters().size();
        var faults = new ArrayList<String>();
        for (var line : table) {
            if (line.planned() != people.size()) {
                faults.add("%s: %d accounted for, %d planned".formatted(label(line), line.planned(), people.size()));
            }
        }
        int sum = table.stream().mapToInt(Tally::planned).sum();
        if (sum != planned) {
            faults.add("total: %d accounted for, %d planned".formatted(sum, planned));
        }
        return new Finding(
                "every planned email is accounted for: %,d = %,d subscribers × %d emails"
                        .formatted(planned, people.size(), course.letters().size()),
                faults);
    }

    private Finding tableIsAsReckoned() {
        var reckoned = Tally.of(
                course,
                people.stream().map(person -> Forecast.of(course, person)).toList());
        var faults = new ArrayList<String>();
        for (int i = 0; i < table.size(); i++) {
            if (!table.get(i).equals(reckoned.get(i))) {
                faults.add("%s: %s, reckoned: %s"
                        .formatted(label(table.get(i)), summary(table.get(i)), summary(reckoned.get(i))));
            }
        }
        return new Finding("each line of the table is what the subscribers' own calendars say", faults);
    }

    private Finding ledgerIsAsReckoned() {
        var faults = new ArrayList<>(evidence.faults());
        for (var person : people) {
            var reckoned = Forecast.of(course, person);
            var told = evidence.ledger().getOrDefault(person.email(), List.of());
            for (var letter : course.letters()) {
                int i = letter.number() - 1;
                if (i >= told.size() || !told.get(i).equals(reckoned.get(i))) {
                    faults.add("%s, email %d: %s, reckoned: %s"
                            .formatted(
                                    person.email(),
                                    letter.number(),
                                    i < told.size() ? told.get(i) : "nothing",
                                    reckoned.get(i)));
                }
            }
        }
        return new Finding("the ledger tells the same of every person and email, to the second", faults);
    }

    private Finding inboxIsAsTheTable() {
        var arrived = evidence.inbox().stream().collect(Collectors.groupingBy(Mail::subject, Collectors.counting()));
        var faults = new ArrayList<String>();
        for (var line : table) {
            long inInbox = Objects.requireNonNullElse(arrived.get(line.letter().subject()), 0L);
            if (inInbox != line.sent()) {
                faults.add("%s: %d sent, %d in the inbox".formatted(label(line), line.sent(), inInbox));
            }
        }
        return new Finding(
                "the inbox holds %,d emails, for each letter as many as were sent"
                        .formatted(evidence.inbox().size()),
                faults);
    }

    private Finding inboxIsAsTheLedger() {
        var sent = new HashSet<Mail>();
        evidence.ledger().forEach((email, fates) -> {
            for (var letter : course.letters()) {
                if (fates.get(letter.number() - 1) instanceof Fate.Sent(var at)) {
                    sent.add(new Mail(email, letter.subject(), at));
                }
            }
        });
        var faults = new ArrayList<String>();
        var arrived = new HashSet<>(evidence.inbox());
        sent.stream().filter(mail -> !arrived.contains(mail)).forEach(mail -> faults.add("not in the inbox: " + mail));
        arrived.stream().filter(mail -> !sent.contains(mail)).forEach(mail -> faults.add("not in the ledger: " + mail));
        return new Finding("the inbox and the ledger name the same people, emails and times", faults);
    }

    private Finding clockCountedTheSame() {
        long sent = table.stream().mapToLong(Tally::sent).sum();
        return new Finding(
                "the clock counted %,d emails on its way".formatted(evidence.counted()),
                evidence.counted() == sent ? List.of() : List.of("the table says " + sent));
    }

    private Finding nobodyGotAnythingTwice() {
        var times = new HashMap<List<String>, Integer>();
        evidence.inbox().forEach(mail -> times.merge(List.of(mail.to(), mail.subject()), 1, Integer::sum));
        var faults = times.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(entry -> entry.getKey() + ": " + entry.getValue() + " times")
                .sorted()
                .toList();
        return new Finding("nobody was mailed twice for one email", faults);
    }

    private Finding nobodyGotAnythingAfterLeaving() {
        var faults = new ArrayList<String>();
        for (var mail : evidence.inbox()) {
            var person = byEmail.get(mail.to());
            if (person == null) {
                faults.add("a stranger: " + mail);
            } else if (person.leavesAt().filter(mail.at()::isAfter).isPresent()) {
                faults.add(mail + ", who left at " + person.leavesAt().get());
            }
        }
        return new Finding("nobody was mailed after unsubscribing", faults);
    }

    private Finding daysAndHoursAreKept() {
        var faults = new ArrayList<String>();
        int checked = 0;
        for (var mail : evidence.inbox()) {
            var letter = letters.get(mail.subject());
            if (letter == null) {
                faults.add("no letter of the course: " + mail);
            } else if (!letter.inHours()) {
                checked++;
                if (!isKept(letter, mail)) {
                    faults.add(mail + ", which is " + mail.at().atZone(course.zone()));
                }
            }
        }
        return new Finding(
                "%,d emails counted in days went at %d:00 (%s) on a day that is allowed, or at once on joining on one"
                        .formatted(checked, course.sendHour(), course.zone()),
                faults);
    }

    private boolean isKept(Letter letter, Mail mail) {
        var local = mail.at().atZone(course.zone());
        boolean atTheHour = local.toLocalTime().equals(LocalTime.of(course.sendHour(), 0));
        var person = byEmail.get(mail.to());
        boolean atOnce =
                letter.delay() == 0 && person != null && person.joinsAt().equals(mail.at());
        return letter.days().contains(local.getDayOfWeek()) && (atTheHour || atOnce);
    }

    private static String label(Tally line) {
        return "email " + line.letter().number();
    }

    private static String summary(Tally line) {
        var counts = new TreeMap<String, Object>();
        counts.put("sent", line.sent());
        counts.put("skipped", line.skipped());
        counts.put("not reached", line.notReached());
        line.first().map(at -> at.truncatedTo(ChronoUnit.SECONDS)).ifPresent(at -> counts.put("first", at));
        line.last().map((Instant at) -> at.truncatedTo(ChronoUnit.SECONDS)).ifPresent(at -> counts.put("last", at));
        return counts.toString();
    }
}
