package reynard.model;

import static reynard.testing.TestServer.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import reynard.model.Model.Email;
import reynard.model.Model.Fate;
import reynard.model.Model.Member;
import reynard.model.Model.Outcome;
import reynard.model.Model.Person;
import reynard.model.Model.Sequence;
import reynard.model.Model.Standing;
import reynard.model.Model.State;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.sequence.CatchUp;
import reynard.testing.TestServer;
import reynard.tzdata.TzData;

/// One history, lived through by the model and, over HTTP, by a server. Several may share a server and its clock: each
/// has people, tags and sequences of its own.
final class Life {
    private static final TzData TZ = TzData.newest(Optional.empty());

    private final String name;
    private final TestServer server;
    private final Model model;
    private final List<Long> people = new ArrayList<>();
    private final List<Long> tags = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<List<Long>> emails = new ArrayList<>();

    /// What is told beforehand and has not been seen yet.
    private final List<Foretold> foretold = new ArrayList<>();

    /// The two do not agree.
    static final class Difference extends RuntimeException {
        private static final long serialVersionUID = 1;

        Difference(String what) {
            super(what);
        }
    }

    /// @param lines what becomes of each email of the run, in the words of [#line]
    private record Foretold(Person person, Sequence sequence, int run, Instant asked, List<Line> lines) {}

    /// @param fate empty: nothing becomes of it
    private record Line(String subject, String verdict, Optional<Fate> fate, Optional<Instant> at) {}

    Life(String name, TestServer server, Instant now) {
        this.name = name;
        this.server = server;
        this.model = new Model(now);
        for (int tag = 0; tag < Generator.TAGS; tag++) {
            tags.add(server.tag(name + " tag " + tag));
        }
    }

    Model model() {
        return model;
    }

    // Doing

    void act(Op op) {
        switch (op) {
            case Op.NewPerson(boolean confirmed) -> newPerson(confirmed);
            case Op.NewSequence made -> newSequence(made);
            case Op.NewEmail made when has(made.sequence()) -> newEmail(made);
            case Op.EditEmail edit when has(edit.sequence(), edit.email()) -> editEmail(edit);
            case Op.DeleteEmail(int sequence, int email) when has(sequence, email) -> deleteEmail(sequence, email);
            case Op.EditSequence edit when has(edit.sequence()) -> editSequence(edit);
            case Op.Rename(int sequence)
            when has(sequence) -> put(sequence, "/v4/sequences/", Map.of("name", "Renamed"), there(sequence));
            case Op.Exclude exclude when has(exclude.sequence()) -> exclude(exclude);
            case Op.Handle(int sequence, CatchUp catchUp) when has(sequence) -> handle(sequence, catchUp);
            case Op.DeleteSequence(int sequence) when has(sequence) -> deleteSequence(sequence);
            case Op.Join(int person, int sequence, boolean byEmail)
            when knows(person) && has(sequence) -> join(person, sequence, byEmail);
            case Op.Remove(int person, int sequence)
            when knows(person) && has(sequence) ->
                expect(
                        "DELETE",
                        "/ext/v1/sequences/" + sequences.get(sequence) + "/subscribers/" + people.get(person),
                        null,
                        model.remove(person(person), sequence(sequence)) ? 204 : 404);
            case Op.Tag(int person, int tag)
            when knows(person) -> {
                boolean is = person(person).tags.add(tag);
                expect("POST", tagging(person, tag), "{}", is ? 201 : 200);
            }
            case Op.Untag(int person, int tag)
            when knows(person) -> {
                person(person).tags.remove(tag);
                expect("DELETE", tagging(person, tag), null, 204);
            }
            case Op.Unsubscribe(int person)
            when knows(person) -> {
                expect("POST", "/v4/subscribers/" + people.get(person) + "/unsubscribe", "{}", 204);
                model.unsubscribe(person(person));
            }
            case Op.Resubscribe(int person) when knows(person) -> server.subscriber(address(person), "active");
            case Op.Confirm(int person)
            when knows(person) && person(person).state == State.INACTIVE -> {
                expect("POST", "/ext/v1/subscribers/" + people.get(person) + "/confirm", "{}", 204);
                model.confirm(person(person));
            }
            case Op.Settle _ -> {
                server.settle();
                model.settle();
            }
            case Op _ -> {}
        }
    }

