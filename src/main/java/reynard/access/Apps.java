package reynard.access;

import java.net.URI;
import java.net.URISyntaxException;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reynard.account.Secrets;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.id.AppId;

/// The programs that the operator has registered.
public final class Apps {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final int URI_CHARACTERS_MAX = 2_000;

    private final AppStore store = new AppStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Apps(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// A new app with its secret, the only time that it is seen; a public app has none.
    public record Registered(App app, Optional<String> secret) {}

    /// @param redirectUris each without a fault ([#redirectUriFault])
    public Registered register(String name, List<String> redirectUris, boolean confidential) {
        var app = new App(
                new AppId(ids.next()),
                Secrets.token(),
                name,
                confidential,
                redirectUris,
                clock.instant(),
                Optional.empty());
        var secret = confidential ? Optional.of(Secrets.secret("reynard_app_")) : Optional.<String>empty();
        byte @Nullable [] hash = secret.map(Secrets::sha256).orElse(null);
        database.useTx(tx -> store.insert(tx, app, hash));
        return new Registered(app, secret);
    }

    /// Why nothing may be sent to this address: it must be one that only the app can receive at. HTTPS, HTTP on the
    /// same machine, or a scheme that has the form of a reversed domain (RFC 8252, 7).
    public static Optional<String> redirectUriFault(String text) {
        try {
            var uri = new URI(text);
            var scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (text.length() > URI_CHARACTERS_MAX || text.indexOf('#') >= 0 || uri.getRawUserInfo() != null) {
                return Optional.of("must be at most " + URI_CHARACTERS_MAX + " characters, without # and user");
            }
            boolean allowed = switch (scheme) {
                case "https" -> uri.getHost() != null;
                case "http" -> uri.getHost() != null && LOOPBACK.contains(uri.getHost());
                default -> scheme.indexOf('.') > 0;
            };
            return allowed
                    ? Optional.empty()
                    : Optional.of("must be https, http on localhost, or of a scheme such as com.example.app");
        } catch (URISyntaxException e) {
            return Optional.of("must be an absolute URI");
        }
    }

    /// One that is not revoked.
    public Optional<App> find(String clientId) {
        return stored(clientId).map(AppStore.Stored::app).filter(Apps::isInForce);
    }

    /// The app, when this is its secret. One without a secret is never found here.
    public Optional<App> withSecret(String clientId, String secret) {
        return stored(clientId)
                .filter(stored ->
                        isInForce(stored.app()) && MessageDigest.isEqual(stored.secretHash(), Secrets.sha256(secret)))
                .map(AppStore.Stored::app);
    }

    // No text in PostgreSQL has a NUL, and none may be asked for.
    private Optional<AppStore.Stored> stored(String clientId) {
        return clientId.indexOf('\0') >= 0 ? Optional.empty() : database.inTx(tx -> store.find(tx, clientId));
    }

    private static boolean isInForce(App app) {
        return app.revokedAt().isEmpty();
    }

    public List<App> list() {
        return database.inTx(store::all);
    }

    /// Ends the app and every token that it was given.
    ///
    /// @return whether there was such an app to revoke
    public boolean revoke(AppId id) {
        var now = clock.instant();
        return database.inTx(tx -> {
            if (!store.revoke(tx, id, now)) {
                return false;
            }
            store.revokeGrants(tx, id, now);
            return true;
        });
    }
}
