package reynard.access;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationErrorResponse;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.PlainClientSecret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallenge;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.account.Accounts;
import reynard.http.Change;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;

/// OAuth 2: the authorization code flow with PKCE, refresh and revocation (RFC 6749, 7636, 7009), at Kit's addresses.
///
/// Errors are those of the protocol, not Kit's list of texts: what reads them is an OAuth library.
public final class OAuthEndpoints {
    private static final String OWNERS_ONLY = "Only an owner of this account lets programs in.";
    private static final Set<String> PARAMETERS = Set.of(
            "client_id",
            "response_type",
            "redirect_uri",
            "state",
            "scope",
            "tenant_name",
            "code_challenge",
            "code_challenge_method");
    private static final Ration WRONG_SECRETS = new Ration(60, Duration.ofMinutes(1));
    private static final URI ENDPOINT = URI.create("https://localhost/v4/oauth/token");

    private final LoginEndpoints logins;
    private final Apps apps;
    private final Tokens tokens;
    private final Accounts accounts;
    private final Rations rations;
    private final InstantSource clock;

    public OAuthEndpoints(
            LoginEndpoints logins, Apps apps, Tokens tokens, Accounts accounts, Rations rations, InstantSource clock) {
        this.logins = logins;
        this.apps = apps;
        this.tokens = tokens;
        this.accounts = accounts;
        this.rations = rations;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/v4/oauth/authorize", this::ask);
        routes.open(Routes.Verb.POST, "/v4/oauth/authorize", this::decide);
        routes.open(Routes.Verb.POST, "/v4/oauth/token", this::token);
        routes.open(Routes.Verb.POST, "/v4/oauth/revoke", this::revoke);
    }

    /// What an app asks an author for.
    private sealed interface Wish {
        /// @param challenge the S256 challenge
        record Good(App app, String redirectUri, @Nullable State state, Scope scope, Optional<String> challenge)
                implements Wish {}

        /// The app is told.
        record Bad(String redirectUri, @Nullable State state, ErrorObject error) implements Wish {}

        /// Where the author would be sent is not known to be the app's, so only the author is told.
        record Untrusted(String reason) implements Wish {}
    }

    private Wish wish(Map<String, List<String>> parameters) {
        var app = apps.find(LoginEndpoints.field(parameters, "client_id"));
        if (app.isEmpty()) {
            return new Wish.Untrusted("The program that sent you here is not registered on this server.");
        }
        var redirectUri = LoginEndpoints.field(parameters, "redirect_uri");
        if (!app.get().redirectUris().contains(redirectUri)) {
            return new Wish.Untrusted("The program that sent you here wants an answer at an address that is not"
                    + " registered as its own.");
        }
        @Nullable
        State state = parameters.getOrDefault("state", List.of()).isEmpty()
                ? null
                : new State(parameters.getOrDefault("state", List.of()).getFirst());
        try {
            var request = AuthorizationRequest.parse(parameters);
            if (!ResponseType.CODE.equals(request.getResponseType())) {
                return new Wish.Bad(redirectUri, state, OAuth2Error.UNSUPPORTED_RESPONSE_TYPE);
            }
            var scope = Scope.parse(
                    request.getScope() == null ? "" : request.getScope().toString());
            if (scope.isEmpty()) {
                return new Wish.Bad(redirectUri, state, OAuth2Error.INVALID_SCOPE);
            }
            var challenge = Optional.ofNullable(request.getCodeChallenge()).map(CodeChallenge::getValue);
            if (challenge.isEmpty() && !app.get().confidential()) {
                return new Wish.Bad(redirectUri, state, invalidRequest("code_challenge is required"));
            }
            if (challenge.isPresent() && !CodeChallengeMethod.S256.equals(request.getCodeChallengeMethod())) {
                return new Wish.Bad(redirectUri, state, invalidRequest("code_challenge_method must be S256"));
            }
            return new Wish.Good(app.get(), redirectUri, state, scope.get(), challenge);
        } catch (ParseException e) {
            var error = e.getErrorObject() == null ? OAuth2Error.INVALID_REQUEST : e.getErrorObject();
            return new Wish.Bad(redirectUri, state, error);
        }
    }

    private static ErrorObject invalidRequest(String description) {
        return OAuth2Error.INVALID_REQUEST.setDescription(description);
    }

