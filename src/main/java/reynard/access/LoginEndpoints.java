package reynard.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Secrets;
import reynard.account.User;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.page.Templates;

/// How an author logs in and out. A form counts only with the browser's word that it is from a page of ours, and with
/// the token that the page holds; the token is made of the cookie, which no other page can read.
public final class LoginEndpoints {
    /// How many characters a password has at least.
    public static final int PASSWORD_MIN = 10;

    private static final String AGAIN = "Please try again from this page.";
    private static final String TOO_SHORT = "A password has at least " + PASSWORD_MIN + " characters.";
    private static final int FIELD_MAX = 1_000;
    private static final String WRONG = "This address and this password do not belong together.";
    private static final String HOME = "/";
    private static final String SESSION = "reynard_session";
    private static final String VISIT = "reynard_visit";
    private static final String HALFWAY = "reynard_halfway";
    private static final String KEY_LOST =
            "This server cannot check the codes of your telephone: its secret key (REYNARD_SECRET_KEY, or secret.key in the"
                    + " data directory) is not the one that it had. One of the codes that you wrote down lets you in, and so"
                    + " does whoever runs the server, by putting the key back or by: bin/reynard users reset";
    private static final String WRONG_CODE = "This is no code of yours, or it was used before.";
    private static final String TOLD = "reynard_told";
    private static final int TOLD_MAX = 500;

    private final Sessions sessions;
    private final Invitations invitations;
    private final Resets resets;
    private final Supplier<String> publicUrl;

    /// @param publicUrl what strangers reach this server by; asked for each request
    public LoginEndpoints(Sessions sessions, Invitations invitations, Resets resets, Supplier<String> publicUrl) {
        this.sessions = sessions;
        this.invitations = invitations;
        this.resets = resets;
        this.publicUrl = publicUrl;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/login", this::show);
        routes.open(Routes.Verb.POST, "/login", this::login);
        routes.open(Routes.Verb.POST, "/logout", this::logout);
        routes.open(Routes.Verb.GET, "/login/code", this::askCode);
        routes.open(Routes.Verb.POST, "/login/code", this::takeCode);
        routes.open(Routes.Verb.GET, "/login/forgotten", this::askWhose);
        routes.open(Routes.Verb.POST, "/login/forgotten", this::sendReset);
        routes.open(Routes.Verb.GET, "/login/reset/{token}", this::askPassword);
        routes.open(Routes.Verb.POST, "/login/reset/{token}", this::takePassword);
        routes.open(Routes.Verb.GET, "/invitation/{token}", this::offer);
        routes.open(Routes.Verb.POST, "/invitation/{token}", this::accept);
    }

    /// Who is logged in with this browser, and the token that their forms must hold.
    public record Author(Sessions.Session session, String csrf) {}

    public Optional<Author> author(Request request) {
        return request.cookie(name(SESSION))
                .flatMap(token -> sessions.find(token).map(session -> new Author(session, csrf(token))));
    }

    /// To the page for logging in, and from there back to this request.
    public Reply logInFirst(Request request) {
        return logInFirst(request.pathAndQuery());
    }

    /// To the page for logging in, and from there to a path of ours.
    public Reply logInFirst(String next) {
        return Reply.seeOther(next.equals(HOME) ? "/login" : "/login?next=" + URLEncoder.encode(next, UTF_8));
    }

    /// Whether this form was sent from a page of ours that holds the token.
    public boolean isOurs(Request request, Map<String, List<String>> form, String csrf) {
        return request.isFromOurPage(publicUrl.get())
                && MessageDigest.isEqual(Secrets.sha256(field(form, "csrf")), Secrets.sha256(csrf));
    }

    /// Whether a browser says that this was sent from a page of ours.
    public boolean isFromOurPage(Request request) {
        return request.isFromOurPage(publicUrl.get());
    }

    /// The answer, and a sentence for the next page that the author sees.
    public Reply tell(Reply reply, String sentence) {
        var text = sentence.length() > TOLD_MAX ? sentence.substring(0, TOLD_MAX) : sentence;
        var value = Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
        return reply.withCookie(cookie(TOLD, value, 60));
    }

    public Optional<String> told(Request request) {
        return request.cookie(name(TOLD)).filter(value -> !value.isEmpty()).flatMap(LoginEndpoints::decoded);
    }

    /// The answer, after which the sentence is not told again.
    public Reply forgetTold(Reply reply) {
        return reply.withCookie(cookie(TOLD, "", 0));
    }

