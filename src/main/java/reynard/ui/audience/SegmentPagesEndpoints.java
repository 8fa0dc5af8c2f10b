package reynard.ui.audience;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import reynard.broadcast.Broadcast;
import reynard.broadcast.Broadcasts;
import reynard.db.Database;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.form.FormFilter;
import reynard.form.Forms;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.segment.Filter;
import reynard.segment.Segment;
import reynard.segment.SegmentEndpoints;
import reynard.segment.Segments;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;
import reynard.ui.people.Standing;

/// Segments: the list, and putting one together.
public final class SegmentPagesEndpoints {
    private static final String ONE = "/segments/{id}";
    private static final int ROWS = 50;
    private static final List<Option> TYPES = List.of(
            new Option("tag", "Tag"),
            new Option("form", "Form"),
            new Option("sequence", "Sequence"),
            new Option("custom_field", "Custom field"),
            new Option("state", "State"),
            new Option("subscribed", "On the list since"),
            new Option("email", "Address"),
            new Option("opens", "Emails opened"),
            new Option("clicks", "Links followed"),
            new Option("sent", "Emails sent"),
            new Option("delivered", "Emails delivered"));
    private static final List<Option> COMPARISONS = List.of(
            new Option("is", "is"),
            new Option("is_not", "is not"),
            new Option("contains", "contains"),
            new Option("has_value", "has any value"),
            new Option("greater_than", "is more than"),
            new Option("greater_than_or_equal", "is at least"),
            new Option("less_than", "is less than"),
            new Option("less_than_or_equal", "is at most"));

    private final Database database;
    private final Segments segments;
    private final SegmentEndpoints bodies;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Forms forms;
    private final Sequences sequences;
    private final Broadcasts broadcasts;
    private final Figures figures;
    private final Desk desk;