    private Reply ask(Request request) {
        return switch (wish(request.queries())) {
            case Wish.Untrusted(var reason) -> LoginEndpoints.refused(400, reason);
            case Wish.Bad bad -> refusal(bad);
            case Wish.Good good ->
                logins.author(request)
                        .map(author -> author.session().role().mayRule()
                                ? consent(good, author, request.queries())
                                : LoginEndpoints.refused(403, OWNERS_ONLY))
                        .orElseGet(() -> logins.logInFirst(request));
        };
    }

    private Reply consent(Wish.Good wish, LoginEndpoints.Author author, Map<String, List<String>> queries) {
        var parameters = new ArrayList<ConsentPage.Field>();
        queries.forEach((name, values) -> {
            if (PARAMETERS.contains(name)) {
                values.forEach(value -> parameters.add(new ConsentPage.Field(name, value)));
            }
        });
        var session = author.session();
        var account = accounts.find(session.account()).orElseThrow();
        var page = new ConsentPage(
                wish.app().name(),
                account.name(),
                session.user().emailAddress(),
                wish.scope().mayWrite() ? "read and change" : "read",
                destination(wish.redirectUri()),
                parameters,
                author.csrf());
        // A browser follows the answer to this form only where the policy lets it.
        return LoginEndpoints.page(200, "access/consent.jte", page)
                .with(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' "
                                + formAction(wish.redirectUri()) + "; base-uri 'none'; frame-ancestors 'none'");
    }

    private static String destination(String redirectUri) {
        var uri = URI.create(redirectUri);
        return uri.getHost() == null ? uri.getScheme() + ":" : uri.getHost();
    }

