package reynard.ui.home;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Account;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Enrollments;
import reynard.http.Json;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.mail.EmailAddress;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.SequenceEndpoints;
import reynard.sequence.Sequences;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.Form;

/// Fills an empty account with a small course and with people who do not exist, to look around in. Only where no relay
/// is named: nothing of it leaves the machine.
public final class SampleEndpoints {
    private record Letter(String subject, int days, String text) {}

    private static final List<Letter> COURSE = List.of(
            new Letter("Welcome to the tea course", 0, "It is good to have you here. Tomorrow we begin with water."),
            new Letter("Water first", 1, "Fresh, soft, and for green tea never boiling: **75 °C** will do."),
            new Letter("How much, how long", 2, "Two grams for a cup. Taste after one minute, and again after two."),
            new Letter("Green, white, black", 2, "The leaf is the same. What differs is how long it met the air."),
            new Letter("A pot of your own", 3, "Clay remembers, glass shows, porcelain is honest."),
            new Letter(
                    "Where to go from here", 4, "You know enough to trust your tongue. Write to me what you found."));

    private static final List<String> NAMES = List.of(
            "Ada", "Björn", "Chloé", "Dilan", "Ewa", "Farid", "Grace", "Hiroshi", "Inés", "Jonas", "Kofi", "Li");

    private final Database database;
    private final Sequences sequences;
    private final SequenceEndpoints sequenceBodies;
    private final SequenceEmailEndpoints emailBodies;
    private final Subscribers subscribers;
    private final Tags tags;
    private final Enrollments enrollments;
    private final boolean builtInInbox;
    private final Desk desk;

    public SampleEndpoints(
            Database database,
            Sequences sequences,
            SequenceEndpoints sequenceBodies,
            SequenceEmailEndpoints emailBodies,
            Subscribers subscribers,
            Tags tags,
            Enrollments enrollments,
            boolean builtInInbox,
            Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.sequenceBodies = sequenceBodies;
        this.emailBodies = emailBodies;
        this.subscribers = subscribers;
        this.tags = tags;
        this.enrollments = enrollments;
        this.builtInInbox = builtInInbox;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.form(routes, "/sample", this::fill);
    }

    private Reply fill(Desk.Visit visit, Form form) {
        if (!builtInInbox) {
            return visit.done("/", "Nothing is changed: a relay is named, and mail would leave this machine.");
        }
        var tag = tags.create(visit.account(), "Sample").tag();
        var filled = database.inTx(tx -> {
            if (!isEmpty(tx, visit.account())) {
                return Optional.<SequenceId>empty();
            }
            var sequence = course(tx, visit.accountItself());
            for (var name : NAMES) {
                var address = name.equals("Li") ? "li@example.org" : "reader-" + NAMES.indexOf(name) + "@example.org";
                var person = subscribers
                        .upsert(
                                tx,
                                visit.account(),
                                EmailAddress.parse(address).orElseThrow(),
                                Optional.of(name),
                                SubscriberState.ACTIVE,
                                Map.of())
                        .subscriber();
                tags.tag(tx, visit.account(), tag.id(), person.id());
                enrollments.enroll(tx, visit.account(), sequence, person, Enrollment.Source.MANUAL);
            }
            return Optional.of(sequence);
        });
        return filled.map(sequence -> visit.done(
                        "/sequences/" + sequence.value(),
                        "A course of " + COURSE.size() + " emails and " + NAMES.size()
                                + " made-up readers are here. Their mail stays in the built-in inbox."))
                .orElseGet(() -> visit.done("/", "Nothing is changed: this account is not empty any more."));
    }

    private boolean isEmpty(Tx tx, AccountId account) {
        return sequences.list(tx, account, PageRequest.first(1)).items().isEmpty()
                && !subscribers.hasMoreThan(tx, account, 0);
    }

    private SequenceId course(Tx tx, Account account) {
        var sequence = sequenceBodies
                .create(tx, account.id(), body(Map.of("name", "A course about tea", "time_zone", account.timeZone())))
                .id();
        for (int i = 0; i < COURSE.size(); i++) {
            var letter = COURSE.get(i);
            emailBodies.insert(
                    tx,
                    account.id(),
                    sequence,
                    i,
                    body(Map.of(
                            "subject",
                            letter.subject(),
                            "content",
                            "<p>Hello {{ subscriber.first_name | default: \"there\" }},</p><p>"
                                    + letter.text().replaceAll("\\*\\*(.*?)\\*\\*", "<strong>$1</strong>")
                                    + "</p>",
                            "delay_value",
                            letter.days(),
                            "delay_unit",
                            "days",
                            "published",
                            true)));
        }
        return sequence;
    }

    private static JsonBody body(Map<String, Object> fields) {
        return JsonBody.parse(Json.bytes(fields));
    }
}
