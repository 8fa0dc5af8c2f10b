package reynard.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SnippetId;
import reynard.template.liquid.LiquidError;
import reynard.template.liquid.Template;

/// Kit's operations on snippets.
public final class SnippetEndpoints {
    private static final int NAME_MAX = 255;
    private static final int CONTENT_MAX = 500_000;

    private final Database database;
    private final Snippets snippets;

    public SnippetEndpoints(Database database, Snippets snippets) {
        this.database = database;
        this.snippets = snippets;
    }

    public void register(Routes routes) {
        routes.get("/v4/snippets", this::list);
        routes.post("/v4/snippets", this::create);
        routes.get("/v4/snippets/{id}", this::show);
        routes.put("/v4/snippets/{id}", this::update);
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record SnippetJson(
            SnippetId id,
            String name,
            String snippetType,
            boolean archived,
            String key,
            Instant createdAt,
            Instant updatedAt,
            @Nullable String content,
            @Nullable DocumentJson document) {
        static SnippetJson of(Snippet snippet, boolean withContent) {
            boolean inline = snippet.kind() == Snippet.Kind.INLINE;
            return new SnippetJson(
                    snippet.id(),
                    snippet.name(),
                    snippet.kind().wireName(),
                    snippet.archived(),
                    snippet.key(),
                    snippet.createdAt(),
                    snippet.updatedAt(),
                    withContent ? (inline ? snippet.content() : "") : null,
                    withContent ? DocumentJson.of(snippet) : null);
        }

        static Map<String, SnippetJson> body(Snippet snippet) {
            return Map.of("snippet", of(snippet, true));
        }
    }

    /// The HTML of a block, as Kit's editor keeps it. `value`, `value_plain` and `version` are that editor's own; a
    /// document has the id of its snippet.
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record DocumentJson(
            SnippetId id,
            @Nullable String value,
            @Nullable String valueHtml,
            @Nullable String valuePlain,
            int version) {
        static DocumentJson of(Snippet snippet) {
            boolean block = snippet.kind() == Snippet.Kind.BLOCK;
            return new DocumentJson(snippet.id(), null, block ? snippet.content() : null, null, 1);
        }
    }

    private Reply list(Request request) {
        var kind = request.oneOf("snippet_type", Snippet.Kind.NAMES).flatMap(Snippet.Kind::named);
        boolean withContent = request.flag("include_content");
        var page = snippets.list(request.account(), kind, request.flag("archived"), request.page());
        return Reply.ok(PageJson.of("snippets", page, snippet -> SnippetJson.of(snippet, withContent)));
    }

    private Reply show(Request request) {
        var id = request.path("id", SnippetId::new);
        return database.inTx(tx -> snippets.find(tx, request.account(), id))
                .map(snippet -> Reply.ok(SnippetJson.body(snippet)))
                .orElseGet(Reply::notFound);
    }

    private Reply create(Request request) {
        return answer(201, create(request.account(), request.json()));
    }

    /// As a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public Snippets.Saving create(AccountId account, JsonBody body) {
        var name = present(body, "name", "name", body.line("name", NAME_MAX), true);
        var kind = body.text("snippet_type", 20).map(Snippet.Kind::named).over(Optional.empty(), Optional.empty());
        if (kind.isEmpty()) {
            body.fault("snippet_type must be one of: " + String.join(", ", Snippet.Kind.NAMES));
        }
        var content = kind.flatMap(known -> content(body, known, true));
        body.refuseFaults();
        return snippets.create(account, name.orElseThrow().strip(), kind.orElseThrow(), content.orElseThrow());
    }

    private Reply update(Request request) {
        return answer(200, update(request.account(), request.path("id", SnippetId::new), request::json));
    }