    private boolean has(int sequence) {
        return sequence < sequences.size();
    }

    private boolean has(int sequence, int email) {
        return has(sequence) && email < emails.get(sequence).size();
    }

    private boolean knows(int person) {
        return person < people.size();
    }

    private Person person(int number) {
        return model.people.get(number);
    }

    private Sequence sequence(int number) {
        return model.sequences.get(number);
    }

    private int there(int sequence) {
        return sequence(sequence).deleted ? 404 : 200;
    }

    private String tagging(int person, int tag) {
        return "/v4/tags/" + tags.get(tag) + "/subscribers/" + people.get(person);
    }

    private String address(int person) {
        return name + "-" + person + "@example.org";
    }

    private JsonNode expect(String method, String path, @org.jspecify.annotations.Nullable String body, int status) {
        var answer = server.send(method, path, body);
        if (answer.status() != status) {
            throw new Difference(method + " " + path + " " + body + " answers " + answer.status() + " "
                    + answer.raw().body() + ", the model " + status);
        }
        return answer.body();
    }

    private void put(int sequence, String path, Map<String, Object> fields, int status) {
        expect("PUT", path + sequences.get(sequence), text(fields), status);
    }

    private void newPerson(boolean confirmed) {
        int number = people.size();
        people.add(server.subscriber(address(number), confirmed ? "active" : "inactive")
                .id());
        model.people.add(new Person(number, confirmed ? State.ACTIVE : State.INACTIVE));
    }

    private void newSequence(Op.NewSequence made) {
        var fields = Map.<String, Object>of(
                "name", name,
                "time_zone", made.zone(),
                "send_days", names(made.days()),
                "send_hour", made.hour(),
                "repeat", made.repeat(),
                "hold", made.hold());
        sequences.add(expect("POST", "/v4/sequences", text(fields), 201)
                .at("/sequence/id")
                .asLong());
        emails.add(new ArrayList<>());
        model.sequences.add(new Sequence(
                model.sequences.size(),
                TZ.find(made.zone()).orElseThrow(),
                made.days(),
                made.hour(),
                made.repeat(),
                made.hold()));
    }

