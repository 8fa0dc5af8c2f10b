package reynard.ui.people;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.enrollment.Brake;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Enrollments;
import reynard.enrollment.Enrollments.Enrolling;
import reynard.enrollment.Plan;
import reynard.enrollment.Progress;
import reynard.enrollment.Standings;
import reynard.foresight.Verdict;
import reynard.foresight.Why;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.CustomFieldId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.mail.EmailAddress;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.subscriber.Attribution;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Local;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// One person, and what can be done for them.
public final class PersonEndpoints {
    private static final int TEXT_MAX = 1_000;
    private static final int TAG_MAX = 255;

    private final Database database;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Sequences sequences;
    private final Enrollments enrollments;
    private final Standings standings;
    private final Why why;
    private final Brake brake;
    private final Desk desk;

    public PersonEndpoints(
            Database database,
            Subscribers subscribers,
            CustomFields customFields,
            Tags tags,
            Sequences sequences,
            Enrollments enrollments,
            Standings standings,
            Why why,
            Brake brake,
            Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.sequences = sequences;
        this.enrollments = enrollments;
        this.standings = standings;
        this.why = why;
        this.brake = brake;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/people/{id}", this::show);
        desk.form(routes, "/people/{id}", this::save);
        desk.form(routes, "/people/{id}/tags", this::tag);
        desk.form(routes, "/people/{id}/untag", this::untag);
        desk.form(routes, "/people/{id}/enroll", this::enroll);
        desk.form(routes, "/people/{id}/remove", this::remove);
        desk.form(routes, "/people/{id}/unsubscribe", this::unsubscribe);
    }

    private static String home(SubscriberId id) {
        return "/people/" + id.value();
    }

    private static SubscriberId id(Desk.Visit visit) {
        return visit.request().path("id", SubscriberId::new);
    }

    private Reply show(Desk.Visit visit) {
        return database.read(tx -> subscribers
                .find(tx, visit.account(), id(visit))
                .map(person -> visit.page("ui/people/person.jte", page(tx, visit, person, Optional.empty())))
                .orElseGet(visit::noSuchPage));
    }

    /// @param sent the form that was refused; empty shows what is saved
    private PersonPage page(Tx tx, Desk.Visit visit, Subscriber person, Optional<Form> sent) {
        var fields = customFields.all(tx, visit.account());
        var local = visit.local();
        var worn = subscribers.tags(tx, visit.account(), List.of(person.id())).getOrDefault(person.id(), List.of());
        var wornIds = worn.stream().map(Subscribers.TagLabel::id).toList();
        var all = PageRequest.first(PageRequest.PER_PAGE_MAX);
        var walks = standings.of(tx, visit.account(), person.id()).stream()
                .flatMap(enrollment -> standings
                        .plan(tx, visit.account(), enrollment.sequence())
                        .map(plan -> walk(tx, visit, person, enrollment, plan))
                        .stream())
                .toList();
        var inside = walks.stream()
                .filter(PersonPage.Walk::inside)
                .map(PersonPage.Walk::sequence)
                .toList();
        return new PersonPage(
                visit.frame(person.emailAddress(), Section.PEOPLE),
                person.id().value(),
                person.emailAddress(),
                person.firstName().orElse(""),
                Standing.of(person.state()),
                local.moment(person.stateChangedAt()),
                local.moment(person.createdAt()),
                origin(tx, visit, person.id()),
                visit.accountItself().timeZone(),
                person.state() == SubscriberState.ACTIVE || person.state() == SubscriberState.INACTIVE,
                sent.orElseGet(() -> filled(person, fields)),
                fields.stream()
                        .map(field -> new Option(name(field), field.label()))
                        .toList(),
                worn.stream()
                        .map(tag -> new Option(Long.toString(tag.id()), tag.name()))
                        .toList(),
                tags.list(visit.account(), all).items().stream()
                        .filter(tag -> !wornIds.contains(tag.id().value()))
                        .map(tag -> new Option(Long.toString(tag.id().value()), tag.name()))
                        .toList(),
                walks,
                sequences.list(tx, visit.account(), all).items().stream()
                        .filter(sequence -> sequence.settings().active()
                                && !inside.contains(sequence.id().value()))
                        .map(sequence -> new Option(
                                Long.toString(sequence.id().value()),
                                sequence.settings().name()))
                        .toList());
    }

    private String origin(Tx tx, Desk.Visit visit, SubscriberId id) {
        return Optional.ofNullable(subscribers
                        .attributions(tx, visit.account(), List.of(id))
                        .get(id))
                .flatMap(attribution -> attribution
                        .sourceName()
                        .or(() -> attribution.sourceType().map(PersonEndpoints::way)))
                .orElse("");
    }

