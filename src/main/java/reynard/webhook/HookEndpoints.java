package reynard.webhook;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.form.Forms;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.FormId;
import reynard.id.ReceiverId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.tag.Tags;
import reynard.webhook.HookEvent.Parameter;

/// Kit's operations on legacy webhooks.
public final class HookEndpoints {
    private static final String MISSING = "`event` and `target` parameters must be provided";
    private static final int NAME_MAX = 100;

    private final Database database;
    private final Hooks hooks;
    private final Reach reach;
    private final Tags tags;
    private final Forms forms;
    private final Sequences sequences;
    private final CustomFields customFields;

    public HookEndpoints(
            Database database,
            Hooks hooks,
            Reach reach,
            Tags tags,
            Forms forms,
            Sequences sequences,
            CustomFields customFields) {
        this.database = database;
        this.hooks = hooks;
        this.reach = reach;
        this.tags = tags;
        this.forms = forms;
        this.sequences = sequences;
        this.customFields = customFields;
    }

    public void register(Routes routes) {
        routes.get("/v4/webhooks", this::list);
        routes.post("/v4/webhooks", this::create);
        routes.delete("/v4/webhooks/{id}", this::delete);
    }

    record HookJson(ReceiverId id, AccountId accountId, Map<String, @Nullable Object> event, String targetUrl) {
        static HookJson of(AccountId account, Hook hook) {
            var event = new LinkedHashMap<String, @Nullable Object>();
            event.put("name", hook.event().shortName());
            var key = hook.event().parameter().key();
            switch (hook.about()) {
                case Hook.About.Anything _ -> event.put(Parameter.LINK.key(), null);
                case Hook.About.Thing(var id) -> event.put(key, id);
                case Hook.About.Link(var url) -> event.put(key, url);
            }
            return new HookJson(hook.id(), account, event, hook.url());
        }

        /// The answer to a creation always has this key, though only links need it.
        HookJson withInitiator() {
            event.putIfAbsent(Parameter.LINK.key(), null);
            return this;
        }
    }

    private Reply list(Request request) {
        var page = hooks.list(request.account(), request.page());
        return Reply.ok(PageJson.of("webhooks", page, hook -> HookJson.of(request.account(), hook)));
    }

    private Reply create(Request request) {
        var body = request.json();
        var url = body.line("target_url", TargetUrl.CHARACTERS_MAX);
        var event = body.object("event");
        body.refuseFaults();
        if (!(url instanceof Change.Set<String>(var target))
                || target.isBlank()
                || !(event instanceof Change.Set<JsonBody>(var wanted))
                || wanted.names().isEmpty()) {
            return Reply.invalid(MISSING);
        }
        TargetUrl.fault(target.strip(), reach).ifPresent(rule -> body.fault("target_url " + rule));
        var kind = kind(wanted);
        var about = kind.flatMap(known -> about(request.account(), wanted, known.parameter()));
        body.refuseFaults();
        var hook = hooks.create(request.account(), kind.orElseThrow(), about.orElseThrow(), target.strip());
        return Reply.created(
                Map.of("webhook", HookJson.of(request.account(), hook).withInitiator()));
    }

    private static Optional<HookEvent> kind(JsonBody event) {
        var name = event.text("name", NAME_MAX);
        var kind = name instanceof Change.Set<String>(var text) ? HookEvent.named(text) : Optional.<HookEvent>empty();
        if (kind.isEmpty()) {
            event.fault("event name must be one of: " + String.join(", ", HookEvent.NAMES));
        }
        return kind;
    }

    private Optional<Hook.About> about(AccountId account, JsonBody event, Parameter parameter) {
        return switch (parameter) {
            case NONE -> Optional.of(new Hook.About.Anything());
            case LINK -> link(event);
            case FORM, SEQUENCE, PRODUCT, TAG, CUSTOM_FIELD -> thing(account, event, parameter);
        };
    }

    private static Optional<Hook.About> link(JsonBody event) {
        var link = event.line(Parameter.LINK.key(), TargetUrl.CHARACTERS_MAX);
        if (link instanceof Change.Set<String>(var url) && !url.isBlank()) {
            return Optional.of(new Hook.About.Link(url.strip()));
        }
        event.fault("event " + Parameter.LINK.key() + " can't be blank");
        return Optional.empty();
    }

    private Optional<Hook.About> thing(AccountId account, JsonBody event, Parameter parameter) {
        var read = event.id(parameter.key());
        if (!(read instanceof Change.Set<Long>(var id))) {
            // What is there and yet was not read has its fault already.
            if (!(read instanceof Change.Keep<Long> && event.has(parameter.key()))) {
                event.fault("event " + parameter.key() + " can't be blank");
            }
            return Optional.empty();
        }
        if (!database.inTx(tx -> exists(tx, account, parameter, id))) {
            event.fault("event " + parameter.key() + " not found: " + id);
            return Optional.empty();
        }
        return Optional.of(new Hook.About.Thing(id));
    }

    private boolean exists(Tx tx, AccountId account, Parameter parameter, long id) {
        return switch (parameter) {
            case FORM -> forms.find(tx, account, new FormId(id)).isPresent();
            case SEQUENCE -> sequences.find(tx, account, new SequenceId(id)).isPresent();
            case TAG -> tags.find(tx, account, new TagId(id)).isPresent();
            case CUSTOM_FIELD ->
                customFields.find(tx, account, new CustomFieldId(id)).isPresent();
            // Products have no list of their own: they are known by the purchases that name them.
            case PRODUCT -> id > 0;
            case NONE, LINK -> true;
        };
    }

    private Reply delete(Request request) {
        return hooks.delete(request.account(), request.path("id", ReceiverId::new))
                ? Reply.noContent()
                : Reply.notFound();
    }
}
