package reynard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.demo.Evidence.Mail;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AuditTest {
    private final Course course = Course.read(Path.of("examples/tea-course"));
    private final List<Person> people =
            Person.read(Path.of("examples/subscribers.csv")).subList(0, 60);
    private final Map<String, List<Fate>> fates = new HashMap<>();
    private final List<Mail> inbox = new ArrayList<>();
    private final List<Tally> table;

    AuditTest() throws IOException {
        for (var person : people) {
            var forecast = Forecast.of(course, person);
            fates.put(person.email(), forecast);
            for (var letter : course.letters()) {
                if (forecast.get(letter.number() - 1) instanceof Fate.Sent(var at)) {
                    inbox.add(new Mail(person.email(), letter.subject(), at));
                }
            }
        }
        table = new ArrayList<>(Tally.of(course, fates.values()));
    }

    /// What the audit finds off.
    private List<String> off() {
        var evidence =
                new Evidence(fates, inbox, table.stream().mapToLong(Tally::sent).sum(), List.of());
        return Audit.of(course, people, table, evidence).stream()
                .filter(finding -> !finding.holds())
                .map(finding -> finding.statement() + " " + finding.faults())
                .toList();
    }

    private void tamper(int number, UnaryOperator<Tally> change) {
        table.set(number - 1, change.apply(table.get(number - 1)));
    }

    private Mail firstMailOf(int number) {
        var subject = course.letters().get(number - 1).subject();
        return inbox.stream()
                .filter(mail -> mail.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private void replace(Mail mail, Mail other) {
        inbox.set(inbox.indexOf(mail), other);
    }

    @Test
    void a_course_that_went_as_it_should_has_no_fault() {
        assertThat(off()).isEmpty();
    }

    @Test
    void a_total_that_is_one_too_high_is_named() {
        tamper(
                3,
                line -> new Tally(
                        line.letter(), line.sent() + 1, line.skipped(), line.notReached(), line.first(), line.last()));
        assertThat(off())
                .anyMatch(fault -> fault.contains("accounted for") && fault.contains("email 3: 61 accounted for"))
                .anyMatch(fault -> fault.startsWith("the inbox holds") && fault.contains("email 3: 60 sent, 59 in"));
    }

    @Test
    void a_time_in_the_table_that_nothing_was_sent_at_is_named() {
        tamper(
                1,
                line -> new Tally(
                        line.letter(),
                        line.sent(),
                        line.skipped(),
                        line.notReached(),
                        line.first().map(at -> at.minusSeconds(1)),
                        line.last()));
        assertThat(off())
                .singleElement()
                .asString()
                .startsWith("each line of the table")
                .contains("email 1");
    }

    @Test
    void an_email_that_is_missing_in_the_inbox_is_named() {
        var lost = firstMailOf(2);
        inbox.remove(lost);
        assertThat(off())
                .anyMatch(fault -> fault.startsWith("the inbox holds"))
                .anyMatch(fault -> fault.contains("not in the inbox: " + lost));
    }

    @Test
    void an_email_that_came_twice_is_named() {
        inbox.add(firstMailOf(4));
        assertThat(off()).anyMatch(fault -> fault.startsWith("nobody was mailed twice") && fault.contains("2 times"));
    }

    @Test
    void an_email_after_unsubscribing_is_named() {
        var person = people.stream()
                .filter(candidate -> candidate.leavesAt().isPresent())
                .findFirst()
                .orElseThrow();
        var late = person.leavesAt().orElseThrow().plusSeconds(1);
        inbox.add(new Mail(person.email(), course.letters().getLast().subject(), late));
        assertThat(off())
                .anyMatch(fault -> fault.startsWith("nobody was mailed after") && fault.contains(person.email()));
    }

    @Test
    void an_email_in_days_that_went_an_hour_early_is_named() {
        var mail = firstMailOf(5);
        replace(mail, new Mail(mail.to(), mail.subject(), mail.at().minus(Duration.ofHours(1))));
        assertThat(off()).anyMatch(fault -> fault.contains("counted in days") && fault.contains(mail.to()));
    }

    @Test
    void a_ledger_that_tells_another_story_is_named() {
        var person = people.getFirst();
        var story = new ArrayList<>(fates.getOrDefault(person.email(), List.of()));
        story.set(5, new Fate.Skipped(Instant.parse("2026-11-09T14:00:00Z"), Forecast.EXCLUDED));
        fates.put(person.email(), story);
        assertThat(off())
                .anyMatch(
                        fault -> fault.startsWith("the ledger tells") && fault.contains(person.email() + ", email 6"));
    }

    @Test
    void days_are_counted_on_the_calendar_across_the_end_of_summer_time() {
        var joined = Instant.parse("2026-10-30T18:00:00Z"); // Friday, 14:00 in New York
        var person = new Person(
                "reader@example.org", "", "", joined, Optional.empty(), Optional.empty(), Optional.empty(), false);
        assertThat(Forecast.of(course, person))
                .containsExactly(
                        new Fate.Sent(joined),
                        new Fate.Sent(Instant.parse("2026-10-30T23:00:00Z")),
                        new Fate.Sent(Instant.parse("2026-11-02T14:00:00Z")),
                        new Fate.Sent(Instant.parse("2026-11-07T14:00:00Z")),
                        new Fate.Sent(Instant.parse("2026-11-09T14:00:00Z")),
                        new Fate.Sent(Instant.parse("2026-11-12T14:00:00Z")));
    }
}