    /// Whoever is added on a page of ours goes the way that programs go.
    private static String way(String sourceType) {
        return switch (sourceType) {
            case Attribution.API -> "hand, or a program";
            case Attribution.MANUAL -> "hand";
            default -> sourceType.replace('_', ' ');
        };
    }

    private static String name(CustomField field) {
        return "field-" + field.id().value();
    }

    private static Form filled(Subscriber person, List<CustomField> fields) {
        var values = new HashMap<String, Object>();
        values.put("email_address", person.emailAddress());
        values.put("first_name", person.firstName().orElse(""));
        for (var field : fields) {
            values.put(
                    name(field),
                    Optional.ofNullable(person.fields().get(field.id())).orElse(""));
        }
        return Form.filled(values);
    }

    private PersonPage.Walk walk(Tx tx, Desk.Visit visit, Subscriber person, Enrollment enrollment, Plan plan) {
        var settings = plan.sequence().settings();
        var local = visit.local(settings.timeZone());
        var answer = why.of(tx, visit.account(), plan, person, brake.standstill(), visit.now());
        var subjects = plan.emails().stream()
                .collect(Collectors.toMap(
                        SequenceEmail::id, email -> email.settings().subject()));
        var progress = enrollment.progress();
        boolean inside = !progress.isOver() || progress instanceof Progress.Completed;
        return new PersonPage.Walk(
                plan.sequence().id().value(),
                settings.name(),
                enrollment.run() == 1 ? "" : "Round " + enrollment.run(),
                "Joined " + local.moment(enrollment.addedAt()) + ". " + where(progress, subjects, local),
                settings.timeZone(),
                inside,
                settings.repeat() && settings.active(),
                answer.lines().stream().map(line -> line(line, local)).toList());
    }

    private static String where(Progress progress, Map<SequenceEmailId, String> subjects, Local local) {
        return switch (progress) {
            case Progress.Pending _ -> "Has not confirmed yet; the clock starts then.";
            case Progress.Waiting(var next, var dueAt, var _) ->
                "Waits for “" + subjects.getOrDefault(next, "") + "”, " + local.moment(dueAt) + ".";
            case Progress.Sending(var next) -> "“" + subjects.getOrDefault(next, "") + "” is on its way.";
            case Progress.Parked(var because, var _) ->
                switch (because) {
                    case PAUSED -> "Stands still: the sequence is paused.";
                    case NO_SEND_DAY -> "Stands still: there is no day on which the next email may go.";
                    case END_OF_SEQUENCE -> "Has had everything, and gets what is added later.";
                    case NOTHING_PUBLISHED -> "Waits for something to be published.";
                };
            case Progress.Completed(var at) -> "Completed " + local.moment(at) + ".";
            case Progress.Cancelled(var at, var reason) ->
                switch (reason) {
                            case UNSUBSCRIBED -> "Unsubscribed ";
                            case BOUNCED -> "Bounced ";
                            case COMPLAINED -> "Complained ";
                        }
                        + local.moment(at) + ".";
            case Progress.Removed(var at, var _) -> "Taken out " + local.moment(at) + ".";
        };
    }

    private static PersonPage.Line line(Why.Line line, Local local) {
        var because = line.because(text -> said(text, local));
        return new PersonPage.Line(
                line.email().id().value(),
                line.email().settings().subject(),
                verdict(line.verdict()),
                tone(line.verdict()),
                line.at().map(local::moment).orElse(""),
                line.at().map(Instant::toString).orElse(""),
                because.isEmpty() ? "" : Words.capital(because) + ".");
    }

    private static String said(String moment, Local local) {
        try {
            return local.dated(Instant.parse(moment));
        } catch (DateTimeParseException e) {
            return moment;
        }
    }

    private static String verdict(Verdict verdict) {
        return switch (verdict) {
            case SENT -> "Sent";
            case WILL_SEND -> "Goes out";
            case SKIPPED -> "Skipped";
            case WILL_SKIP -> "Will be skipped";
            case WAITING -> "No date yet";
            case NEVER -> "Does not come";
            case FAILED -> "Failed";
            case HELD -> "Held";
            case UNCERTAIN -> "Uncertain";
        };
    }

    private static String tone(Verdict verdict) {
        return switch (verdict) {
            case SENT -> "good";
            case WILL_SEND -> "accent";
            case SKIPPED, WILL_SKIP, WAITING, NEVER -> "";
            case HELD, UNCERTAIN -> "warn";
            case FAILED -> "bad";
        };
    }

