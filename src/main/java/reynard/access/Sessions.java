package reynard.access;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.account.User;
import reynard.db.Database;
import reynard.id.AccountId;

/// Authors with a browser. A session ends after twelve hours of silence, and after fourteen days in any case.
public final class Sessions {
    public static final Duration SILENCE_MAX = Duration.ofHours(12);
    public static final Duration LIFETIME = Duration.ofDays(14);

    private static final Duration SEEN_EVERY = Duration.ofMinutes(5);
    /// A stranger must not be able to lock an author out, so the count is of one address for one author; and of one
    /// address for everybody.
    private static final Ration FOR_ONE_AUTHOR = new Ration(10, Duration.ofMinutes(15));

    private static final Ration FROM_ONE_ADDRESS = new Ration(50, Duration.ofMinutes(15));

    private final SessionStore store = new SessionStore();
    private final Database database;
    private final Accounts accounts;
    private final Rations rations;
    private final InstantSource clock;

    public Sessions(Database database, Accounts accounts, Rations rations, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.rations = rations;
        this.clock = clock;
    }

    public sealed interface Login {
        /// @param token for the author's browser, seen this once
        record In(String token) implements Login {}

        /// Nobody has this address, or it is not their password.
        record Wrong() implements Login {}

        record TooMany(Duration retryAfter) implements Login {}
    }

    /// @param address where the attempt comes from
    public Login login(String email, String password, String address) {
        var source = Rations.network(address);
        var author = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Secrets.sha256(email.strip().toLowerCase(Locale.ROOT)));
        var now = clock.instant();
        for (var attempt : new Attempt[] {
            new Attempt("login:" + source, FROM_ONE_ADDRESS),
            new Attempt("login:" + source + ":" + author, FOR_ONE_AUTHOR)
        }) {
            if (rations.take(attempt.name(), attempt.ration(), now) instanceof Rations.Taking.Refused(var retryAfter)) {
                return new Login.TooMany(retryAfter);
            }
        }
        return accounts.withPassword(email.strip(), password)
                .<Login>map(shown -> {
                    var token = Secrets.secret("reynard_session_");
                    database.useTx(tx -> store.insert(
                            tx, Tokens.Secret.of(token), shown.user().id(), now, now.plus(LIFETIME)));
                    return new Login.In(token);
                })
                .orElseGet(Login.Wrong::new);
    }

    private record Attempt(String name, Ration ration) {}

    /// An author who is logged in, and the account that they work in.
    public record Session(User user, AccountId account) {}

    public Optional<Session> find(String token) {
        var secret = Tokens.Secret.of(token);
        var now = clock.instant();
        return database.inTx(tx -> store.find(tx, secret.keyId())
                .filter(stored -> secret.matches(stored.hash())
                        && stored.expiresAt().isAfter(now)
                        && stored.seenAt().plus(SILENCE_MAX).isAfter(now))
                .map(stored -> {
                    if (stored.seenAt().plus(SEEN_EVERY).isBefore(now)) {
                        store.see(tx, secret.keyId(), now);
                    }
                    return stored.session();
                }));
    }

    public void end(String token) {
        database.useTx(tx -> store.delete(tx, Tokens.Secret.of(token).keyId()));
    }

    /// Forgets those that are over.
    ///
    /// @return how many they were
    public int sweep() {
        var now = clock.instant();
        return database.inTx(tx -> store.sweep(tx, now, now.minus(SILENCE_MAX)));
    }
}
