package reynard.ui.audience;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.TagId;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequences;
import reynard.tag.Tag;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Section;
import reynard.ui.Words;

/// Tags: the list with its counts, making, renaming and deleting one.
public final class TagPagesEndpoints {
    private static final String ONE = "/tags/{id}";
    private static final int ROWS = 100;
    private static final int NAME_MAX = 255;

    private final Database database;
    private final Tags tags;
    private final Sequences sequences;
    private final Figures figures;
    private final Desk desk;

    public TagPagesEndpoints(Database database, Tags tags, Sequences sequences, Figures figures, Desk desk) {
        this.database = database;
        this.tags = tags;
        this.sequences = sequences;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(
                routes,
                "/tags",
                visit -> list(visit, Form.empty())
                        .map(page -> visit.page("ui/audience/tags.jte", page))
                        .orElseGet(() -> visit.counting("Tags", Section.PEOPLE)));
        desk.form(routes, "/tags", this::create);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::rename);
        desk.form(routes, ONE + "/delete", this::delete);
    }

    /// How many wear each.
    private record Counted(Map<TagId, Long> people, Instant at) {}

    private Optional<Counted> counted(Desk.Visit visit, List<TagId> ids) {
        var account = visit.account();
        var now = visit.now();
        return figures.get(
                account,
                Counted.class,
                Figures.name(ids.toString()),
                () -> new Counted(tags.subscriberCounts(account, ids), now));
    }

    private Optional<TagListPage> list(Desk.Visit visit, Form form) {
        var asked = visit.request().page();
        var page = tags.list(visit.account(), new PageRequest(asked.after(), asked.before(), ROWS, false));
        return counted(visit, page.items().stream().map(Tag::id).toList())
                .map(counted -> list(visit, form, page, counted));
    }

    private static TagListPage list(Desk.Visit visit, Form form, Page<Tag> page, Counted counted) {
        return new TagListPage(
                visit.frame("Tags", Section.PEOPLE),
                form,
                visit.local().exact(counted.at()),
                page.items().stream()
                        .map(tag -> new TagListPage.Row(
                                tag.id().value(),
                                tag.name(),
                                Words.number(counted.people().getOrDefault(tag.id(), 0L)),
                                visit.local().day(tag.createdAt()),
                                tag.createdAt().toString()))
                        .toList(),
                PageJson.next(page),
                PageJson.previous(page));
    }

    /// Empty when the form has none that can be one; then it says so.
    private static Optional<String> name(Form form) {
        var name = form.value("name").strip();
        if (name.isEmpty() || name.length() > NAME_MAX || name.chars().anyMatch(Character::isISOControl)) {
            form.fault("name", "Must be 1 to " + NAME_MAX + " characters on one line.");
            return Optional.empty();
        }
        return Optional.of(name);
    }

    private Reply create(Desk.Visit visit, Form form) {
        var name = name(form);
        if (name.isEmpty()) {
            return list(visit, form)
                    .map(page -> visit.refusal("ui/audience/tags.jte", page))
                    .orElseGet(() -> visit.done("/tags", form.fault("name")));
        }
        var saved = tags.create(visit.account(), name.get());
        return visit.done(
                "/tags",
                saved.created()
                        ? "“" + saved.tag().name() + "” is there."
                        : "There is a tag of this name already: “" + saved.tag().name() + "”.");
    }

    private Optional<Tag> tag(Desk.Visit visit) {
        var id = visit.request().path("id", TagId::new);
        return database.read(tx -> tags.find(tx, visit.account(), id));
    }

    private Reply show(Desk.Visit visit) {
        return tag(visit)
                .map(tag ->
                        visit.page("ui/audience/tag.jte", page(visit, tag, Form.filled(Map.of("name", tag.name())))))
                .orElseGet(visit::noSuchPage);
    }

    private TagPage page(Desk.Visit visit, Tag tag, Form form) {
        var people = counted(visit, List.of(tag.id()));
        return new TagPage(
                visit.frame(tag.name(), Section.PEOPLE),
                tag.id().value(),
                form,
                people.map(counted -> Words.count(counted.people().getOrDefault(tag.id(), 0L), "person"))
                        .orElse("people who are being counted"),
                excludedBy(visit, tag));
    }

    /// Without it they would mail those whom they must not.
    private List<String> excludedBy(Desk.Visit visit, Tag tag) {
        var all = PageRequest.first(PageRequest.PER_PAGE_MAX);
        return database.read(tx -> sequences.list(tx, visit.account(), all)).items().stream()
                .filter(sequence -> sequence.settings()
                        .exclusions()
                        .contains(new Exclusion(Exclusion.Source.TAG, tag.id().value())))
                .map(sequence -> sequence.settings().name())
                .toList();
    }

    private Reply rename(Desk.Visit visit, Form form) {
        var tag = tag(visit);
        if (tag.isEmpty()) {
            return visit.noSuchPage();
        }
        var name = name(form);
        if (name.isPresent()) {
            switch (tags.rename(visit.account(), tag.get().id(), name.get())) {
                case Tags.Renaming.Renamed _ -> {
                    return visit.done("/tags/" + tag.get().id().value(), "Renamed.");
                }
                case Tags.Renaming.NoSuchTag _ -> {
                    return visit.noSuchPage();
                }
                case Tags.Renaming.NameTaken _ -> form.fault("name", "Another tag has this name.");
            }
        }
        return visit.refusal("ui/audience/tag.jte", page(visit, tag.get(), form));
    }

    private Reply delete(Desk.Visit visit, Form form) {
        var tag = tag(visit);
        if (tag.isEmpty()) {
            return visit.noSuchPage();
        }
        if (!excludedBy(visit, tag.get()).isEmpty()) {
            return visit.done("/tags/" + tag.get().id().value(), "Not deleted: a sequence excludes those who wear it.");
        }
        database.useTx(
                tx -> tags.deleteAll(tx, visit.account(), List.of(tag.get().id())));
        return visit.done("/tags", "“" + tag.get().name() + "” is deleted, off everybody.");
    }
}