    public SegmentPagesEndpoints(
            Database database,
            Segments segments,
            SegmentEndpoints bodies,
            Subscribers subscribers,
            CustomFields customFields,
            Tags tags,
            Forms forms,
            Sequences sequences,
            Broadcasts broadcasts,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.segments = segments;
        this.bodies = bodies;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.forms = forms;
        this.sequences = sequences;
        this.broadcasts = broadcasts;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/segments", this::list);
        desk.page(routes, "/segments/new", this::create);
        desk.form(routes, "/segments/new", this::created);
        desk.form(routes, "/segments/builder", Desk.Right.LOOK, this::build);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::save);
        desk.form(routes, ONE + "/delete", this::delete);
    }

    private static PageRequest page(Desk.Visit visit) {
        var asked = visit.request().page();
        return new PageRequest(asked.after(), asked.before(), ROWS, false);
    }

    private Reply list(Desk.Visit visit) {
        var page = segments.list(visit.account(), page(visit));
        return visit.page(
                "ui/audience/segments.jte",
                new SegmentListPage(
                        visit.frame("Segments", Section.PEOPLE),
                        page.items().stream()
                                .map(segment -> new SegmentListPage.Row(
                                        segment.id().value(),
                                        segment.name(),
                                        question(segment.filter()),
                                        visit.local().day(segment.createdAt()),
                                        segment.createdAt().toString()))
                                .toList(),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    private static String question(Filter filter) {
        if (filter.groups().isEmpty()) {
            return "everybody";
        }
        return String.join(
                " and ",
                filter.groups().stream()
                        .map(group -> group.match().wireName() + " of "
                                + Words.count(group.conditions().size(), "condition"))
                        .toList());
    }

    private Reply create(Desk.Visit visit) {
        return visit.page("ui/audience/segment.jte", page(visit, 0, SegmentDraft.start(), "", Optional.empty()));
    }

    private Reply created(Desk.Visit visit, Form form) {
        return save(visit, form, 0, body -> database.inTx(tx -> bodies.create(tx, visit.account(), body.json())));
    }

    /// Another step of putting it together: nothing is kept but what the form says.
    private Reply build(Desk.Visit visit, Form form) {
        var draft = SegmentDraft.of(form);
        var focus = "";
        if (form.isOn("remove")) {
            draft = draft.without(form.value("remove"));
        } else if (form.value("add").equals("group")) {
            draft = draft.withGroup();
            focus = draft.last();
        } else if (form.isOn("add")) {
            var group = form.value("add");
            var type = form.value("kind_" + group);
            if (TYPES.stream().anyMatch(option -> option.value().equals(type))) {
                draft = draft.withRow(group, type);
                focus = group;
            }
        }
        long id = form.value("id").matches("[0-9]{1,18}") ? Long.parseLong(form.value("id")) : 0;
        return visit.page("ui/audience/segment.jte", page(visit, id, draft, focus, Optional.of(form.value("name"))));
    }

    private Optional<Segment> segment(Desk.Visit visit) {
        var id = visit.request().path("id", SegmentId::new);
        return database.read(tx -> segments.find(tx, visit.account(), id));
    }

    private Reply show(Desk.Visit visit) {
        return segment(visit)
                .map(segment -> visit.page(
                        "ui/audience/segment.jte",
                        page(
                                visit,
                                segment.id().value(),
                                SegmentDraft.of(SegmentEndpoints.json(segment.filter()), visit.local()),
                                "",
                                Optional.of(segment.name()))))
                .orElseGet(visit::noSuchPage);
    }

    private Reply save(Desk.Visit visit, Form form) {
        return segment(visit)
                .map(segment -> save(
                        visit,
                        form,
                        segment.id().value(),
                        body -> database.inTx(tx -> bodies.update(tx, visit.account(), segment.id(), body.json()))
                                .orElse(segment)))
                .orElseGet(visit::noSuchPage);
    }

    private Reply save(Desk.Visit visit, Form sent, long id, Function<Body, Segment> saving) {
        var draft = SegmentDraft.of(sent);
        var form = draft.form(sent.value("name"));
        var filter = draft.filter(form, visit.local());
        if (sent.value("name").isBlank()) {
            form.fault("name", "Cannot be empty.");
        }
        if (!form.hasFaults()) {
            try {
                var saved = saving.apply(new Body(form).text("name").put("filter", filter));
                return visit.done("/segments/" + saved.id().value(), "Saved.");
            } catch (InvalidRequest invalid) {
                form.refuse(invalid.faults(), Set.of("name"));
            }
        }
        return visit.refusal("ui/audience/segment.jte", page(visit, id, draft, "", form, SegmentPage.Count.NONE));
    }

    private SegmentPage page(Desk.Visit visit, long id, SegmentDraft draft, String focus, Optional<String> name) {
        return page(visit, id, draft, focus, draft.form(name.orElse("")), count(visit, draft));
    }

    /// @param at when
    private record Counted(long people, Instant at) {}

    /// How many match. None as long as something is missing.
    private SegmentPage.Count count(Desk.Visit visit, SegmentDraft draft) {
        var trial = draft.form("");
        var filter = draft.filter(trial, visit.local());
        if (trial.hasFaults()) {
            return SegmentPage.Count.NONE;
        }
        try {
            var body = new Body(trial).put("filter", filter);
            var now = visit.now();
            return figures.get(
                            visit.account(),
                            Counted.class,
                            Figures.name(body.written()),
                            () -> new Counted(database.read(tx -> bodies.count(tx, visit.account(), body.json())), now))
                    .map(counted -> new SegmentPage.Count(
                            Words.count(counted.people(), "person"),
                            visit.local().exact(counted.at())))
                    .orElse(SegmentPage.Count.UNDER_WAY);
        } catch (InvalidRequest _) {
            return SegmentPage.Count.NONE;
        }
    }

    private SegmentPage page(
            Desk.Visit visit, long id, SegmentDraft draft, String focus, Form form, SegmentPage.Count count) {
        var account = visit.account();
        var groups = new ArrayList<SegmentPage.Group>();
        for (int g = 0; g < draft.groups().size(); g++) {
            var rows = new ArrayList<SegmentPage.Row>();
            for (int c = 0; c < draft.groups().get(g).rows().size(); c++) {
                var row = draft.groups().get(g).rows().get(c);
                rows.add(new SegmentPage.Row(
                        "g" + g + "c" + c, row.type(), label(row.type()), row.value(SegmentDraft.RAW)));
            }
            groups.add(new SegmentPage.Group("g" + g, rows));
        }
        var last = focus.isEmpty() || groups.isEmpty()
                ? focus
                : groups.stream()
                        .filter(group -> group.name().equals(focus))
                        .filter(group -> !group.rows().isEmpty())
                        .map(group -> group.rows().getLast().name())
                        .findFirst()
                        .orElse(focus);
        var people = id == 0 ? Optional.<Found>empty() : people(visit, new SegmentId(id));
        return new SegmentPage(
                visit.frame(id == 0 ? "New segment" : form.value("name"), Section.PEOPLE),
                id,
                id == 0 ? "/segments/new" : "/segments/" + id,
                form,
                groups,
                count,
                last,
                choices(account),
                visit.request().pathAndQuery(),
                id == 0 || people.isPresent(),
                people.map(found -> visit.local().exact(found.at())).orElse(""),
                people.map(found -> found.page().items()).orElse(List.of()),
                people.map(Found::page).flatMap(PageJson::next),
                people.map(Found::page).flatMap(PageJson::previous));
    }

    private static String label(String type) {
        return TYPES.stream()
                .filter(option -> option.value().equals(type))
                .map(Option::label)
                .findFirst()
                .orElse("Made by a program");
    }

    /// @param at when
    private record Found(Page<SegmentPage.Person> page, Instant at) {}

    /// Who matches the segment as it is saved. Empty while those few are looked for among many.
    private Optional<Found> people(Desk.Visit visit, SegmentId id) {
        var account = visit.account();
        var request = page(visit);
        var now = visit.now();
        return database.read(tx -> segments.find(tx, account, id))
                .flatMap(segment -> figures.get(
                        account,
                        Found.class,
                        Figures.name(segment.filter() + " " + request),
                        () -> new Found(database.read(tx -> people(tx, account, segment, request)), now)));
    }

    private Page<SegmentPage.Person> people(Tx tx, AccountId account, Segment segment, PageRequest request) {
        var matching = segments.matching(tx, account, segment.filter(), request);
        var found = subscribers.findAll(tx, account, matching.items());
        return matching.map(one -> {
            var person = Optional.ofNullable(found.get(one)).orElseThrow();
            return new SegmentPage.Person(
                    person.id().value(),
                    person.emailAddress(),
                    person.firstName().orElse(""));
        });
    }

    private SegmentPage.Choices choices(AccountId account) {
        var all = PageRequest.first(PageRequest.PER_PAGE_MAX);
        return new SegmentPage.Choices(
                TYPES,
                tags.list(account, all).items().stream()
                        .map(tag -> new Option(Long.toString(tag.id().value()), tag.name()))
                        .toList(),
                forms.list(account, new FormFilter(Optional.empty(), Optional.empty()), all).items().stream()
                        .map(form -> new Option(Long.toString(form.id().value()), form.name()))
                        .toList(),
                database.read(tx -> sequences.list(tx, account, all)).items().stream()
                        .map(sequence -> new Option(
                                Long.toString(sequence.id().value()),
                                sequence.settings().name()))
                        .toList(),
                database.read(tx -> customFields.all(tx, account)).stream()
                        .map(field -> new Option(Long.toString(field.id().value()), field.label()))
                        .toList(),
                COMPARISONS,
                Arrays.stream(SubscriberState.values())
                        .map(state ->
                                new Option(state.wireName(), Standing.of(state).label()))
                        .toList());
    }

    private Reply delete(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SegmentId::new);
        return switch (segments.delete(visit.account(), id)) {
            case Segments.Deletion.Deleted _ -> visit.done("/segments", "Deleted.");
            case Segments.Deletion.NoSuchSegment _ -> visit.noSuchPage();
            case Segments.Deletion.InUse use ->
                visit.done("/segments/" + id.value(), database.read(tx -> "Not deleted: " + users(tx, visit, use)));
        };
    }

    private String users(Tx tx, Desk.Visit visit, Segments.Deletion.InUse use) {
        var users = new ArrayList<String>();
        use.sequences().stream()
                .flatMap(id -> sequences.find(tx, visit.account(), id).stream())
                .map(sequence -> "the sequence “" + sequence.settings().name() + "” excludes by it")
                .forEach(users::add);
        use.broadcasts().stream()
                .flatMap(id -> broadcasts.find(tx, visit.account(), id).stream())
                .map(Broadcast::settings)
                .map(settings ->
                        "it says whom the broadcast “" + settings.subject().orElse("without a subject") + "” is for")
                .forEach(users::add);
        return String.join(", ", users) + ".";
    }
}
