package reynard.ui.people;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Enrollments;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.mail.EmailAddress;
import reynard.sequence.Sequences;
import reynard.subscriber.MemberFilter;
import reynard.subscriber.Sought;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberFilter;
import reynard.subscriber.SubscriberSort;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// Looking people up, and adding somebody by hand.
public final class PeopleEndpoints {
    private static final int ROWS = 50;
    private static final int COUNTED_MAX = 1_000;
    private static final int NAME_MAX = 1_000;

    private final Database database;
    private final Subscribers subscribers;
    private final Tags tags;
    private final Sequences sequences;
    private final Enrollments enrollments;
    private final Desk desk;

    public PeopleEndpoints(
            Database database,
            Subscribers subscribers,
            Tags tags,
            Sequences sequences,
            Enrollments enrollments,
            Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.tags = tags;
        this.sequences = sequences;
        this.enrollments = enrollments;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/people", this::show);
        desk.page(routes, "/people/new", this::create);
        desk.form(routes, "/people", this::created);
    }

    static Search search(Request request) {
        return Search.of(request::query).orElseThrow(() -> new InvalidRequest("state or tag is not one there may be"));
    }

    private Reply show(Desk.Visit visit) {
        var search = search(visit.request());
        var asked = visit.request().page();
        var request = new PageRequest(asked.after(), asked.before(), ROWS, false);
        return database.read(tx -> {
            var page = people(tx, visit.account(), search.sought(), request);
            var worn = subscribers.tags(
                    tx,
                    visit.account(),
                    page.items().stream().map(Subscriber::id).toList());
            var rows = page.items().stream()
                    .map(person -> row(visit, person, worn.getOrDefault(person.id(), List.of())))
                    .toList();
            return visit.page(
                    "ui/people/list.jte",
                    new PeoplePage(
                            visit.frame("People", Section.PEOPLE),
                            Form.filled(search.fields()),
                            Arrays.stream(SubscriberState.values())
                                    .map(one -> new Option(
                                            one.wireName(), Standing.of(one).label()))
                                    .toList(),
                            allTags(visit.account()),
                            rows,
                            search.path("/people"),
                            search.path("/people/export.csv"),
                            search.fields(),
                            found(tx, visit.account(), search.sought(), page),
                            PageJson.next(page),
                            PageJson.previous(page),
                            !search.sought().isEverybody()
                                    || !rows.isEmpty()
                                    || asked.after().isPresent()));
        });
    }

    /// How many there are, if that is known by a short look.
    private String found(Tx tx, AccountId account, Sought sought, Page<Subscriber> page) {
        if (page.items().isEmpty()) {
            return "";
        }
        long people = subscribers.count(tx, account, sought, COUNTED_MAX);
        return people > COUNTED_MAX
                ? "more than " + Words.number(COUNTED_MAX) + " people"
                : Words.count(people, "person");
    }

    private List<Option> allTags(AccountId account) {
        return tags.list(account, PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .map(tag -> new Option(Long.toString(tag.id().value()), tag.name()))
                .toList();
    }

    /// Newest first, or last tagged first; by address where an address is looked for.
    private Page<Subscriber> people(Tx tx, AccountId account, Sought sought, PageRequest request) {
        if (!sought.beginning().isEmpty()) {
            return subscribers.beginningWith(tx, account, sought, request);
        }
        if (sought.tag().isPresent()) {
            var filter = new MemberFilter(
                    sought.state(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
            var members = tags.members(tx, account, sought.tag().get(), filter, request);
            var found = subscribers.findAll(
                    tx,
                    account,
                    members.items().stream().map(Tags.Member::subscriber).toList());
            return members.map(member ->
                    Optional.ofNullable(found.get(member.subscriber())).orElseThrow());
        }
        if (sought.state().isPresent()) {
            return subscribers.inState(account, sought.state().get(), request);
        }
        return subscribers.list(
                account,
                new SubscriberFilter(
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                SubscriberSort.ID,
                Listing.Order.DESCENDING,
                request);
    }

    private static PeoplePage.Row row(Desk.Visit visit, Subscriber person, List<Subscribers.TagLabel> worn) {
        return new PeoplePage.Row(
                person.id().value(),
                person.emailAddress(),
                person.firstName().orElse(""),
                Standing.of(person.state()),
                worn.stream().map(Subscribers.TagLabel::name).toList(),
                visit.local().day(person.createdAt()),
                person.createdAt().toString());
    }

    private Reply create(Desk.Visit visit) {
        return visit.page(
                "ui/people/new.jte",
                newcomer(
                        visit,
                        Form.filled(Map.of(
                                "sequence", visit.request().query("sequence").orElse("")))));
    }

    private NewcomerPage newcomer(Desk.Visit visit, Form form) {
        var going = database
                .read(tx -> sequences.list(tx, visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)))
                .items()
                .stream()
                .filter(sequence -> sequence.settings().active())
                .map(sequence -> new Option(
                        Long.toString(sequence.id().value()),
                        sequence.settings().name()))
                .toList();
        return new NewcomerPage(visit.frame("Add somebody", Section.PEOPLE), form, going);
    }

    private Reply created(Desk.Visit visit, Form form) {
        var email = EmailAddress.parse(form.value("email_address").strip());
        var name = form.value("first_name").strip();
        if (email.isEmpty()) {
            form.fault("email_address", "This is no email address.");
        }
        if (name.length() > NAME_MAX) {
            form.fault("first_name", "Must be at most " + NAME_MAX + " characters.");
        }
        if (form.hasFaults()) {
            return visit.refusal("ui/people/new.jte", newcomer(visit, form));
        }
        var sequence = Optional.of(form.value("sequence"))
                .filter(id -> id.matches("[0-9]{1,18}"))
                .map(id -> new SequenceId(Long.parseLong(id)));
        var saved = database.inTx(tx -> {
            var upserted = subscribers.upsert(
                    tx,
                    visit.account(),
                    email.orElseThrow(),
                    Optional.of(name).filter(text -> !text.isEmpty()),
                    SubscriberState.ACTIVE,
                    Map.of());
            sequence.ifPresent(
                    id -> enrollments.enroll(tx, visit.account(), id, upserted.subscriber(), Enrollment.Source.MANUAL));
            return upserted;
        });
        return visit.done(
                "/people/" + saved.subscriber().id().value(),
                saved.created() ? "Added." : "Somebody with this address was on your list already: here they are.");
    }
}
