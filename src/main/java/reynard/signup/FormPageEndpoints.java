package reynard.signup;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reynard.account.Accounts;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.form.Form;
import reynard.form.Forms;
import reynard.http.Change;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SequenceId;
import reynard.id.TagId;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;
import reynard.sequence.Sequences;
import reynard.tag.Tags;

/// Ours: what a form shows and does, the HTML to put it into a page with, and the hosts that forms may lead on to.
public final class FormPageEndpoints {
    private static final int LINE_MAX = 255;
    private static final int TEXT_MAX = 4_000;
    private static final int HOSTS_MAX = 100;
    private static final int OUTCOMES_MAX = 50;

    private final Database database;
    private final Accounts accounts;
    private final Forms forms;
    private final FormPages pages;
    private final Tags tags;
    private final Sequences sequences;
    private final Supplier<String> publicUrl;

    /// @param publicUrl what strangers reach this server by, without a slash at its end
    public FormPageEndpoints(
            Database database,
            Accounts accounts,
            Forms forms,
            FormPages pages,
            Tags tags,
            Sequences sequences,
            Supplier<String> publicUrl) {
        this.database = database;
        this.accounts = accounts;
        this.forms = forms;
        this.pages = pages;
        this.tags = tags;
        this.sequences = sequences;
        this.publicUrl = publicUrl;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/forms/{id}/page", this::show);
        routes.put("/ext/v1/forms/{id}/page", this::change);
        routes.get("/ext/v1/redirect_hosts", this::hosts);
        routes.put("/ext/v1/redirect_hosts", this::changeHosts);
    }

    /// What a form shows and does, and how visitors come to it.
    ///
    /// @param url of the page that we show
    /// @param embedHtml the form for a page of the author's own
    /// @param embedScript the same, as a script that fetches it
    public record PageJson(
            String url,
            String embedHtml,
            String embedScript,
            @Nullable String language,
            @Nullable String heading,
            @Nullable String introduction,
            @Nullable String button,
            @Nullable String consentText,
            boolean asksName,
            boolean doubleOptIn,
            @Nullable String redirectUrl,
            @Nullable String confirmationSubject,
            @Nullable String confirmationText,
            List<TagId> tagIds,
            List<SequenceId> sequenceIds) {}

    /// As the API shows it.
    public PageJson page(Tx tx, AccountId account, Form form) {
        return page(tx, account, form, pages.find(tx, account, form.id()));
    }

    private PageJson page(Tx tx, AccountId account, Form form, FormPage page) {
        var url = publicUrl.get() + "/forms/" + accounts.get(tx, account).token() + "/" + form.uid();
        var texts = page.texts(Language.ENGLISH);
        return new PageJson(
                url,
                snippet(form, page, texts, url),
                "<script src=\"" + url + "/index.js\" async></script>",
                page.language().map(Language::tag).orElse(null),
                page.heading().orElse(null),
                page.introduction().orElse(null),
                page.button().orElse(null),
                page.consentText().orElse(null),
                page.asksName(),
                page.doubleOptIn(),
                page.redirectUrl().orElse(null),
                page.confirmationSubject().orElse(null),
                page.confirmationText().orElse(null),
                page.tags(),
                page.sequences());
    }

    private static Reply json(PageJson page) {
        return Reply.ok(Map.of("page", page));
    }

    /// HTML for a page of the author's own. It has no stamp of ours, so whoever sends it presses a second button here.
    private static String snippet(Form form, FormPage page, Texts texts, String url) {
        return Templates.render(
                        "signup/snippet.jte",
                        new FormView(texts, form, page, url, "", Optional.empty(), FormView.Filled.NOTHING, false))
                .strip();
    }

    private Reply show(Request request) {
        var id = request.path("id", FormId::new);
        return database.inTx(tx -> forms.find(tx, request.account(), id)
                .map(form -> json(page(tx, request.account(), form)))
                .orElseGet(Reply::notFound));
    }

    private Reply change(Request request) {
        var id = request.path("id", FormId::new);
        var account = request.account();
        return database.inTx(tx -> {
            var form = forms.find(tx, account, id);
            if (form.isEmpty()) {
                return Reply.notFound();
            }
            return json(change(tx, account, form.get(), request.json()));
        });
    }

