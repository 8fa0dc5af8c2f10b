package reynard.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/// Goes through the course day by day and does what people do, each at their own moment.
final class Walk {
    /// How long to look whether anything else comes when everything should be over.
    private static final int DAYS_AFTER = 30;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEE d MMM", Locale.ENGLISH);

    private final Api api;
    private final Course course;
    private final Demo.SetUp setUp;
    private final Consumer<String> out;
    private final List<Act> acts;
    private final LocalDate lastDay;
    private final Map<Deed, Integer> today = new EnumMap<>(Deed.class);
    private long counted;
    private long countedBefore;
    private long skipped;

    Walk(Api api, Course course, List<Person> people, Demo.SetUp setUp, Consumer<String> out) {
        this.api = api;
        this.course = course;
        this.setUp = setUp;
        this.out = out;
        this.acts = acts(people);
        this.lastDay = day(people.stream()
                .map(person -> Forecast.of(course, person))
                .flatMap(Collection::stream)
                .map(fate -> switch (fate) {
                    case Fate.Sent(var at) -> at;
                    case Fate.Skipped(var at, var _) -> at;
                    case Fate.NotReached _ -> Instant.MIN;
                })
                .max(Instant::compareTo)
                .orElseThrow());
    }

    /// In the order in which one person does them in the same second.
    private enum Deed {
        TAG,
        JOIN,
        JOIN_AGAIN,
        LEAVE
    }

    private record Act(Instant at, Deed deed, Person person) {}

    private static List<Act> acts(List<Person> people) {
        var acts = new ArrayList<Act>();
        for (var person : people) {
            acts.add(new Act(person.joinsAt(), Deed.JOIN, person));
            person.joinsAgainAt().ifPresent(at -> acts.add(new Act(at, Deed.JOIN_AGAIN, person)));
            person.taggedAt().ifPresent(at -> acts.add(new Act(at, Deed.TAG, person)));
            person.leavesAt().ifPresent(at -> acts.add(new Act(at, Deed.LEAVE, person)));
        }
        acts.sort(Comparator.comparing(Act::at).thenComparing(Act::deed));
        return acts;
    }

    /// @return how many emails the clock's answers counted
    long run() {
        var day = day(acts.getFirst().at());
        for (var act : acts) {
            for (; day.isBefore(day(act.at())); day = day.plusDays(1)) {
                end(day);
            }
            advanceTo(act.at());
            today.merge(act.deed(), 1, Integer::sum);
            perform(act);
        }
        for (; !day.isAfter(lastDay); day = day.plusDays(1)) {
            end(day);
        }
        advanceTo(midnightAfter(day.plusDays(DAYS_AFTER)));
        out.accept("%d more days %,7d sent".formatted(DAYS_AFTER, counted - countedBefore));
        return counted;
    }

    private void perform(Act act) {
        long id = Objects.requireNonNull(setUp.subscribers().get(act.person().email()));
        switch (act.deed()) {
            case TAG -> api.post("/v4/tags/" + setUp.tag() + "/subscribers/" + id, Map.of());
            case JOIN -> join(id, 201);
            // In already: nothing changes.
            case JOIN_AGAIN -> join(id, 200);
            case LEAVE -> leave(act.person(), id);
        }
    }

    private void join(long id, int expected) {
        var answer = api.post("/v4/sequences/" + setUp.sequence() + "/subscribers/" + id, Map.of());
        if (answer.status() != expected) {
            throw new IllegalStateException(
                    "subscriber " + id + " joined, and the server answered " + answer.status() + ", not " + expected);
        }
    }

    private void leave(Person person, long id) {
        if (!person.leavesByLink()) {
            api.post("/v4/subscribers/" + id + "/unsubscribe", Map.of());
            return;
        }
        var last = api.get("/ext/v1/inbox?per_page=1&to=" + Api.encoded(person.email()));
        var mail = api.get("/ext/v1/inbox/" + last.at("/messages/0/id").asLong());
        var header = mail.at("/message/headers/List-Unsubscribe").asText();
        api.clickUnsubscribe(header.substring(header.indexOf('<') + 1, header.indexOf('>')));
    }

    private void advanceTo(Instant instant) {
        counted += api.post("/ext/v1/clock/advance", Map.of("to", instant.toString()))
                .at("/sent")
                .asLong();
    }

    private void end(LocalDate day) {
        advanceTo(midnightAfter(day));
        long skippedNow = api.get("/ext/v1/status").at("/deliveries/skipped").asLong();
        out.accept("%-10s  %,8d sent %,6d skipped %,6d joined %,5d tagged %,5d left"
                .formatted(
                        DAY.format(day),
                        counted - countedBefore,
                        skippedNow - skipped,
                        today.getOrDefault(Deed.JOIN, 0),
                        today.getOrDefault(Deed.TAG, 0),
                        today.getOrDefault(Deed.LEAVE, 0)));
        countedBefore = counted;
        skipped = skippedNow;
        today.clear();
    }

    private Instant midnightAfter(LocalDate day) {
        return day.plusDays(1).atStartOfDay(course.zone()).toInstant();
    }

    private LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, course.zone());
    }
}