    private static List<String> names(SendDays days) {
        return days.days().stream()
                .map(day -> day.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    private static void putDelay(Map<String, Object> fields, Delay delay) {
        fields.put("delay_unit", delay instanceof Delay.Hours ? "hours" : "days");
        fields.put(
                "delay_value",
                switch (delay) {
                    case Delay.Immediate _ -> 0;
                    case Delay.Hours(int count) -> count;
                    case Delay.Days(int count) -> count;
                });
    }

    private static List<Email> present(Sequence sequence) {
        return sequence.emails.stream().filter(email -> !email.deleted).toList();
    }

    /// Whether an email may be where it is with the delay that it has.
    private static boolean isAllowed(List<Email> others, int position, Delay delay) {
        boolean taken = others.stream().anyMatch(other -> other.position == position);
        boolean first = others.stream().allMatch(other -> other.position > position);
        return !taken && (first || !(delay instanceof Delay.Immediate));
    }

    private void newEmail(Op.NewEmail made) {
        var sequence = sequence(made.sequence());
        var subject = name + " s" + made.sequence() + " e" + sequence.emails.size();
        var days = made.delay() instanceof Delay.Hours ? Optional.<SendDays>empty() : made.days();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("subject", subject);
        fields.put("content", "<p>" + subject + "</p>");
        fields.put("published", made.published());
        putDelay(fields, made.delay());
        days.ifPresent(own -> fields.put("send_days", names(own)));
        made.position().ifPresent(position -> fields.put("position", position));
        var others = present(sequence);
        int position = made.position()
                .orElse(others.stream()
                        .mapToInt(other -> other.position + 1)
                        .max()
                        .orElse(0));
        boolean allowed = isAllowed(others, position, made.delay());
        int status = sequence.deleted ? 404 : allowed ? 201 : 422;
        var body = expect("POST", "/v4/sequences/" + sequences.get(made.sequence()) + "/emails", text(fields), status);
        if (status == 201) {
            emails.get(made.sequence()).add(body.at("/email/id").asLong());
            sequence.emails.add(new Email(
                    subject, made.delay(), days.filter(own -> !own.equals(SendDays.ALL)), made.published(), position));
            if (made.published()) {
                model.edited(sequence, new CatchUp.NextSlot());
            }
        }
    }

    private String emailPath(int sequence, int email) {
        return "/v4/sequences/" + sequences.get(sequence) + "/emails/"
                + emails.get(sequence).get(email);
    }

    private void editEmail(Op.EditEmail edit) {
        var sequence = sequence(edit.sequence());
        var email = sequence.emails.get(edit.email());
        var delay = edit.delay() == null ? email.delay : edit.delay();
        boolean published = edit.published() == null ? email.published : edit.published();
        int position = edit.position() == null ? email.position : edit.position();
        var days = delay instanceof Delay.Hours ? Optional.<SendDays>empty() : email.days;
        boolean changed = !delay.equals(email.delay)
                || published != email.published
                || position != email.position
                || !days.equals(email.days);
        var fields = new LinkedHashMap<String, Object>();
        if (edit.delay() != null) {
            putDelay(fields, delay);
        }
        if (edit.published() != null) {
            fields.put("published", published);
        }
        if (edit.position() != null) {
            fields.put("position", position);
        }
        var others = present(sequence).stream().filter(other -> other != email).toList();
        boolean allowed = !changed || isAllowed(others, position, delay);
        int status = sequence.deleted || email.deleted ? 404 : allowed ? 200 : 422;
        expect("PUT", emailPath(edit.sequence(), edit.email()), text(fields), status);
        if (status == 200 && changed) {
            email.delay = delay;
            email.published = published;
            email.position = position;
            email.days = days;
            model.edited(sequence, new CatchUp.NextSlot());
        }
    }

    private void deleteEmail(int number, int email) {
        var sequence = sequence(number);
        var gone = sequence.emails.get(email);
        int status = sequence.deleted || gone.deleted ? 404 : 204;
        expect("DELETE", emailPath(number, email), null, status);
        if (status == 204) {
            gone.deleted = true;
            model.edited(sequence, new CatchUp.NextSlot());
        }
    }

    private void editSequence(Op.EditSequence edit) {
        var sequence = sequence(edit.sequence());
        var fields = new LinkedHashMap<String, Object>();
        var zone = sequence.zone;
        if (edit.zone() != null) {
            fields.put("time_zone", edit.zone());
            zone = TZ.find(edit.zone()).orElseThrow();
        }
        if (edit.days() != null) {
            fields.put("send_days", names(edit.days()));
        }
        if (edit.hour() != null) {
            fields.put("send_hour", edit.hour());
        }
        if (edit.active() != null) {
            fields.put("active", edit.active());
        }
        if (edit.repeat() != null) {
            fields.put("repeat", edit.repeat());
        }
        if (edit.hold() != null) {
            fields.put("hold", edit.hold());
        }
        put(edit.sequence(), "/v4/sequences/", fields, there(edit.sequence()));
        if (sequence.deleted) {
            return;
        }
        var days = edit.days() == null ? sequence.days : edit.days();
        int hour = edit.hour() == null ? sequence.hour : edit.hour();
        boolean active = edit.active() == null ? sequence.active : edit.active();
        boolean hold = edit.hold() == null ? sequence.hold : edit.hold();
        boolean resumed = active && !sequence.active;
        boolean changed = !zone.name().equals(sequence.zone.name())
                || !days.equals(sequence.days)
                || hour != sequence.hour
                || active != sequence.active
                || hold != sequence.hold;
        sequence.zone = zone;
        sequence.days = days;
        sequence.hour = hour;
        sequence.active = active;
        sequence.hold = hold;
        sequence.repeat = edit.repeat() == null ? sequence.repeat : edit.repeat();
        if (changed) {
            model.edited(sequence, resumed ? sequence.catchUp : new CatchUp.NextSlot());
        }
    }

    private void exclude(Op.Exclude exclude) {
        var sequence = sequence(exclude.sequence());
        var others = exclude.sequences().stream().filter(this::has).toList();
        var sources = new ArrayList<Map<String, Object>>();
        if (!exclude.tags().isEmpty()) {
            sources.add(Map.of(
                    "type", "tag", "ids", exclude.tags().stream().map(tags::get).toList()));
        }
        if (!others.isEmpty()) {
            sources.add(Map.of(
                    "type",
                    "sequence",
                    "ids",
                    others.stream().map(sequences::get).toList()));
        }
        boolean known = others.stream().noneMatch(other -> sequence(other).deleted);
        int status = sequence.deleted ? 404 : known ? 200 : 422;
        put(exclude.sequence(), "/v4/sequences/", Map.of("exclude_subscriber_sources", sources), status);
        if (status == 200) {
            sequence.excludedTags.clear();
            sequence.excludedTags.addAll(exclude.tags());
            sequence.excludedSequences.clear();
            sequence.excludedSequences.addAll(others);
        }
    }

    private void handle(int number, CatchUp catchUp) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("catch_up", catchUp.wireName());
        if (catchUp.hours() != null) {
            fields.put("catch_up_hours", catchUp.hours());
        }
        put(number, "/ext/v1/sequences/", fields, there(number));
        if (!sequence(number).deleted) {
            sequence(number).catchUp = catchUp;
        }
    }

    private void deleteSequence(int number) {
        expect("DELETE", "/v4/sequences/" + sequences.get(number), null, sequence(number).deleted ? 404 : 204);
        if (!sequence(number).deleted) {
            model.delete(sequence(number));
        }
    }

    private void join(int number, int sequenceNumber, boolean byEmail) {
        var sequence = sequence(sequenceNumber);
        var person = person(number);
        var before = Model.member(person, sequence);
        boolean isNew = before == null || (before.standing == Standing.REMOVED && !sequence.repeat);
        boolean taken = model.join(person, sequence);
        int status = sequence.deleted ? 404 : !taken ? 422 : isNew ? 201 : 200;
        var path = "/v4/sequences/" + sequences.get(sequenceNumber) + "/subscribers";
        if (byEmail) {
            expect("POST", path, text(Map.of("email_address", address(number))), status);
        } else {
            expect("POST", path + "/" + people.get(number), "{}", status);
        }
    }

    // Foretelling

    /// Asks what becomes of everybody; what is answered must come true as long as nothing more is done.
    void ask() {
        foretold.clear();
        for (var sequence : model.sequences) {
            if (!sequence.deleted) {
                for (var member : sequence.members) {
                    foretold.add(ask(member, sequence));
                }
            }
        }
    }

    private Foretold ask(Member member, Sequence sequence) {
        var answer = expect(
                "GET",
                "/ext/v1/subscribers/" + people.get(member.person.number) + "/why?sequence_id="
                        + sequences.get(sequence.number),
                null,
                200);
        var lines = new ArrayList<Line>();
        answer.at("/why/emails").forEach(line -> lines.add(line(line)));
        return new Foretold(member.person, sequence, answer.at("/why/run").asInt(), model.now, lines);
    }

    private static Line line(JsonNode line) {
        var verdict = line.get("verdict").asText();
        var at = Optional.of(line.get("at")).filter(node -> !node.isNull()).map(node -> Instant.parse(node.asText()));
        Optional<Fate> fate = switch (verdict) {
            case "sent", "will_send" -> Optional.of(Fate.SENT);
            case "skipped", "will_skip" -> Optional.of(Fate.SKIPPED);
            case "waiting", "never" -> Optional.empty();
            default -> throw new Difference("nobody can have a verdict " + line);
        };
        return new Line(
                line.get("subject").asText(),
                verdict + " " + line.at("/rule/code").asText(),
                fate,
                at);
    }

    /// The clock has gone on, and nothing else was done.
    void compareForetold() {
        for (var told : foretold) {
            for (var line : told.lines()) {
                var outcome = outcome(told, line.subject());
                // What is to come later than now has not come yet.
                var expected = line.fate().filter(_ -> !line.at().orElseThrow().isAfter(model.now));
                boolean agrees = expected.equals(outcome.map(Outcome::fate))
                        && (outcome.isEmpty() || outcome.map(Outcome::at).equals(line.at()));
                if (!agrees) {
                    throw new Difference("at " + told.asked() + " why foretold person " + told.person().number + ": "
                            + line + ", but it came to be "
                            + outcome.map(Outcome::toString).orElse("nothing"));
                }
            }
        }
        foretold.clear();
    }

    private Optional<Outcome> outcome(Foretold told, String subject) {
        return model.outcomes.stream()
                .filter(outcome -> outcome.person() == told.person().number
                        && outcome.sequence() == told.sequence().number
                        && outcome.run() == told.run()
                        && outcome.subject().equals(subject))
                .findFirst();
    }

    // Comparing

    /// What the model says of everybody, by sequence and person.
    Map<String, String> standings() {
        var standings = new TreeMap<String, String>();
        for (var sequence : model.sequences) {
            for (var member : sequence.members) {
                standings.put(
                        sequences.get(sequence.number) + "/" + people.get(member.person.number),
                        standing(sequence, member));
            }
        }
        return standings;
    }

    private String standing(Sequence sequence, Member member) {
        var what = member.standing == Standing.WAITING
                ? "waiting for " + emails.get(sequence.number).get(sequence.emails.indexOf(member.next)) + " at "
                        + Objects.requireNonNull(member.due)
                : member.standing.name().toLowerCase(Locale.ROOT);
        return "run " + member.run + " " + what;
    }

    /// What the model says became of each email.
    List<String> ledger() {
        return model.outcomes.stream()
                .map(outcome -> sequences.get(outcome.sequence()) + "/" + people.get(outcome.person()) + " run "
                        + outcome.run() + " email " + emailId(outcome) + " "
                        + outcome.fate().name().toLowerCase(Locale.ROOT) + " " + outcome.at())
                .sorted()
                .toList();
    }

    private long emailId(Outcome outcome) {
        var all = sequence(outcome.sequence()).emails;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).subject.equals(outcome.subject())) {
                return emails.get(outcome.sequence()).get(i);
            }
        }
        throw new IllegalStateException("no email " + outcome);
    }

    boolean owns(long sequence) {
        return sequences.contains(sequence);
    }

    /// What is in everybody's inbox.
    void compareInboxes() {
        for (var person : model.people) {
            var order = Comparator.comparing(TestServer.Mail::at).thenComparing(TestServer.Mail::subject);
            var expected = model.outcomes.stream()
                    .filter(outcome -> outcome.person() == person.number && outcome.fate() == Fate.SENT)
                    .map(outcome -> new TestServer.Mail(outcome.subject(), outcome.at()))
                    .sorted(order)
                    .toList();
            var mail = server.subscriber(address(person.number)).mail().stream()
                    .sorted(order)
                    .toList();
            if (!mail.equals(expected)) {
                throw new Difference("person " + person.number + " got " + mail + ", the model says " + expected);
            }
        }
    }

    /// For a person who reads of a difference: numbers of the model beside ids of the server.
    String legend() {
        return "people " + people + ", sequences " + sequences + ", emails "
                + emails.stream().map(List::toString).collect(Collectors.joining(" "));
    }
}
