package reynard.access;

import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import reynard.account.Secrets;
import reynard.db.Database;
import reynard.db.Grouping;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.AppId;
import reynard.id.GrantId;

/// Codes and tokens: shown once, kept as SHA-256 only.
///
/// A code and a refresh token can be used once. Whoever shows one again has stolen it or was stolen from, so that ends
/// the grant with all its tokens (RFC 9700, 2.1.1 and 4.14.2).
public final class Tokens {
    public static final Duration CODE_LIFETIME = Duration.ofMinutes(5);
    public static final Duration ACCESS_LIFETIME = Duration.ofHours(2);
    public static final Duration REFRESH_LIFETIME = Duration.ofDays(180);

    private static final int TOKEN_CHARACTERS_MAX = 200;
    /// What has ended is kept so long, that it can be told from what never was.
    private static final Duration KEPT = Duration.ofDays(1);

    private static final String EVERYBODY = "everybody";

    private final TokenStore store = new TokenStore();
    private final Grouping<String, String, Optional<TokenStore.StoredAccess>> finding = new Grouping<>(this::findAll);
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Tokens(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// What becomes of a presented bearer token.
    public sealed interface Found {
        /// @param keyId names the token, and says nothing of it
        record InForce(String keyId, AccountId account, Optional<AppId> app, Scope scope) implements Found {}

        record Expired() implements Found {}

        record Unknown() implements Found {}
    }

    public Found find(String token) {
        var secret = Secret.of(token);
        if (token.length() > TOKEN_CHARACTERS_MAX) {
            return new Found.Unknown();
        }
        return finding.ask(EVERYBODY, secret.keyId())
                .filter(stored -> secret.matches(stored.hash()) && !stored.revoked())
                .map(stored -> stored.expiresAt()
                                .filter(at -> !at.isAfter(clock.instant()))
                                .isPresent()
                        ? new Found.Expired()
                        : new Found.InForce(secret.keyId(), stored.account(), stored.app(), stored.scope()))
                .orElseGet(Found.Unknown::new);
    }

    private Map<String, Optional<TokenStore.StoredAccess>> findAll(String whose, List<String> keyIds) {
        var found = database.read(tx -> store.findAccessTokens(tx, keyIds));
        return keyIds.stream()
                .collect(Collectors.toMap(keyId -> keyId, keyId -> Optional.ofNullable(found.get(keyId))));
    }

    /// The account agrees that the app acts in its name.
    ///
    /// @param challenge the S256 code challenge, if the app sent one
    /// @return the code for the app, seen this once
    public String consent(AccountId account, App app, String redirectUri, Optional<String> challenge, Scope scope) {
        var code = Secrets.secret("reynard_code_");
        var secret = Secret.of(code);
        var now = clock.instant();
        database.useTx(tx -> {
            var grant = new GrantId(ids.next());
            store.insertGrant(tx, account, grant, Optional.of(app.id()), app.name(), now);
            store.insertCode(tx, secret, grant, redirectUri, challenge.orElse(null), scope, now.plus(CODE_LIFETIME));
        });
        return code;
    }

    /// Two tokens for an app, seen this once.
    public record Pair(String accessToken, String refreshToken, Scope scope, Instant createdAt) {}

    public sealed interface Exchange {
        record Issued(Pair pair) implements Exchange {}

        /// @param reason for the app's author
        record Refused(String reason) implements Exchange {}

        /// The scope asked for is more than was given.
        record TooWide() implements Exchange {}
    }

    /// @param challengeOf the S256 challenge of the verifier that the app has shown; empty when it has shown none
    public Exchange exchangeCode(App app, String code, String redirectUri, Optional<String> challengeOf) {
        var secret = Secret.of(code);
        return database.inTx(tx -> {
            var found = store.lockCode(tx, secret.keyId()).filter(stored -> secret.matches(stored.hash()));
            if (found.isEmpty() || !found.get().app().equals(app.id())) {
                return new Exchange.Refused("The code is not known");
            }
            var stored = found.get();
            if (stored.used()) {
                store.revokeGrant(tx, stored.grant(), clock.instant());
                return new Exchange.Refused("The code has been used before");
            }
            if (stored.revoked() || !stored.expiresAt().isAfter(clock.instant())) {
                return new Exchange.Refused("The code has expired");
            }
            if (!stored.redirectUri().equals(redirectUri)) {
                return new Exchange.Refused("The redirect_uri is not the one that the code was sent to");
            }
            if (!stored.challenge().equals(challengeOf)) {
                return new Exchange.Refused("The code_verifier does not match the code_challenge");
            }
            store.useCode(tx, secret.keyId(), clock.instant());
            return new Exchange.Issued(issue(tx, stored.grant(), stored.scope(), stored.scope()));
        });
    }

    /// @param scope less than was given, if the app wants less
    public Exchange refresh(App app, String refreshToken, Optional<Scope> scope) {
        var secret = Secret.of(refreshToken);
        return database.inTx(tx -> {
            var found = store.lockRefreshToken(tx, secret.keyId()).filter(stored -> secret.matches(stored.hash()));
            if (found.isEmpty() || !found.get().app().equals(app.id())) {
                return new Exchange.Refused("The refresh token is not known");
            }
            var stored = found.get();
            if (stored.used()) {
                store.revokeGrant(tx, stored.grant(), clock.instant());
                return new Exchange.Refused("The refresh token has been used before");
            }
            if (stored.revoked()) {
                return new Exchange.Refused("The refresh token has been revoked");
            }
            if (!stored.expiresAt().isAfter(clock.instant())) {
                return new Exchange.Refused("The refresh token has expired");
            }
            if (scope.isPresent() && !stored.scope().covers(scope.get())) {
                return new Exchange.TooWide();
            }
            store.useRefreshToken(tx, secret.keyId(), clock.instant());
            return new Exchange.Issued(issue(tx, stored.grant(), scope.orElse(stored.scope()), stored.scope()));
        });
    }

    private Pair issue(Tx tx, GrantId grant, Scope scope, Scope whole) {
        var access = Secrets.secret("reynard_at_");
        var refresh = Secrets.secret("reynard_rt_");
        var now = clock.instant();
        store.insertAccessToken(tx, Secret.of(access), grant, scope, now.plus(ACCESS_LIFETIME));
        store.insertRefreshToken(tx, Secret.of(refresh), grant, whole, now.plus(REFRESH_LIFETIME));
        return new Pair(access, refresh, scope, now);
    }

    /// Ends a token of the app; with a refresh token the whole grant. What is not the app's is left alone.
    public void revoke(App app, String token) {
        var secret = Secret.of(token);
        var now = clock.instant();
        database.useTx(tx -> {
            store.lockRefreshToken(tx, secret.keyId())
                    .filter(stored ->
                            secret.matches(stored.hash()) && stored.app().equals(app.id()))
                    .ifPresent(stored -> store.revokeGrant(tx, stored.grant(), now));
            Optional.ofNullable(
                            store.findAccessTokens(tx, List.of(secret.keyId())).get(secret.keyId()))
                    .filter(stored ->
                            secret.matches(stored.hash()) && stored.app().equals(Optional.of(app.id())))
                    .ifPresent(_ -> store.revokeAccessToken(tx, secret.keyId(), now));
        });
    }

    /// A token that an account made for its own programs, the only time that it is seen.
    public record Personal(GrantId id, String token) {}

    /// @param lifetime empty: until it is revoked
    public Personal createPersonal(AccountId account, String name, Optional<Duration> lifetime) {
        var token = Secrets.secret("reynard_pt_");
        var now = clock.instant();
        var grant = new GrantId(ids.next());
        database.useTx(tx -> {
            store.insertGrant(tx, account, grant, Optional.empty(), name, now);
            store.insertAccessToken(
                    tx,
                    Secret.of(token),
                    grant,
                    Scope.PUBLIC,
                    lifetime.map(now::plus).orElse(null));
        });
        return new Personal(grant, token);
    }

    /// Personal tokens and apps that have been let in, oldest first.
    public List<Grant> list(AccountId account) {
        return database.inTx(tx -> store.grants(tx, account));
    }

    /// Ends a grant with all its tokens.
    ///
    /// @return whether there was such a grant to revoke
    public boolean revoke(AccountId account, GrantId id) {
        return database.inTx(tx -> store.revokeGrant(tx, account, id, clock.instant()));
    }

    /// Forgets what ended a day ago.
    ///
    /// @return how many rows that were
    public int sweep() {
        var before = clock.instant().minus(KEPT);
        Function<Tx, Integer> work = tx -> store.sweepCodes(tx, before)
                + store.sweepAccessTokens(tx, before)
                + store.sweepRefreshTokens(tx, before)
                + store.sweepGrants(tx, before);
        return database.inTx(work);
    }

    /// A secret as it is looked for.
    record Secret(String keyId, byte[] hash) {
        static Secret of(String text) {
            var hash = Secrets.sha256(text);
            return new Secret(Secrets.keyId(hash), hash);
        }

        boolean matches(byte[] stored) {
            return MessageDigest.isEqual(stored, hash);
        }
    }
}
