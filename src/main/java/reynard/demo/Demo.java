package reynard.demo;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import reynard.demo.Course.Letter;

/// Runs a course for a list of people: sets it up, lets everyone join, get tagged and leave when their line says so,
/// moves the clock, and in the end asks the server what became of every single email and checks the answer.
public final class Demo {
    private static final int CLIENTS = 8;
    private static final int FAULTS_SHOWN = 5;

    private final Api api;
    private final Course course;
    private final List<Person> people;
    private final PrintWriter out;

    /// @param api of a server with an empty database whose virtual clock stands at [#startsAt]
    public Demo(Api api, Course course, List<Person> people, PrintWriter out) {
        this.api = api;
        this.course = course;
        this.people = List.copyOf(people);
        this.out = out;
    }

    /// The midnight, in the course's zone, before the first person joins.
    public static Instant startsAt(Course course, List<Person> people) {
        var first = people.stream().map(Person::joinsAt).min(Instant::compareTo).orElseThrow();
        return LocalDate.ofInstant(first, course.zone())
                .atStartOfDay(course.zone())
                .toInstant();
    }

    /// @return whether everything adds up; what does not has been printed
    public boolean run() {
        var setUp = setUp();
        say("“%s”: %d emails, in %s; %,d subscribers. The clock is virtual: a day takes a second or two."
                .formatted(course.name(), course.letters().size(), course.zone().getId(), people.size()));
        say("");
        long counted = new Walk(api, course, people, setUp, this::say).run();
        var evidence = Evidence.gather(api, setUp, course, counted);
        var table = Tally.of(course, evidence.ledger().values());
        say("");
        Table.lines(course, table).forEach(this::say);
        say("");
        return judge(Audit.of(course, people, table, evidence));
    }

    /// What the server calls the things of the course.
    ///
    /// @param subscribers by address
    record SetUp(long sequence, long tag, Map<Long, Letter> letters, Map<String, Long> subscribers) {}

    private SetUp setUp() {
        var tag = api.post("/v4/tags", Map.of("name", course.excludeTag()))
                .at("/tag/id")
                .asLong();
        var sequence = createSequence(tag);
        var letters = new HashMap<Long, Letter>();
        for (var letter : course.letters()) {
            var email = api.post("/v4/sequences/" + sequence + "/emails", letter.body());
            letters.put(email.at("/email/id").asLong(), letter);
        }
        return new SetUp(sequence, tag, letters, createSubscribers());
    }

    private long createSequence(long tag) {
        var settings = new HashMap<>(course.settings());
        settings.put("name", course.name());
        settings.put("exclude_subscriber_sources", List.of(Map.of("type", "tag", "ids", List.of(tag))));
        return api.post("/v4/sequences", settings).at("/sequence/id").asLong();
    }

    private Map<String, Long> createSubscribers() {
        var field = api.post("/v4/custom_fields", Map.of("label", course.customField()))
                .at("/custom_field/key")
                .asText();
        try (var clients = Executors.newFixedThreadPool(CLIENTS)) {
            var creating = new LinkedHashMap<String, Future<Long>>();
            for (var person : people) {
                creating.put(person.email(), clients.submit(() -> createSubscriber(person, field)));
            }
            var ids = new HashMap<String, Long>();
            creating.forEach((email, id) -> ids.put(email, answer(id)));
            return ids;
        }
    }

    private long createSubscriber(Person person, String field) {
        var body = new HashMap<String, Object>();
        body.put("email_address", person.email());
        if (!person.firstName().isEmpty()) {
            body.put("first_name", person.firstName());
        }
        if (!person.favouriteTea().isEmpty()) {
            body.put("fields", Map.of(field, person.favouriteTea()));
        }
        return api.post("/v4/subscribers", body).at("/subscriber/id").asLong();
    }

    private static <T> T answer(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private boolean judge(List<Audit.Finding> findings) {
        for (var finding : findings) {
            say((finding.holds() ? "  ok   " : "  OFF  ") + finding.statement());
            finding.faults().stream().limit(FAULTS_SHOWN).forEach(fault -> say("         " + fault));
            if (finding.faults().size() > FAULTS_SHOWN) {
                say("         and %,d more".formatted(finding.faults().size() - FAULTS_SHOWN));
            }
        }
        return findings.stream().allMatch(Audit.Finding::holds);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