    /// Changes what a form shows and does, as a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public PageJson change(Tx tx, AccountId account, Form form, JsonBody body) {
        var changed = read(tx, account, body, pages.find(tx, account, form.id()));
        body.refuseFaults();
        pages.save(tx, account, form.id(), changed);
        return page(tx, account, form, changed);
    }

    private FormPage read(Tx tx, AccountId account, JsonBody body, FormPage now) {
        return new FormPage(
                language(body, now.language()),
                optional(body.line("heading", LINE_MAX), now.heading()),
                optional(body.text("introduction", TEXT_MAX), now.introduction()),
                optional(body.line("button", LINE_MAX), now.button()),
                optional(body.text("consent_text", TEXT_MAX), now.consentText()),
                body.flag("asks_name").over(now.asksName(), false),
                body.flag("double_opt_in").over(now.doubleOptIn(), true),
                redirect(tx, account, body, now.redirectUrl()),
                optional(body.line("confirmation_subject", LINE_MAX), now.confirmationSubject()),
                optional(body.text("confirmation_text", TEXT_MAX), now.confirmationText()),
                outcomes(
                        body,
                        "tag_ids",
                        TagId::new,
                        now.tags(),
                        tag -> tags.find(tx, account, tag).isPresent()),
                outcomes(
                        body,
                        "sequence_ids",
                        SequenceId::new,
                        now.sequences(),
                        sequence -> sequences.find(tx, account, sequence).isPresent()));
    }

    private static Optional<String> optional(Change<String> change, Optional<String> now) {
        return change.map(text -> Optional.of(text).filter(given -> !given.isBlank()))
                .over(now, Optional.empty());
    }

    private static Optional<Language> language(JsonBody body, Optional<Language> now) {
        return body.text("language", 20)
                .map(tag -> {
                    var language = Language.tagged(tag);
                    if (language.isEmpty()) {
                        body.fault("language must be one of: " + String.join(", ", Language.TAGS));
                    }
                    return language;
                })
                .over(now, Optional.empty());
    }

    private Optional<String> redirect(Tx tx, AccountId account, JsonBody body, Optional<String> now) {
        return body.line("redirect_url", 2_000)
                .map(url -> {
                    var target = FormPages.target(url);
                    if (target.isEmpty()) {
                        body.fault("redirect_url must be an address that begins with https:// or http://");
                    } else if (!pages.redirectHosts(tx, account).contains(FormPages.host(target.get()))) {
                        body.fault("redirect_url must lead to one of your redirect hosts");
                    }
                    return target.map(URI::toString);
                })
                .over(now, Optional.empty());
    }

    private static <T> List<T> outcomes(
            JsonBody body, String name, LongFunction<T> id, List<T> now, Predicate<T> exists) {
        return body.ids(name)
                .map(ids -> {
                    var found = ids.stream().distinct().map(id::apply).toList();
                    if (found.size() > OUTCOMES_MAX) {
                        body.fault(name + " must have at most " + OUTCOMES_MAX + " entries");
                        return List.<T>of();
                    }
                    if (!found.stream().allMatch(exists)) {
                        body.fault(name + " not found");
                    }
                    return found;
                })
                .over(now, List.of());
    }

    private Reply hosts(Request request) {
        return Reply.ok(Map.of("redirect_hosts", database.inTx(tx -> pages.redirectHosts(tx, request.account()))));
    }

    private Reply changeHosts(Request request) {
        var body = request.json();
        database.useTx(tx -> changeHosts(tx, request.account(), body));
        return hosts(request);
    }

    /// Names the hosts that forms may lead on to, as a body of the API says.
    ///
    /// @throws InvalidRequest when the body cannot be one
    public void changeHosts(Tx tx, AccountId account, JsonBody body) {
        var hosts = body.texts("redirect_hosts").over(List.of(), List.of()).stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        if (!(body.value("redirect_hosts") instanceof Change.Set<JsonNode>) || hosts.size() > HOSTS_MAX) {
            body.fault("redirect_hosts must be an array of at most " + HOSTS_MAX + " hosts");
        }
        for (var host : hosts) {
            if (!host.matches("[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){0,10}")) {
                body.fault("redirect_hosts must be names of hosts, without a scheme, port or path");
            }
        }
        body.refuseFaults();
        pages.changeRedirectHosts(tx, account, hosts);
    }
}
