package reynard.ui.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SnippetId;
import reynard.template.Snippet;
import reynard.template.SnippetEndpoints;
import reynard.template.Snippets;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;
import reynard.ui.Words;

/// Snippets: the list, writing one, and who shows it.
public final class SnippetPagesEndpoints {
    private static final String ONE = "/snippets/{id}";
    private static final int ROWS = 50;
    private static final Set<String> FIELDS = Set.of("name", "content");

    private final Database database;
    private final Snippets snippets;
    private final SnippetEndpoints bodies;
    private final Desk desk;

    public SnippetPagesEndpoints(Database database, Snippets snippets, SnippetEndpoints bodies, Desk desk) {
        this.database = database;
        this.snippets = snippets;
        this.bodies = bodies;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/snippets", this::list);
        desk.page(routes, "/snippets/new", this::create);
        desk.form(routes, "/snippets/new", this::created);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::save);
        desk.form(routes, ONE + "/archived", this::archive);
    }

    private Reply list(Desk.Visit visit) {
        boolean archived = visit.request().flag("archived");
        var asked = visit.request().page();
        var page = snippets.list(
                visit.account(),
                Optional.empty(),
                archived,
                new PageRequest(asked.after(), asked.before(), ROWS, false));
        return visit.page(
                "ui/template/snippets.jte",
                new SnippetListPage(
                        visit.frame("Snippets", Section.TEMPLATES),
                        archived,
                        page.items().stream()
                                .map(snippet -> new SnippetListPage.Row(
                                        snippet.id().value(),
                                        snippet.name(),
                                        snippet.kind() == Snippet.Kind.BLOCK ? "HTML" : "Text",
                                        variable(snippet),
                                        visit.local().day(snippet.updatedAt()),
                                        snippet.updatedAt().toString()))
                                .toList(),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    private static String variable(Snippet snippet) {
        return "{{ snippet." + snippet.key() + " }}";
    }

    private Reply create(Desk.Visit visit) {
        return visit.page(
                "ui/template/snippet.jte", page(visit, Optional.empty(), Form.filled(Map.of("type", "block"))));
    }

    private SnippetPage page(Desk.Visit visit, Optional<Snippet> snippet, Form form) {
        return new SnippetPage(
                visit.frame(snippet.map(Snippet::name).orElse("New snippet"), Section.TEMPLATES),
                snippet.map(found -> found.id().value()).orElse(0L),
                snippet.map(found -> address(found.id())).orElse("/snippets/new"),
                form,
                snippet.map(found -> found.kind() == Snippet.Kind.BLOCK).orElse(true),
                snippet.map(Snippet::archived).orElse(false),
                snippet.map(SnippetPagesEndpoints::variable).orElse(""),
                snippet.map(found -> users(visit, found)).orElse(List.of()));
    }

    private List<SnippetPage.User> users(Desk.Visit visit, Snippet snippet) {
        return database.read(tx -> snippets.users(tx, visit.account(), snippet)).stream()
                .map(user -> new SnippetPage.User(
                        Words.capital(user.kind()),
                        user.name().isEmpty() ? "Without a name" : user.name(),
                        "/" + (user.kind().equals("layout") ? "template" : user.kind()) + "s/" + user.id()))
                .toList();
    }

    private static String address(SnippetId id) {
        return "/snippets/" + id.value();
    }

    /// The content of a block is a document, as Kit's editor has it.
    private static Body body(Form form, boolean block) {
        var body = new Body(form).text("name");
        return block
                ? body.put(
                        "document_attributes",
                        Map.of("value_html", form.value("content").replace("\r\n", "\n")))
                : body.text("content");
    }

    /// What is wrong with a block is wrong with the content that the form has.
    private static void refuse(Form form, List<String> faults) {
        form.refuse(
                faults.stream()
                        .map(fault -> fault.replaceFirst("^document_attributes value_html", "content"))
                        .toList(),
                FIELDS);
    }

    private Reply created(Desk.Visit visit, Form form) {
        boolean block = form.value("type").equals("block");
        try {
            var body = body(form, block).put("snippet_type", block ? "block" : "inline");
            switch (bodies.create(visit.account(), body.json())) {
                case Snippets.Saving.Saved(var snippet) -> {
                    return visit.done(address(snippet.id()), "Emails can name it now: " + variable(snippet) + ".");
                }
                case Snippets.Saving.NoSuchSnippet _ -> {
                    return visit.noSuchPage();
                }
                case Snippets.Saving.Refused refused -> refuse(form, List.of(SnippetEndpoints.sentence(refused)));
            }
        } catch (InvalidRequest invalid) {
            refuse(form, invalid.faults());
        }
        return visit.refusal("ui/template/snippet.jte", page(visit, Optional.empty(), form));
    }

    private Optional<Snippet> snippet(Desk.Visit visit) {
        var id = visit.request().path("id", SnippetId::new);
        return database.read(tx -> snippets.find(tx, visit.account(), id));
    }

    private Reply show(Desk.Visit visit) {
        return snippet(visit)
                .map(snippet -> visit.page(
                        "ui/template/snippet.jte",
                        page(
                                visit,
                                Optional.of(snippet),
                                Form.filled(Map.of(
                                        "name",
                                        snippet.name(),
                                        "content",
                                        snippet.content(),
                                        "type",
                                        snippet.kind().wireName())))))
                .orElseGet(visit::noSuchPage);
    }

    private Reply save(Desk.Visit visit, Form form) {
        var snippet = snippet(visit);
        if (snippet.isEmpty()) {
            return visit.noSuchPage();
        }
        var id = snippet.get().id();
        try {
            var body = body(form, snippet.get().kind() == Snippet.Kind.BLOCK);
            switch (bodies.update(visit.account(), id, body::json)) {
                case Snippets.Saving.Saved _ -> {
                    return visit.done(address(id), "Saved: every email shows it like this from its next sending on.");
                }
                case Snippets.Saving.NoSuchSnippet _ -> {
                    return visit.noSuchPage();
                }
                case Snippets.Saving.Refused refused -> refuse(form, List.of(SnippetEndpoints.sentence(refused)));
            }
        } catch (InvalidRequest invalid) {
            refuse(form, invalid.faults());
        }
        return visit.refusal("ui/template/snippet.jte", page(visit, snippet, form));
    }

    /// Emails that name it go on showing it.
    private Reply archive(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SnippetId::new);
        boolean archived = form.value("to").equals("archived");
        var saving = snippets.update(visit.account(), id, Optional.empty(), Optional.empty(), Optional.of(archived));
        return saving instanceof Snippets.Saving.Saved
                ? visit.done(address(id), archived ? "Put away." : "Back in the list.")
                : visit.noSuchPage();
    }
}
