package reynard.signup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import reynard.access.Ration;
import reynard.access.Rations;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.form.Form;
import reynard.form.Forms;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.mail.EmailAddress;
import reynard.page.AskPage;
import reynard.page.DonePage;
import reynard.page.Language;
import reynard.page.Templates;
import reynard.page.Texts;

/// Forms on pages of ours and of others, and the link in the mail that asks whether it was they who signed up.
///
/// An address that we know, do not know or must not write to gets the same answer, after the same time.
public final class SignupEndpoints {
    private static final int NAME_MAX = 255;
    private static final int URL_MAX = 2_000;
    private static final int AGENT_MAX = 500;
    private static final Ration BY_NETWORK = new Ration(30, Duration.ofHours(1));
    /// No answer to a sign-up comes sooner, so that nobody can tell by the time what was done.
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Database database;
    private final Accounts accounts;
    private final Forms forms;
    private final FormPages pages;
    private final Signups signups;
    private final Rations rations;
    private final Stamp stamp;
    private final InstantSource clock;

    /// @param secret what stamps are made with
    public SignupEndpoints(
            Database database,
            Accounts accounts,
            Forms forms,
            FormPages pages,
            Signups signups,
            Rations rations,
            byte[] secret,
            InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.forms = forms;
        this.pages = pages;
        this.signups = signups;
        this.rations = rations;
        this.stamp = new Stamp(secret);
        this.clock = clock;
    }

    public void register(Routes routes) {
        var script = script();
        routes.open(Routes.Verb.GET, "/forms/{account}/{uid}", request -> reply(request, visit -> show(visit, false)));
        routes.open(
                Routes.Verb.GET, "/forms/{account}/{uid}/embed", request -> reply(request, visit -> show(visit, true)));
        routes.open(
                Routes.Verb.GET,
                "/forms/{account}/{uid}/index.js",
                _ -> new Reply(
                        200,
                        new Reply.Bytes("text/javascript; charset=utf-8", script),
                        Map.of(
                                "Cache-Control",
                                "public, max-age=3600",
                                "Cross-Origin-Resource-Policy",
                                "cross-origin")));
        routes.open(Routes.Verb.POST, "/forms/{account}/{uid}", request -> reply(request, this::signUp));
        routes.open(Routes.Verb.GET, "/confirm/{account}/{token}", this::invite);
        routes.open(Routes.Verb.POST, "/confirm/{account}/{token}", this::confirm);
    }

