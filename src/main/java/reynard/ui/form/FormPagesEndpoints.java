package reynard.ui.form;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.form.Form.Kind;
import reynard.form.Form.Status;
import reynard.form.FormEndpoints;
import reynard.form.FormFilter;
import reynard.form.Forms;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.FormId;
import reynard.id.Id;
import reynard.page.Language;
import reynard.sequence.Sequences;
import reynard.signup.FormPageEndpoints;
import reynard.signup.FormPages;
import reynard.tag.Tags;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// Forms and landing pages: the list, making one, and what each shows and does.
public final class FormPagesEndpoints {
    private static final String ONE = "/forms/{id}";
    private static final int ROWS = 50;
    private static final int NAME_MAX = 255;
    private static final Set<String> FIELDS = Set.of(
            "name",
            "language",
            "heading",
            "introduction",
            "button",
            "consent_text",
            "redirect_url",
            "confirmation_subject",
            "confirmation_text",
            "redirect_hosts");

    private final Database database;
    private final Forms forms;
    private final FormEndpoints bodies;
    private final FormPages pages;
    private final FormPageEndpoints pageBodies;
    private final Tags tags;
    private final Sequences sequences;
    private final Desk desk;

    public FormPagesEndpoints(
            Database database,
            Forms forms,
            FormEndpoints bodies,
            FormPages pages,
            FormPageEndpoints pageBodies,
            Tags tags,
            Sequences sequences,
            Desk desk) {
        this.database = database;
        this.forms = forms;
        this.bodies = bodies;
        this.pages = pages;
        this.pageBodies = pageBodies;
        this.tags = tags;
        this.sequences = sequences;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/forms", visit -> visit.page("ui/form/list.jte", list(visit, hosts(visit))));
        desk.form(routes, "/forms/hosts", this::changeHosts);
        desk.page(routes, "/forms/new", this::create);
        desk.form(routes, "/forms/new", this::created);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::save);
    }

    private Form hosts(Desk.Visit visit) {
        var hosts = database.read(tx -> pages.redirectHosts(tx, visit.account()));
        return Form.filled(Map.of("redirect_hosts", String.join("\n", hosts)));
    }

    private FormListPage list(Desk.Visit visit, Form hosts) {
        var status = visit.request().oneOf("status", Status.NAMES);
        var asked = visit.request().page();
        var page = forms.list(
                visit.account(),
                new FormFilter(Optional.empty(), Status.named(status.orElse("active"))),
                new PageRequest(asked.after(), asked.before(), ROWS, false));
        var counts = forms.subscriberCounts(
                visit.account(),
                page.items().stream().map(reynard.form.Form::id).toList());
        var rows = database.read(tx -> page.items().stream()
                .map(form -> new FormListPage.Row(
                        form.id().value(),
                        form.name(),
                        kind(form.kind()),
                        Words.number(counts.getOrDefault(form.id(), 0L)),
                        pageBodies.page(tx, visit.account(), form).url(),
                        visit.local().day(form.createdAt()),
                        form.createdAt().toString()))
                .toList());
        return new FormListPage(
                visit.frame("Forms", Section.FORMS),
                Form.filled(Map.of("status", status.orElse("active"))),
                hosts,
                List.of(
                        new Option("active", "In use"),
                        new Option("archived", "Archived"),
                        new Option("trashed", "Thrown away")),
                rows,
                status.isPresent() || !rows.isEmpty() || asked.after().isPresent(),
                status.map(name -> "/forms?status=" + name).orElse("/forms"),
                PageJson.next(page),
                PageJson.previous(page));
    }

    private static String kind(Kind kind) {
        return switch (kind) {
            case EMBED -> "Form";
            case HOSTED -> "Landing page";
        };
    }

    private Reply changeHosts(Desk.Visit visit, Form form) {
        var hosts = Arrays.stream(form.value("redirect_hosts").split("\\s+"))
                .filter(host -> !host.isEmpty())
                .toList();
        try {
            database.useTx(tx -> pageBodies.changeHosts(
                    tx,
                    visit.account(),
                    new Body(form).put("redirect_hosts", hosts).json()));
            return visit.done("/forms", "Saved.");
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/form/list.jte", list(visit, form));
        }
    }

    private Reply create(Desk.Visit visit) {
        return visit.page(
                "ui/form/new.jte",
                new NewFormPage(visit.frame("New form", Section.FORMS), Form.filled(Map.of("type", "embed"))));
    }

    private Reply created(Desk.Visit visit, Form form) {
        try {
            var made = bodies.create(
                    visit.account(), new Body(form).text("name").text("type").json());
            return visit.done("/forms/" + made.id().value(), "“" + made.name() + "” is there.");
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/form/new.jte", new NewFormPage(visit.frame("New form", Section.FORMS), form));
        }
    }

    private Optional<reynard.form.Form> find(Desk.Visit visit) {
        var id = visit.request().path("id", FormId::new);
        return database.read(tx -> forms.find(tx, visit.account(), id));
    }

    private Reply show(Desk.Visit visit) {
        return find(visit)
                .map(found -> visit.page("ui/form/form.jte", view(visit, found, Optional.empty())))
                .orElseGet(visit::noSuchPage);
    }

    private FormPageView view(Desk.Visit visit, reynard.form.Form found, Optional<Form> sent) {
        var all = PageRequest.first(PageRequest.PER_PAGE_MAX);
        long people =
                forms.subscriberCounts(visit.account(), List.of(found.id())).getOrDefault(found.id(), 0L);
        return database.read(tx -> {
            var page = pageBodies.page(tx, visit.account(), found);
            return new FormPageView(
                    visit.frame(found.name(), Section.FORMS),
                    found.id().value(),
                    found.kind() == Kind.HOSTED,
                    found.status() != Status.ACTIVE,
                    Words.count(people, "person"),
                    page.url(),
                    page.embedHtml(),
                    page.embedScript(),
                    sent.orElseGet(() -> filled(found, page)),
                    Arrays.stream(Language.values())
                            .map(language -> new Option(
                                    language.tag(),
                                    Words.capital(language.locale().getDisplayLanguage(language.locale()))))
                            .toList(),
                    tags.list(visit.account(), all).items().stream()
                            .map(tag -> new Option("tag:" + tag.id().value(), tag.name()))
                            .toList(),
                    sequences(tx, visit));
        });
    }

    private List<Option> sequences(Tx tx, Desk.Visit visit) {
        return sequences.list(tx, visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .map(sequence -> new Option(
                        "sequence:" + sequence.id().value(), sequence.settings().name()))
                .toList();
    }

    private static Form filled(reynard.form.Form found, FormPageEndpoints.PageJson page) {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", found.name());
        values.put("language", text(page.language()));
        values.put("heading", text(page.heading()));
        values.put("introduction", text(page.introduction()));
        values.put("button", text(page.button()));
        values.put("consent_text", text(page.consentText()));
        values.put("redirect_url", text(page.redirectUrl()));
        values.put("confirmation_subject", text(page.confirmationSubject()));
        values.put("confirmation_text", text(page.confirmationText()));
        if (page.asksName()) {
            values.put("asks_name", "on");
        }
        if (page.doubleOptIn()) {
            values.put("double_opt_in", "on");
        }
        values.put("tag_ids", boxes("tag", page.tagIds()));
        values.put("sequence_ids", boxes("sequence", page.sequenceIds()));
        return Form.filled(values);
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static List<String> boxes(String kind, List<? extends Id> ids) {
        return ids.stream().map(id -> kind + ":" + id.value()).toList();
    }

    private Reply save(Desk.Visit visit, Form form) {
        var found = find(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        if (form.isOn("to")) {
            return changeStatus(visit, form);
        }
        var body = new Body(form)
                .textOrNone("language")
                .textOrNone("heading")
                .lines("introduction")
                .textOrNone("button")
                .lines("consent_text")
                .flag("asks_name")
                .flag("double_opt_in")
                .textOrNone("redirect_url")
                .textOrNone("confirmation_subject")
                .lines("confirmation_text")
                .put("tag_ids", Body.ids(form.values("tag_ids")).getOrDefault("tag", List.of()))
                .put("sequence_ids", Body.ids(form.values("sequence_ids")).getOrDefault("sequence", List.of()))
                .json();
        if (form.value("name").isBlank() || form.value("name").length() > NAME_MAX) {
            form.fault("name", "Must be 1 to " + NAME_MAX + " characters.");
        } else {
            try {
                database.useTx(tx -> pageBodies.change(tx, visit.account(), found.get(), body));
                bodies.update(
                        visit.account(),
                        found.get().id(),
                        new Body(form).text("name").json());
                return visit.done("/forms/" + found.get().id().value(), "Saved.");
            } catch (InvalidRequest invalid) {
                form.refuse(invalid.faults(), FIELDS);
            }
        }
        return visit.refusal("ui/form/form.jte", view(visit, found.get(), Optional.of(form)));
    }

    private Reply changeStatus(Desk.Visit visit, Form form) {
        var to = Status.named(form.value("to"));
        var id = visit.request().path("id", FormId::new);
        if (to.isEmpty()) {
            return visit.noSuchPage();
        }
        return forms.update(visit.account(), id, Optional.empty(), to)
                .map(found -> visit.done(
                        "/forms/" + id.value(),
                        found.status() == Status.ACTIVE
                                ? "In use again."
                                : "Archived: nobody can sign up by it any more."))
                .orElseGet(visit::noSuchPage);
    }
}