    private static String formAction(String redirectUri) {
        var uri = URI.create(redirectUri);
        return uri.getRawAuthority() == null ? uri.getScheme() + ":" : uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private Reply decide(Request request) {
        var form = request.form();
        var author = logins.author(request);
        if (author.isEmpty() || !logins.isOurs(request, form, author.get().csrf())) {
            return LoginEndpoints.refused(403, "Please go back to the program and begin again.");
        }
        if (!author.get().session().role().mayRule()) {
            return LoginEndpoints.refused(403, OWNERS_ONLY);
        }
        return switch (wish(form)) {
            case Wish.Untrusted(var reason) -> LoginEndpoints.refused(400, reason);
            case Wish.Bad bad -> refusal(bad);
            case Wish.Good good
            when !LoginEndpoints.field(form, "decision").equals("allow") ->
                refusal(new Wish.Bad(good.redirectUri(), good.state(), OAuth2Error.ACCESS_DENIED));
            case Wish.Good good -> {
                var code = tokens.consent(
                        author.get().session().account(),
                        good.app(),
                        good.redirectUri(),
                        good.challenge(),
                        good.scope());
                yield Reply.seeOther(new AuthorizationSuccessResponse(
                                URI.create(good.redirectUri()), new AuthorizationCode(code), null, good.state(), null)
                        .toURI()
                        .toString());
            }
        };
    }

    private static Reply refusal(Wish.Bad bad) {
        return Reply.seeOther(
                new AuthorizationErrorResponse(URI.create(bad.redirectUri()), bad.error(), bad.state(), null)
                        .toURI()
                        .toString());
    }

    /// A request of an app as the library reads it. Kit takes JSON as well as a form, so both come here as a form.
    private static HTTPRequest message(Request request) {
        var fields = request.form();
        if (fields.isEmpty()) {
            var body = request.json();
            var read = new LinkedHashMap<String, List<String>>();
            for (var name : body.names()) {
                if (body.text(name, 4_000) instanceof Change.Set<String>(var text)) {
                    read.put(name, List.of(text));
                }
            }
            body.refuseFaults();
            fields = read;
        }
        var message = new HTTPRequest(HTTPRequest.Method.POST, ENDPOINT);
        message.setHeader("Content-Type", "application/x-www-form-urlencoded");
        request.header("Authorization").ifPresent(value -> message.setHeader("Authorization", value));
        message.setBody(URLUtils.serializeParameters(fields));
        return message;
    }

    /// Who sends a message.
    private sealed interface Sender {
        record Known(App app) implements Sender {}

        record Refused(Reply reply) implements Sender {}
    }

    private Sender sender(
            Request request, @Nullable ClientAuthentication authentication, @Nullable ClientID publicClient) {
        Optional<App> app = switch (authentication) {
            case PlainClientSecret shown ->
                apps.withSecret(
                        shown.getClientID().getValue(), shown.getClientSecret().getValue());
            case null ->
                Optional.ofNullable(publicClient)
                        .flatMap(id -> apps.find(id.getValue()))
                        .filter(found -> !found.confidential());
            default -> Optional.empty();
        };
        if (app.isPresent()) {
            return new Sender.Known(app.get());
        }
        var name = "app:" + Rations.network(request.address());
        if (rations.take(name, WRONG_SECRETS, clock.instant()) instanceof Rations.Taking.Refused(var retryAfter)) {
            return new Sender.Refused(Reply.tooMany("Rate limit exceeded. Please try again later.", retryAfter));
        }
        var reply = error(401, OAuth2Error.INVALID_CLIENT);
        return new Sender.Refused(
                authentication instanceof ClientSecretBasic
                        ? reply.with("WWW-Authenticate", "Basic realm=\"Reynard\"")
                        : reply);
    }

    private Reply token(Request request) {
        try {
            var message = TokenRequest.parse(message(request));
            return switch (sender(request, message.getClientAuthentication(), message.getClientID())) {
                case Sender.Refused(var reply) -> reply;
                case Sender.Known(var app) -> token(app, message);
            };
        } catch (ParseException e) {
            return refused(e);
        }
    }

    private Reply token(App app, TokenRequest message) {
        return switch (message.getAuthorizationGrant()) {
            case AuthorizationCodeGrant code ->
                answer(tokens.exchangeCode(
                        app,
                        code.getAuthorizationCode().getValue(),
                        code.getRedirectionURI() == null
                                ? ""
                                : code.getRedirectionURI().toString(),
                        Optional.ofNullable(code.getCodeVerifier())
                                .map(verifier -> CodeChallenge.compute(CodeChallengeMethod.S256, verifier)
                                        .getValue())));
            case RefreshTokenGrant refresh -> {
                var wanted = message.getScope() == null
                        ? Optional.<Scope>empty()
                        : Scope.parse(message.getScope().toString());
                yield message.getScope() != null && wanted.isEmpty()
                        ? error(400, OAuth2Error.INVALID_SCOPE)
                        : answer(tokens.refresh(app, refresh.getRefreshToken().getValue(), wanted));
            }
            default -> error(400, OAuth2Error.UNSUPPORTED_GRANT_TYPE);
        };
    }

    private static Reply answer(Tokens.Exchange exchange) {
        return switch (exchange) {
            case Tokens.Exchange.Refused(var reason) -> error(400, OAuth2Error.INVALID_GRANT.setDescription(reason));
            case Tokens.Exchange.TooWide _ -> error(400, OAuth2Error.INVALID_SCOPE);
            case Tokens.Exchange.Issued(var pair) -> {
                var access = new BearerAccessToken(
                        pair.accessToken(),
                        Tokens.ACCESS_LIFETIME.toSeconds(),
                        com.nimbusds.oauth2.sdk.Scope.parse(pair.scope().text()));
                var response = new AccessTokenResponse(
                        new com.nimbusds.oauth2.sdk.token.Tokens(access, new RefreshToken(pair.refreshToken())),
                        Map.of("created_at", pair.createdAt().getEpochSecond()));
                yield Reply.ok(response.toJSONObject()).with("Pragma", "no-cache");
            }
        };
    }

    /// Answers the same for a token that was never known (RFC 7009, 2.2).
    private Reply revoke(Request request) {
        try {
            var message = TokenRevocationRequest.parse(message(request));
            return switch (sender(request, message.getClientAuthentication(), message.getClientID())) {
                case Sender.Refused(var reply) -> reply;
                case Sender.Known(var app) -> {
                    tokens.revoke(app, message.getToken().getValue());
                    yield Reply.ok(Map.of());
                }
            };
        } catch (ParseException e) {
            return refused(e);
        }
    }

    private static Reply refused(ParseException e) {
        var error = e.getErrorObject() == null ? OAuth2Error.INVALID_REQUEST : e.getErrorObject();
        return error(OAuth2Error.INVALID_CLIENT.getCode().equals(error.getCode()) ? 401 : 400, error);
    }

    private static Reply error(int status, ErrorObject error) {
        return new Reply(status, error.toJSONObject(), Map.of("Pragma", "no-cache"));
    }
}
