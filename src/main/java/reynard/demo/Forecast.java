package reynard.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import reynard.demo.Course.Letter;

/// What must become of the course for one person, reckoned from what they do with the JDK's calendar alone: a second
/// opinion on the server's.
final class Forecast {
    static final String EXCLUDED = "excluded_by_tag";
    static final String UNSUBSCRIBED = "unsubscribed";

    private Forecast() {}

    /// One fate per letter, in order.
    static List<Fate> of(Course course, Person person) {
        var fates = new ArrayList<Fate>();
        var anchor = person.joinsAt();
        boolean gone = false;
        for (var letter : course.letters()) {
            var due = due(course, letter, anchor);
            gone = gone || person.leavesAt().filter(due::isAfter).isPresent();
            if (gone) {
                fates.add(new Fate.NotReached(UNSUBSCRIBED));
                continue;
            }
            boolean tagged = person.taggedAt().filter(at -> !at.isAfter(due)).isPresent();
            fates.add(tagged ? new Fate.Skipped(due, EXCLUDED) : new Fate.Sent(due));
            anchor = due;
        }
        return fates;
    }

    private static Instant due(Course course, Letter letter, Instant anchor) {
        if (letter.inHours()) {
            return anchor.plus(letter.delay(), ChronoUnit.HOURS);
        }
        var day = LocalDate.ofInstant(anchor, course.zone());
        if (letter.delay() == 0 && letter.days().contains(day.getDayOfWeek())) {
            return anchor;
        }
        var date = day.plusDays(Math.max(1, letter.delay()));
        while (!letter.days().contains(date.getDayOfWeek())) {
            date = date.plusDays(1);
        }
        return date.atTime(LocalTime.of(course.sendHour(), 0))
                .atZone(course.zone())
                .toInstant();
    }
}