    private static byte[] script() {
        try (var stream = SignupEndpoints.class.getResourceAsStream("/pages/form.js")) {
            if (stream == null) {
                throw new IllegalStateException("no resource /pages/form.js");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Somebody at a form of ours.
    private record Visit(
            Request request, Account account, Form form, FormPage page, Optional<URI> redirect, Texts texts) {
        String path() {
            return "/forms/" + account.token() + "/" + form.uid();
        }
    }

    private static Language language(Request request) {
        return Language.preferred(request.header("Accept-Language").orElse(""));
    }

    private Reply reply(Request request, Function<Visit, Reply> answer) {
        var language = language(request);
        return accounts.findByToken(request.pathText("account"))
                .flatMap(account -> database.inTx(tx -> forms.findByUid(tx, account, request.pathText("uid"))
                        .filter(form -> form.status() == Form.Status.ACTIVE)
                        .map(form -> {
                            var page = pages.find(tx, account, form.id());
                            return new Visit(
                                    request,
                                    accounts.get(tx, account),
                                    form,
                                    page,
                                    pages.redirect(tx, account, page),
                                    page.texts(language));
                        })))
                .map(answer)
                .orElseGet(() -> closed(Texts.in(language)));
    }

    private static Reply closed(Texts texts) {
        return page(404, texts, texts.get("form.closed.heading"), texts.get("form.closed.explained"));
    }

    private static Reply page(int status, Texts texts, String heading, String sentence) {
        var page = new DonePage(texts, heading, sentence, Optional.empty());
        return Reply.html(status, Templates.render("page/done.jte", page));
    }

    private Reply show(Visit visit, boolean framed) {
        var filled = new FormView.Filled("", "", referrer(visit.request()));
        return form(200, visit, Optional.empty(), filled, framed);
    }

    /// The page that led here, unless the link itself says where it was put.
    private static String referrer(Request request) {
        var here = request.pathAndQuery();
        var told = request.queries().getOrDefault("referrer", List.of());
        if (!told.isEmpty()) {
            return url(told.getFirst()).orElse("");
        }
        return here.contains("utm_")
                ? here
                : request.header("Referer").flatMap(SignupEndpoints::url).orElse("");
    }

    private static Optional<String> url(String text) {
        return Optional.of(text)
                .filter(url -> url.length() <= URL_MAX && FormPages.target(url).isPresent());
    }

    private Reply form(int status, Visit visit, Optional<String> fault, FormView.Filled filled, boolean framed) {
        var view = new FormView(
                visit.texts(),
                visit.form(),
                visit.page(),
                visit.path(),
                stamp.of(visit.form().uid(), clock.instant()),
                fault,
                filled,
                framed);
        return framed(Reply.html(status, Templates.render("signup/form.jte", view)), visit, framed);
    }

    /// A form may stand in anybody's page; nothing else of ours may.
    private static Reply framed(Reply reply, Visit visit, boolean framed) {
        var onTo = visit.redirect()
                .map(target -> " " + target.getScheme() + "://" + target.getRawAuthority())
                .orElse("");
        var policy = "default-src 'none'; style-src 'self'; form-action 'self'" + onTo
                + "; base-uri 'none'; frame-ancestors " + (framed ? "*" : "'none'");
        return reply.with("Content-Security-Policy", policy);
    }

    private Reply signUp(Visit visit) {
        long began = System.nanoTime();
        var reply = answer(visit);
        LockSupport.parkNanos(began + ANSWER_NANOS - System.nanoTime());
        return reply;
    }

    private Reply answer(Visit visit) {
        var fields = new Fields(visit.request().form());
        boolean framed = fields.has("framed");
        var filled = new FormView.Filled(
                fields.line("email", NAME_MAX), fields.line("first_name", NAME_MAX), fields.line("referrer", URL_MAX));
        var now = clock.instant();
        if (fields.has("website")) {
            // A machine has filled in what no person sees; it learns nothing.
            return framed(done(visit), visit, framed);
        }
        if (!stamp.isGood(fields.line("stamp", NAME_MAX), visit.form().uid(), now)) {
            return form(200, visit, Optional.of(visit.texts().get("form.check")), filled, framed);
        }
        var email = EmailAddress.parse(filled.email().strip());
        if (email.isEmpty()) {
            return form(422, visit, Optional.of(visit.texts().get("form.fault.email")), filled, framed);
        }
        if (visit.page().consentText().isPresent() && !fields.has("consent")) {
            return form(422, visit, Optional.of(visit.texts().get("form.fault.consent")), filled, framed);
        }
        var network = "signup " + visit.account().id().value() + " "
                + Networks.of(visit.request().address());
        if (rations.take(network, BY_NETWORK, now) instanceof Rations.Taking.Refused(var retryAfter)) {
            var texts = visit.texts();
            return framed(
                    page(429, texts, texts.get("form.limit.heading"), texts.get("form.limit.explained"))
                            .with("Retry-After", Long.toString(retryAfter.toSeconds() + 1)),
                    visit,
                    framed);
        }
        signups.signUp(visit.account().id(), visit.form(), visit.page(), visitor(visit, email.get(), filled));
        return framed(done(visit), visit, framed);
    }

    private Signups.Visitor visitor(Visit visit, EmailAddress email, FormView.Filled filled) {
        var request = visit.request();
        return new Signups.Visitor(
                email,
                Optional.of(filled.name().strip()).filter(name -> visit.page().asksName() && !name.isEmpty()),
                Optional.of(filled.referrer()).filter(referrer -> !referrer.isEmpty()),
                new Consents.Visit(
                        Optional.of(visit.page().shown(visit.form(), visit.texts())),
                        Optional.of(request.header("Referer")
                                .flatMap(SignupEndpoints::url)
                                .orElse(visit.path())),
                        Optional.of(request.address()),
                        request.header("User-Agent")
                                .map(agent -> agent.substring(0, Math.min(agent.length(), AGENT_MAX))),
                        clock.instant()),
                language(request));
    }

    private static Reply done(Visit visit) {
        var texts = visit.texts();
        return visit.redirect()
                .map(target -> Reply.seeOther(target.toASCIIString()))
                .orElseGet(() -> visit.page().doubleOptIn()
                        ? page(200, texts, texts.get("sent.heading"), texts.get("sent.explained"))
                        : page(
                                200,
                                texts,
                                texts.get("joined.heading"),
                                texts.get("joined.explained", visit.account().name())));
    }

    private Reply invite(Request request) {
        return invitation(request, invitation -> {
            var texts = Texts.in(invitation.language());
            if (invitation.confirmed()) {
                return confirmed(invitation);
            }
            var page = new AskPage(
                    texts,
                    texts.get("confirm.heading", invitation.account().name()),
                    texts.get("confirm.explained", invitation.address()),
                    "/confirm/" + request.pathText("account") + "/" + request.pathText("token"),
                    texts.get("confirm.button"));
            return Reply.html(200, Templates.render("page/ask.jte", page));
        });
    }

    private Reply confirm(Request request) {
        return invitation(request, invitation -> {
            signups.confirm(invitation.account().id(), request.pathText("token"));
            return confirmed(invitation);
        });
    }

    private Reply invitation(Request request, Function<Signups.Invitation, Reply> answer) {
        var language = language(request);
        return accounts.findByToken(request.pathText("account"))
                .flatMap(account -> signups.invitation(account, request.pathText("token"), language))
                .map(answer)
                .orElseGet(() -> {
                    var texts = Texts.in(language);
                    return page(404, texts, texts.get("unknown.heading"), texts.get("unknown.explained"));
                });
    }

    private static Reply confirmed(Signups.Invitation invitation) {
        var texts = Texts.in(invitation.language());
        return page(
                200,
                texts,
                texts.get("confirmed.heading"),
                texts.get("confirmed.explained", invitation.account().name()));
    }

    /// The fields of a form as strangers send them.
    private record Fields(Map<String, List<String>> all) {
        /// The first value, without what breaks lines or texts; empty when there is none or it is too long.
        String line(String name, int charactersMax) {
            var value = all.getOrDefault(name, List.of("")).getFirst();
            return value.length() > charactersMax ? "" : clean(value);
        }

        boolean has(String name) {
            return !line(name, URL_MAX).isBlank();
        }

        private static String clean(String value) {
            return value.codePoints()
                    .filter(point -> !Character.isISOControl(point)
                            && point != 0x2028
                            && point != 0x2029
                            && !(point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE))
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
        }
    }
}