    private static Optional<String> decoded(String value) {
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(value), UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Reply show(Request request) {
        var author = author(request);
        var next = next(request.query("next").orElse(""));
        if (author.isEmpty()) {
            return form(200, next, "", "");
        }
        if (!next.equals(HOME)) {
            return Reply.seeOther(next);
        }
        var email = author.get().session().user().emailAddress();
        return page(
                200, "access/loggedIn.jte", new LoggedInPage(email, author.get().csrf()));
    }

    private Reply form(int status, String next, String email, String fault) {
        var visit = Secrets.token();
        return page(status, "access/login.jte", new LoginPage(next, csrf(visit), email, fault))
                .withCookie(cookie(VISIT, visit, 3_600));
    }

    private Reply login(Request request) {
        var form = request.form();
        var next = next(field(form, "next"));
        var visit = request.cookie(name(VISIT)).orElse("");
        if (visit.isEmpty() || !isOurs(request, form, csrf(visit))) {
            return form(403, next, "", AGAIN);
        }
        var email = field(form, "email");
        var password = field(form, "password");
        if (email.length() > FIELD_MAX || password.length() > FIELD_MAX) {
            return form(422, next, "", WRONG);
        }
        return switch (sessions.login(email, password, request.address())) {
            case Sessions.Login.In(var token) -> in(next, token).withCookie(cookie(VISIT, "", 0));
            case Sessions.Login.Halfway(var token) ->
                Reply.seeOther("/login/code?next=" + URLEncoder.encode(next, UTF_8))
                        .withCookie(cookie(HALFWAY, token, Sessions.PROVING.toSeconds()))
                        .withCookie(cookie(VISIT, "", 0));
            case Sessions.Login.Wrong _, Sessions.Login.KeyLost _ -> form(422, next, email, WRONG);
            case Sessions.Login.TooMany(var retryAfter) ->
                form(429, next, email, "Too many attempts. Please wait some minutes.")
                        .with("Retry-After", Long.toString(retryAfter.toSeconds() + 1));
        };
    }

    private Reply in(String next, String token) {
        return Reply.seeOther(next).withCookie(cookie(SESSION, token, Sessions.LIFETIME.toSeconds()));
    }

    private Reply askCode(Request request) {
        var halfway = request.cookie(name(HALFWAY)).orElse("");
        var next = next(request.query("next").orElse(""));
        return halfway.isEmpty() ? logInFirst(next) : code(200, next, halfway, "");
    }

    private static Reply code(int status, String next, String halfway, String fault) {
        return page(status, "access/code.jte", new LoginPage(next, csrf(halfway), "", fault));
    }

    private Reply takeCode(Request request) {
        var form = request.form();
        var next = next(field(form, "next"));
        var halfway = request.cookie(name(HALFWAY)).orElse("");
        if (halfway.isEmpty() || !isOurs(request, form, csrf(halfway))) {
            return refused(403, "Please log in again.");
        }
        var proving = sessions.prove(halfway, field(form, "code"));
        if (proving.isEmpty()) {
            return logInFirst(next).withCookie(cookie(HALFWAY, "", 0));
        }
        return switch (proving.get()) {
            case Sessions.Login.In(var token) -> in(next, token).withCookie(cookie(HALFWAY, "", 0));
            case Sessions.Login.Wrong _, Sessions.Login.Halfway _ -> code(422, next, halfway, WRONG_CODE);
            case Sessions.Login.KeyLost _ -> code(422, next, halfway, KEY_LOST);
            case Sessions.Login.TooMany(var retryAfter) ->
                code(429, next, halfway, "Too many attempts. Please wait some minutes.")
                        .with("Retry-After", Long.toString(retryAfter.toSeconds() + 1));
        };
    }

    // Forgotten passwords

    private Reply askWhose(Request request) {
        return whose(200, "", false);
    }

    private Reply whose(int status, String fault, boolean sent) {
        var visit = Secrets.token();
        return page(status, "access/forgotten.jte", new ForgottenPage(csrf(visit), sent, fault))
                .withCookie(cookie(VISIT, visit, 3_600));
    }

    /// Whether this form is of the page that this browser was shown last.
    private boolean isOfVisit(Request request, Map<String, List<String>> form) {
        var visit = request.cookie(name(VISIT)).orElse("");
        return !visit.isEmpty() && isOurs(request, form, csrf(visit));
    }

    private Reply sendReset(Request request) {
        var form = request.form();
        if (!isOfVisit(request, form)) {
            return whose(403, AGAIN, false);
        }
        var email = field(form, "email");
        if (email.isBlank() || email.length() > FIELD_MAX) {
            return whose(422, "This is no email address.", false);
        }
        return resets.ask(email, request.address())
                ? whose(200, "", true)
                : whose(429, "It was asked for too often. Please wait an hour.", false);
    }

    private Reply askPassword(Request request) {
        return resets.isOpen(request.pathText("token")) ? password(200, request, "") : noReset();
    }

    private static Reply noReset() {
        return refused(404, "This link was used, or is too old. Ask for another one.");
    }

    private Reply password(int status, Request request, String fault) {
        var visit = Secrets.token();
        return page(
                        status,
                        "access/reset.jte",
                        new ResetPage("/login/reset/" + request.pathText("token"), csrf(visit), fault))
                .withCookie(cookie(VISIT, visit, 3_600));
    }

    private Reply takePassword(Request request) {
        var form = request.form();
        var token = request.pathText("token");
        if (!isOfVisit(request, form)) {
            return resets.isOpen(token) ? password(403, request, AGAIN) : noReset();
        }
        var chosen = field(form, "password");
        if (chosen.length() < PASSWORD_MIN || chosen.length() > FIELD_MAX) {
            return resets.isOpen(token) ? password(422, request, TOO_SHORT) : noReset();
        }
        return resets.change(token, chosen) ? Reply.seeOther("/login") : noReset();
    }

    // Invitations

    private Reply offer(Request request) {
        return invitations
                .find(request.pathText("token"))
                .map(offer -> offer(200, request, offer, ""))
                .orElseGet(LoginEndpoints::usedUp);
    }

    private static Reply usedUp() {
        return refused(404, "This invitation was used, taken back, or is too old. Ask for another one.");
    }

    /// Who is known logs in first; who is new chooses a password.
    private Reply offer(int status, Request request, Invitations.Offer offer, String fault) {
        var path = "/invitation/" + request.pathText("token");
        var author = author(request);
        var email = offer.invitation().emailAddress();
        if (offer.known()
                && author.filter(one -> one.session().user().emailAddress().equalsIgnoreCase(email))
                        .isEmpty()) {
            return page(
                    200,
                    "access/invitation.jte",
                    new InvitationPage(
                            offer.account(),
                            email,
                            offer.invitation().role().wireName(),
                            path,
                            "/login?next=" + URLEncoder.encode(path, UTF_8),
                            false,
                            "",
                            ""));
        }
        var visit = offer.known() ? "" : Secrets.token();
        var csrf = offer.known() ? author.orElseThrow().csrf() : csrf(visit);
        var page = page(
                status,
                "access/invitation.jte",
                new InvitationPage(
                        offer.account(),
                        email,
                        offer.invitation().role().wireName(),
                        path,
                        "",
                        !offer.known(),
                        csrf,
                        fault));
        return offer.known() ? page : page.withCookie(cookie(VISIT, visit, 3_600));
    }

    private Reply accept(Request request) {
        var token = request.pathText("token");
        var offer = invitations.find(token);
        if (offer.isEmpty()) {
            return usedUp();
        }
        var form = request.form();
        if (offer.get().known()) {
            var author = author(request);
            if (author.isEmpty() || !isOurs(request, form, author.get().csrf())) {
                return offer(403, request, offer.get(), AGAIN);
            }
            var account = invitations.accept(token, author.get().session().user());
            return account.filter(joined -> move(request, joined)).isPresent() ? Reply.seeOther(HOME) : usedUp();
        }
        var visit = request.cookie(name(VISIT)).orElse("");
        if (visit.isEmpty() || !isOurs(request, form, csrf(visit))) {
            return offer(403, request, offer.get(), AGAIN);
        }
        var password = field(form, "password");
        if (password.length() < PASSWORD_MIN || password.length() > FIELD_MAX) {
            return offer(422, request, offer.get(), TOO_SHORT);
        }
        return invitations
                .acceptNew(token, password)
                .map(user -> in(
                                HOME,
                                sessions.begin(user, offer.get().invitation().account()))
                        .withCookie(cookie(VISIT, "", 0)))
                .orElseGet(LoginEndpoints::usedUp);
    }

    /// Goes on in another account.
    ///
    /// @return whether the author works there
    public boolean move(Request request, AccountId account) {
        return request.cookie(name(SESSION))
                .filter(token -> sessions.move(token, account))
                .isPresent();
    }

    /// Ends the author's sessions in other browsers.
    public void endOthers(Request request, User user) {
        request.cookie(name(SESSION)).ifPresent(token -> sessions.endOthers(token, user));
    }

    private Reply logout(Request request) {
        var token = request.cookie(name(SESSION)).orElse("");
        if (!isOurs(request, request.form(), csrf(token))) {
            return refused(403, "Please log out from the page of this server.");
        }
        sessions.end(token);
        return Reply.seeOther("/login").withCookie(cookie(SESSION, "", 0));
    }

    // Only to a path of ours: what begins with two slashes, or a slash and a backslash, is another server to a browser.
    private static String next(String wanted) {
        return wanted.matches("/[A-Za-z0-9][!-\\[\\]-~]*") ? wanted : HOME;
    }

    private static String csrf(String secret) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Secrets.sha256("csrf:" + secret));
    }

    static String field(Map<String, List<String>> form, String name) {
        var values = form.getOrDefault(name, List.of());
        return values.size() == 1 ? values.getFirst() : "";
    }

    static Reply page(int status, String template, Object model) {
        // With no-referrer a browser would not say where a form comes from.
        return Reply.html(status, Templates.render(template, model)).with("Referrer-Policy", "same-origin");
    }

    static Reply refused(int status, String reason) {
        return page(status, "access/refused.jte", reason);
    }

    /// Whether this server is reached by HTTPS, as far as the operator has said.
    private boolean isHttps() {
        return publicUrl.get().startsWith("https:");
    }

    // The prefix makes a browser refuse the cookie from anybody but this very host.
    private String name(String name) {
        return isHttps() ? "__Host-" + name : name;
    }

    private String cookie(String name, String value, long seconds) {
        return name(name) + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Lax"
                + (isHttps() ? "; Secure" : "");
    }
}
