package reynard.ui.people;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import reynard.bulk.Bulk;
import reynard.bulk.BulkOperation;
import reynard.bulk.Choice;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.http.InvalidRequest;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.BulkJobId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.id.TagId;
import reynard.sequence.Sequence;
import reynard.sequence.Sequences;
import reynard.subscriber.Sought;
import reynard.subscriber.Subscribers;
import reynard.tag.Tag;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;
import reynard.ui.Work;

/// The same is done to many people: to those who were ticked, at once, or to everybody who is found, while the author
/// does other things.
public final class ChangeEndpoints {
    private static final String HOME = "/people/changes";
    private static final int TAG_MAX = 255;
    private static final int TICKED_MAX = 100;
    private static final int SHOWN_MAX = 30;

    private final Database database;
    private final Subscribers subscribers;
    private final Tags tags;
    private final Sequences sequences;
    private final Bulk bulk;
    private final Figures figures;
    private final Desk desk;

    public ChangeEndpoints(
            Database database,
            Subscribers subscribers,
            Tags tags,
            Sequences sequences,
            Bulk bulk,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.subscribers = subscribers;
        this.tags = tags;
        this.sequences = sequences;
        this.bulk = bulk;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, this::list);
        desk.page(routes, HOME + "/new", Desk.Right.WRITE, this::ask);
        desk.form(routes, HOME, this::change);
        desk.page(routes, HOME + "/{id}", this::show);
        desk.data(routes, HOME + "/{id}/progress", Desk.Right.LOOK, this::progress);
    }

    /// Who is meant.
    private sealed interface Who {
        /// @param ids as they were sent
        record Ticked(List<SubscriberId> ids) implements Who {}

        record Found(Sought sought) implements Who {}
    }

    private static Who who(boolean everybody, Search search, List<String> ticked) {
        if (everybody) {
            return new Who.Found(search.sought());
        }
        if (ticked.size() > TICKED_MAX || ticked.stream().anyMatch(id -> !id.matches("[0-9]{1,18}"))) {
            throw new InvalidRequest("person must be at most " + TICKED_MAX + " ids");
        }
        return new Who.Ticked(ticked.stream()
                .map(id -> new SubscriberId(Long.parseLong(id)))
                .distinct()
                .toList());
    }

    private Reply ask(Desk.Visit visit) {
        var queries = visit.request().queries();
        var search = PeopleEndpoints.search(visit.request());
        var who = who(queries.containsKey("all"), search, queries.getOrDefault("person", List.of()));
        if (who instanceof Who.Ticked(var ids) && ids.isEmpty()) {
            return visit.done(search.path("/people"), "Nobody was ticked.");
        }
        return visit.page("ui/people/change.jte", page(visit, Form.empty(), search, who));
    }

    private ChangePage page(Desk.Visit visit, Form form, Search search, Who who) {
        var hidden = new LinkedHashMap<String, List<String>>();
        search.fields().forEach((name, value) -> hidden.put(name, List.of(value)));
        switch (who) {
            case Who.Found _ -> hidden.put("all", List.of("1"));
            case Who.Ticked(var ids) ->
                hidden.put(
                        "person",
                        ids.stream().map(id -> Long.toString(id.value())).toList());
        }
        var first = PageRequest.first(PageRequest.PER_PAGE_MAX);
        var all =
                database.read(tx -> sequences.list(tx, visit.account(), first)).items();
        return new ChangePage(
                visit.frame("Change many people", Section.PEOPLE),
                form,
                words(visit.account(), who),
                hidden,
                search.path("/people"),
                tags.list(visit.account(), first).items().stream()
                        .map(tag -> new Option(Long.toString(tag.id().value()), tag.name()))
                        .toList(),
                all.stream()
                        .filter(sequence -> sequence.settings().active())
                        .map(ChangeEndpoints::option)
                        .toList(),
                all.stream().map(ChangeEndpoints::option).toList());
    }

    private static Option option(Sequence sequence) {
        var settings = sequence.settings();
        return new Option(
                Long.toString(sequence.id().value()),
                settings.name() + (settings.repeat() ? " (who is in it starts over)" : ""));
    }

    private String words(AccountId account, Who who) {
        return switch (who) {
            case Who.Ticked(var ids) -> Words.count(ids.size(), "person");
            case Who.Found(var sought) ->
                figures.get(
                                account,
                                Long.class,
                                Figures.name(sought.toString()),
                                () -> database.read(tx -> subscribers.count(tx, account, sought, Integer.MAX_VALUE)))
                        .map(people -> Words.count(people, "person"))
                        // Those to whom it happens are counted when it begins.
                        .orElse("all who are found");
        };
    }

    private Reply change(Desk.Visit visit, Form form) {
        var search = Search.of(name -> Optional.of(form.value(name)).filter(text -> !text.isEmpty()))
                .orElseThrow(() -> new InvalidRequest("state or tag is not one there may be"));
        var who = who(form.isOn("all"), search, form.values("person"));
        var deed = deed(form);
        if (deed.isEmpty() || (who instanceof Who.Ticked(var ids) && ids.isEmpty())) {
            return visit.done(search.path("/people"), "Nothing was chosen.");
        }
        var target = target(visit.account(), form, deed.get());
        if (target.isEmpty()) {
            return visit.refusal("ui/people/change.jte", page(visit, form, search, who));
        }
        return switch (who) {
            case Who.Ticked(var ids) -> {
                var failures = bulk.doNow(visit.account(), deed.get(), target.get(), ids);
                yield visit.done(
                        search.path("/people"),
                        name(visit.account(), deed.get(), target.get()) + ": "
                                + said(
                                        ids.size(),
                                        failures.values().stream()
                                                .mapToLong(Long::longValue)
                                                .sum(),
                                        failures.keySet()));
            }
            case Who.Found(var sought) ->
                switch (bulk.choose(visit.account(), new Choice(sought, deed.get(), target.get()))) {
                    case Bulk.Choosing.Queued(var job) -> visit.go(HOME + "/" + job.value());
                    case Bulk.Choosing.Nobody _ -> visit.done(search.path("/people"), "Nobody is like that any more.");
                    case Bulk.Choosing.QueueFull _ -> {
                        form.fault("who", "Too much waits to be worked off already. Please try again later.");
                        yield visit.refusal("ui/people/change.jte", page(visit, form, search, who));
                    }
                };
        };
    }

    private static Optional<BulkOperation> deed(Form form) {
        return switch (form.value("deed")) {
            case "tag" -> Optional.of(BulkOperation.TAG);
            case "untag" -> Optional.of(BulkOperation.UNTAG);
            case "join" -> Optional.of(BulkOperation.ADD_TO_SEQUENCE);
            case "leave" -> Optional.of(BulkOperation.REMOVE_FROM_SEQUENCE);
            default -> Optional.empty();
        };
    }

    /// The tag or the sequence; what is wrong is said beside its field.
    private Optional<Long> target(AccountId account, Form form, BulkOperation deed) {
        if (deed == BulkOperation.TAG) {
            var name = form.value("tag_name").strip();
            if (name.isEmpty() || name.length() > TAG_MAX || name.indexOf('\0') >= 0) {
                form.fault("tag_name", "A tag has a name of 1 to " + TAG_MAX + " characters.");
                return Optional.empty();
            }
            return Optional.of(tags.create(account, name).tag().id().value());
        }
        var field = form.value("deed");
        var chosen = Optional.of(form.value(field + "_id"))
                .filter(id -> id.matches("[0-9]{1,18}"))
                .map(Long::parseLong)
                .filter(id -> known(account, deed, id).isPresent());
        if (chosen.isEmpty()) {
            form.fault(field + "_id", "Choose one.");
        }
        return chosen;
    }

    private Optional<String> known(AccountId account, BulkOperation deed, long target) {
        return database.read(tx -> deed == BulkOperation.TAG || deed == BulkOperation.UNTAG
                ? tags.find(tx, account, new TagId(target)).map(Tag::name)
                : sequences
                        .find(tx, account, new SequenceId(target))
                        .map(sequence -> sequence.settings().name()));
    }

    /// What is done, such as `Tag “Customer”`.
    private String name(AccountId account, BulkOperation deed, long target) {
        var name = known(account, deed, target).map(known -> "“" + known + "”").orElse("what is deleted now");
        return switch (deed) {
            case TAG -> "Tag " + name;
            case UNTAG -> "Take off " + name;
            case ADD_TO_SEQUENCE -> "Add to " + name;
            case REMOVE_FROM_SEQUENCE -> "Take out of " + name;
            default -> throw new IllegalStateException("not for people who are found: " + deed);
        };
    }

    private static String said(long people, long failed, Collection<String> reasons) {
        return "done for " + Words.count(people - failed, "person")
                + (failed == 0
                        ? "."
                        : ", in vain for " + Words.number(failed) + ": " + String.join(", ", reasons) + ".");
    }

    private Reply list(Desk.Visit visit) {
        var rows = database.read(tx -> bulk.chosen(tx, visit.account(), SHOWN_MAX)).stream()
                .map(chosen -> new ChangeListPage.Row(
                        chosen.id().value(),
                        name(visit.account(), chosen.deed(), chosen.target()),
                        Words.count(chosen.advance().items(), "person"),
                        chosen.advance().finished()
                                ? "Done"
                                : Words.rate(
                                        chosen.advance().done(),
                                        chosen.advance().items()),
                        chosen.advance().finished() ? "good" : "accent",
                        visit.local().moment(chosen.at())))
                .toList();
        return visit.page(
                "ui/people/changes.jte", new ChangeListPage(visit.frame("Changes to many", Section.PEOPLE), rows));
    }

    private Optional<Work> work(Tx tx, Desk.Visit visit) {
        var id = visit.request().path("id", BulkJobId::new);
        return bulk.chosen(tx, visit.account(), id).map(chosen -> {
            var advance = chosen.advance();
            return new Work(
                    HOME + "/" + id.value(),
                    advance.items(),
                    advance.done(),
                    advance.finished(),
                    Words.number(advance.done()) + " of " + Words.count(advance.items(), "person") + " done"
                            + (advance.failed() == 0
                                    ? "."
                                    : ", " + Words.number(advance.failed()) + " of them in vain."));
        });
    }

    private Reply show(Desk.Visit visit) {
        var id = visit.request().path("id", BulkJobId::new);
        return database.read(tx -> bulk.chosen(tx, visit.account(), id)
                .map(chosen -> visit.page(
                        "ui/people/changing.jte",
                        new ChangeWorkPage(
                                visit.frame("Changing many people", Section.PEOPLE),
                                name(visit.account(), chosen.deed(), chosen.target()),
                                work(tx, visit).orElseThrow(),
                                bulk.reasons(tx, visit.account(), id))))
                .orElseGet(visit::noSuchPage));
    }

    private Reply progress(Desk.Visit visit) {
        return Work.told(() -> database.read(tx -> work(tx, visit)));
    }
}
