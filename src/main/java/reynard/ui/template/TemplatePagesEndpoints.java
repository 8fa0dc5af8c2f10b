package reynard.ui.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.broadcast.Broadcasts;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.delivery.BroadcastWriter;
import reynard.delivery.Letters;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.BroadcastId;
import reynard.id.EmailTemplateId;
import reynard.id.SequenceId;
import reynard.sequence.Sequences;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplate;
import reynard.template.EmailTemplates;
import reynard.template.TemplateEndpoints;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;
import reynard.ui.letter.SpecimenEndpoints;

/// The layouts: the list, writing one and looking at it.
public final class TemplatePagesEndpoints {
    private static final String ONE = "/templates/{id}";
    private static final int ROWS = 50;
    private static final Set<String> FIELDS = Set.of("name", "html");
    private static final String SAMPLE = """
            <p>Hello {{ subscriber.first_name | default: "Alex" }},</p>
            <p>this is what an email looks like in this layout. A link <a href="https://example.com/">looks like this</a>.</p>
            <h2>A heading</h2>
            <p>And a line below it.</p>
            """;

    private final Database database;
    private final EmailTemplates templates;
    private final TemplateEndpoints bodies;
    private final Letters letters;
    private final Sequences sequences;
    private final Broadcasts broadcasts;
    private final Desk desk;

    public TemplatePagesEndpoints(
            Database database,
            EmailTemplates templates,
            TemplateEndpoints bodies,
            Letters letters,
            Sequences sequences,
            Broadcasts broadcasts,
            Desk desk) {
        this.database = database;
        this.templates = templates;
        this.bodies = bodies;
        this.letters = letters;
        this.sequences = sequences;
        this.broadcasts = broadcasts;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/templates", this::list);
        desk.page(routes, "/templates/new", this::create);
        desk.form(routes, "/templates/new", this::created);
        desk.form(routes, "/templates/preview", Desk.Right.LOOK, this::preview);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::save);
        desk.form(routes, ONE + "/delete", this::delete);
    }

    private Reply list(Desk.Visit visit) {
        var asked = visit.request().page();
        var page = templates.list(visit.account(), new PageRequest(asked.after(), asked.before(), ROWS, false));
        return visit.page(
                "ui/template/list.jte",
                new TemplateListPage(
                        visit.frame("Layouts", Section.TEMPLATES),
                        page.items().stream()
                                .map(template -> new TemplateListPage.Row(
                                        template.id().value(),
                                        template.name(),
                                        template.isDefault(),
                                        visit.local().day(template.updatedAt()),
                                        template.updatedAt().toString()))
                                .toList(),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    /// What the default one looks like is what most begin with.
    private Reply create(Desk.Visit visit) {
        var html = database.read(tx -> templates.defaultOf(tx, visit.account())).html();
        return visit.page(
                "ui/template/template.jte",
                page(visit, Optional.empty(), Form.filled(Map.of("name", "", "html", html))));
    }

    private static TemplatePage page(Desk.Visit visit, Optional<EmailTemplate> template, Form form) {
        return new TemplatePage(
                visit.frame(template.map(EmailTemplate::name).orElse("New layout"), Section.TEMPLATES),
                template.map(found -> found.id().value()).orElse(0L),
                template.map(found -> address(found.id())).orElse("/templates/new"),
                form,
                template.map(EmailTemplate::isDefault).orElse(false));
    }

    private static String address(EmailTemplateId id) {
        return "/templates/" + id.value();
    }

    private Reply created(Desk.Visit visit, Form form) {
        try {
            var template = bodies.create(
                    visit.account(),
                    new Body(form).text("name").lines("html").flag("is_default").json());
            return visit.done(address(template.id()), "“" + template.name() + "” is there.");
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/template/template.jte", page(visit, Optional.empty(), form));
        }
    }

    private Optional<EmailTemplate> template(Desk.Visit visit) {
        var id = visit.request().path("id", EmailTemplateId::new);
        return database.read(tx -> templates.find(tx, visit.account(), id));
    }

    private Reply show(Desk.Visit visit) {
        return template(visit)
                .map(template -> {
                    var values = new LinkedHashMap<String, Object>();
                    values.put("name", template.name());
                    values.put("html", template.html());
                    if (template.isDefault()) {
                        values.put("is_default", "on");
                    }
                    return visit.page(
                            "ui/template/template.jte", page(visit, Optional.of(template), Form.filled(values)));
                })
                .orElseGet(visit::noSuchPage);
    }

    private Reply save(Desk.Visit visit, Form form) {
        var template = template(visit);
        if (template.isEmpty()) {
            return visit.noSuchPage();
        }
        var body = new Body(form).text("name").lines("html");
        // The default one stays it until another takes its place.
        if (form.isOn("is_default")) {
            body.put("is_default", true);
        }
        try {
            var saved = database.inTx(
                    tx -> bodies.update(tx, visit.account(), template.get().id(), body::json));
            return saved.map(found -> visit.done(address(found.id()), "Saved: emails look like this from now on."))
                    .orElseGet(visit::noSuchPage);
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/template/template.jte", page(visit, template, form));
        }
    }

    private Reply preview(Desk.Visit visit, Form form) {
        var written = new BroadcastWriter.Draft(
                Optional.empty(), new EmailRenderer.Source("A subject", "", SAMPLE, form.value("html")));
        try {
            var rendered = database.read(
                            tx -> letters.specimen(tx, visit.account(), written, Optional.empty(), visit.now()))
                    .orElseThrow()
                    .rendered();
            return Desk.sandboxed(
                    form.value("view").equals("text")
                            ? SpecimenEndpoints.said(rendered.subject(), rendered.text(), false)
                            : rendered.html());
        } catch (BrokenEmail broken) {
            return Desk.sandboxed(SpecimenEndpoints.said("This cannot be rendered", broken.sentence(), true));
        }
    }

    private Reply delete(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", EmailTemplateId::new);
        return switch (templates.delete(visit.account(), id)) {
            case EmailTemplates.Deletion.Deleted _ -> visit.done("/templates", "Deleted.");
            case EmailTemplates.Deletion.NoSuchTemplate _ -> visit.noSuchPage();
            case EmailTemplates.Deletion.IsDefault _ ->
                visit.done(address(id), "Not deleted: it is the default. Make another one the default first.");
            case EmailTemplates.Deletion.InUse(var users) ->
                visit.done(
                        address(id),
                        "Not deleted: it is used by " + database.read(tx -> names(tx, visit, users)) + ".");
        };
    }

    /// @param users `sequence 7`, `broadcast 9`
    private String names(Tx tx, Desk.Visit visit, List<String> users) {
        var names = new ArrayList<String>();
        for (var user : users) {
            int space = user.indexOf(' ');
            long id = Long.parseLong(user.substring(space + 1));
            var name = user.startsWith("sequence")
                    ? sequences
                            .find(tx, visit.account(), new SequenceId(id))
                            .map(sequence -> sequence.settings().name())
                    : broadcasts
                            .find(tx, visit.account(), new BroadcastId(id))
                            .flatMap(broadcast -> broadcast.settings().subject());
            names.add("the " + user.substring(0, space) + " “" + name.orElse("without a name") + "”");
        }
        return String.join(", ", names);
    }
}