    /// Changes a snippet as a body of the API says.
    ///
    /// @param given asked for when there is a snippet to change
    /// @throws InvalidRequest when the body cannot be one
    public Snippets.Saving update(AccountId account, SnippetId id, Supplier<JsonBody> given) {
        var found = database.inTx(tx -> snippets.find(tx, account, id));
        if (found.isEmpty()) {
            return new Snippets.Saving.NoSuchSnippet();
        }
        var body = given.get();
        var name = present(body, "name", "name", body.line("name", NAME_MAX), false);
        var kind = found.get().kind();
        if (isForAnother(body, kind)) {
            body.fault("snippet_type cannot be changed");
        }
        var content = content(body, kind, false);
        var archived = body.flag("archived").<Optional<Boolean>>map(Optional::of);
        body.refuseFaults();
        return snippets.update(
                account, id, name.map(String::strip), content, archived.over(Optional.empty(), Optional.empty()));
    }

    private static Reply answer(int status, Snippets.Saving saving) {
        return switch (saving) {
            case Snippets.Saving.Saved(var snippet) -> new Reply(status, SnippetJson.body(snippet), Map.of());
            case Snippets.Saving.NoSuchSnippet _ -> Reply.notFound();
            case Snippets.Saving.Refused refused -> Reply.invalid(sentence(refused));
        };
    }

    /// Why a snippet cannot be like that.
    public static String sentence(Snippets.Saving.Refused refused) {
        return switch (refused) {
            case Snippets.Saving.Circular(var keys) ->
                "content must not contain a circular reference: " + String.join(" -> ", keys);
            case Snippets.Saving.TooDeep(int max) ->
                "content must not have snippets more than " + max + " deep in one another";
            case Snippets.Saving.NoKey _ -> "name must have a letter or digit to make a key of";
        };
    }

    /// Whether the body names the other type or has its content (Kit: Update a snippet).
    private static boolean isForAnother(JsonBody body, Snippet.Kind kind) {
        boolean named =
                body.text("snippet_type", 20) instanceof Change.Set<String>(var type) && !type.equals(kind.wireName());
        var others = kind == Snippet.Kind.INLINE ? "document_attributes" : "content";
        return named || body.value(others) instanceof Change.Set;
    }

    private static Optional<String> content(JsonBody body, Snippet.Kind kind, boolean required) {
        return switch (kind) {
            case INLINE ->
                liquid(
                        body,
                        "content",
                        present(body, "content", "content", body.text("content", CONTENT_MAX), required));
            case BLOCK ->
                switch (body.object("document_attributes")) {
                    case Change.Set<JsonBody>(var document) ->
                        liquid(
                                document,
                                "document_attributes value_html",
                                present(
                                        document,
                                        "value_html",
                                        "document_attributes value_html",
                                        document.text("value_html", CONTENT_MAX),
                                        true));
                    case Change.Clear<JsonBody> _ -> {
                        body.fault("document_attributes can't be null");
                        yield Optional.empty();
                    }
                    case Change.Keep<JsonBody> _ -> {
                        if (required && !body.has("document_attributes")) {
                            body.fault("document_attributes value_html can't be blank");
                        }
                        yield Optional.empty();
                    }
                };
        };
    }

    /// What is no Liquid would hold every email that shows it.
    private static Optional<String> liquid(JsonBody body, String shown, Optional<String> content) {
        content.ifPresent(text -> {
            try {
                Template.parse(text);
            } catch (LiquidError e) {
                body.fault(shown + " line " + e.line() + ", column " + e.column() + ": " + e.message());
            }
        });
        return content;
    }

    /// A text that must not be blank where it is given, and must be given where it is required.
    private static Optional<String> present(
            JsonBody body, String name, String shown, Change<String> change, boolean required) {
        return switch (change) {
            case Change.Set<String>(var text) when !text.isBlank() -> Optional.of(text);
            case Change.Keep<String> _ -> {
                if (required && !body.has(name)) {
                    body.fault(shown + " can't be blank");
                }
                yield Optional.empty();
            }
            case Change.Set<String> _, Change.Clear<String> _ -> {
                body.fault(shown + " can't be blank");
                yield Optional.empty();
            }
        };
    }
}