    private Reply save(Desk.Visit visit, Form form) {
        var found = subscribers.find(visit.account(), id(visit));
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var fields = database.read(tx -> customFields.all(tx, visit.account()));
        var email = EmailAddress.parse(form.value("email_address").strip());
        if (email.isEmpty()) {
            form.fault("email_address", "This is no email address.");
        }
        var values = new LinkedHashMap<CustomFieldId, Optional<String>>();
        for (var field : fields) {
            var value = form.value(name(field)).strip();
            if (value.length() > TEXT_MAX) {
                form.fault(name(field), "Must be at most " + TEXT_MAX + " characters.");
            }
            values.put(field.id(), Optional.of(value).filter(text -> !text.isEmpty()));
        }
        var firstName = form.value("first_name").strip();
        if (firstName.length() > TEXT_MAX) {
            form.fault("first_name", "Must be at most " + TEXT_MAX + " characters.");
        }
        if (!form.hasFaults()) {
            var update = subscribers.update(
                    visit.account(),
                    id(visit),
                    email,
                    Optional.of(Optional.of(firstName).filter(text -> !text.isEmpty())),
                    values);
            switch (update) {
                case Subscribers.Update.Updated _ -> {
                    return visit.done(home(id(visit)), "Saved.");
                }
                case Subscribers.Update.NoSuchSubscriber _ -> {
                    return visit.noSuchPage();
                }
                case Subscribers.Update.EmailTaken _ ->
                    form.fault("email_address", "Somebody else on your list has this address.");
            }
        }
        return database.read(
                tx -> visit.refusal("ui/people/person.jte", page(tx, visit, found.get(), Optional.of(form))));
    }

    private Reply with(Desk.Visit visit, BiFunction<Tx, Subscriber, String> act) {
        return database.inTx(tx -> subscribers
                .find(tx, visit.account(), id(visit))
                .map(person -> visit.done(home(person.id()), act.apply(tx, person)))
                .orElseGet(visit::noSuchPage));
    }

    private Reply tag(Desk.Visit visit, Form form) {
        var name = form.value("name").strip();
        if (name.isEmpty() || name.length() > TAG_MAX || name.indexOf('\0') >= 0) {
            return visit.done(home(id(visit)), "A tag has a name of 1 to " + TAG_MAX + " characters.");
        }
        var tag = tags.create(visit.account(), name).tag();
        return with(visit, (tx, person) -> {
            tags.tag(tx, visit.account(), tag.id(), person.id());
            return "Tagged with “" + tag.name() + "”.";
        });
    }

    private Reply untag(Desk.Visit visit, Form form) {
        var id = form.value("tag");
        if (!id.matches("[0-9]{1,18}")) {
            return visit.noSuchPage();
        }
        return with(visit, (tx, person) -> {
            tags.untag(tx, visit.account(), new TagId(Long.parseLong(id)), person.id());
            return "The tag is taken off.";
        });
    }

    private static Optional<SequenceId> sequence(Form form) {
        return Optional.of(form.value("sequence"))
                .filter(id -> id.matches("[0-9]{1,18}"))
                .map(id -> new SequenceId(Long.parseLong(id)));
    }

    private Reply enroll(Desk.Visit visit, Form form) {
        var sequence = sequence(form);
        if (sequence.isEmpty()) {
            return visit.done(home(id(visit)), "Nothing was chosen.");
        }
        return with(visit, (tx, person) -> switch (enrollments.enroll(
                tx, visit.account(), sequence.get(), person, Enrollment.Source.MANUAL)) {
            case Enrolling.Enrolled _ -> "Added to the sequence.";
            case Enrolling.Restarted _ -> "Starts over at the first email.";
            case Enrolling.AlreadyIn _ -> "They are, or were, in this sequence, which does not repeat.";
            case Enrolling.SequenceInactive _ -> "The sequence is paused: nobody can join it now.";
            case Enrolling.NoSuchSequence _ -> "The sequence has been deleted meanwhile.";
        });
    }

    private Reply remove(Desk.Visit visit, Form form) {
        var sequence = sequence(form);
        if (sequence.isEmpty()) {
            return visit.noSuchPage();
        }
        return visit.done(
                home(id(visit)),
                enrollments.remove(visit.account(), sequence.get(), id(visit))
                        ? "Taken out: nothing more of this sequence goes to them."
                        : "They were not in it any more.");
    }

    private Reply unsubscribe(Desk.Visit visit, Form form) {
        return subscribers.unsubscribe(visit.account(), id(visit))
                ? visit.done(home(id(visit)), "Unsubscribed: nothing more goes to them.")
                : visit.noSuchPage();
    }
}
