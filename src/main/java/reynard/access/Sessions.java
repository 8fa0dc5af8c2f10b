package reynard.access;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import reynard.account.Accounts;
import reynard.account.Role;
import reynard.account.Secrets;
import reynard.account.User;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Authors with a browser. Who has a second factor shows it after the password. A session ends after twelve hours of
/// silence, and after fourteen days in any case.
public final class Sessions {
    public static final Duration SILENCE_MAX = Duration.ofHours(12);
    public static final Duration LIFETIME = Duration.ofDays(14);

    /// How long a second factor is waited for.
    static final Duration PROVING = Duration.ofMinutes(10);

    private static final Duration SEEN_EVERY = Duration.ofMinutes(5);
    /// A stranger must not be able to lock an author out, so the count is of one address for one author; and of one
    /// address for everybody.
    private static final Ration FOR_ONE_AUTHOR = new Ration(10, Duration.ofMinutes(15));

    private static final Ration FROM_ONE_ADDRESS = new Ration(50, Duration.ofMinutes(15));

    private final SessionStore store = new SessionStore();
    private final Database database;
    private final Accounts accounts;
    private final SecondFactors secondFactors;
    private final Rations rations;
    private final InstantSource clock;

    public Sessions(
            Database database, Accounts accounts, SecondFactors secondFactors, Rations rations, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.secondFactors = secondFactors;
        this.rations = rations;
        this.clock = clock;
    }

    public sealed interface Login {
        /// @param token for the author's browser, seen this once
        record In(String token) implements Login {}

        /// No code can be looked at: the server has another secret key than it had.
        record KeyLost() implements Login {}

        /// The password is right, and the second factor is still to be shown.
        ///
        /// @param token to be shown with it
        record Halfway(String token) implements Login {}

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
                .map(shown ->
                        database.inTx(tx -> secondFactors.isOn(tx, shown.user().id())
                                ? new Login.Halfway(begin(tx, shown.user(), shown.account(), false))
                                : new Login.In(begin(tx, shown.user(), shown.account(), true))))
                .orElseGet(Login.Wrong::new);
    }

    private String begin(Tx tx, User user, AccountId account, boolean proven) {
        var token = Secrets.secret("reynard_session_");
        var now = clock.instant();
        store.insert(
                tx, Tokens.Secret.of(token), user.id(), account, proven, now, now.plus(proven ? LIFETIME : PROVING));
        return token;
    }

    /// Somebody who needs to show nothing: they have just chosen their password.
    String begin(User user, AccountId account) {
        return database.inTx(tx -> begin(tx, user, account, true));
    }

    /// The second factor, shown with the token of [Login.Halfway]. A session of another id begins.
    ///
    /// @return empty when the password has to be shown again
    Optional<Login> prove(String token, String code) {
        var secret = Tokens.Secret.of(token);
        var now = clock.instant();
        var halfway = database.inTx(tx -> store.find(tx, secret.keyId()))
                .filter(stored -> secret.matches(stored.hash())
                        && !stored.proven()
                        && stored.expiresAt().isAfter(now));
        if (halfway.isEmpty()) {
            return Optional.empty();
        }
        var session = halfway.get().session();
        // Who gets here knows the password, so that this locks no author out by a stranger's doing.
        if (rations.take("code:" + session.user().id().value(), FOR_ONE_AUTHOR, now)
                instanceof Rations.Taking.Refused(var retryAfter)) {
            return Optional.of(new Login.TooMany(retryAfter));
        }
        return Optional.of(database.inTx(tx -> {
            if (!secondFactors.shows(tx, session.user().id(), code)) {
                return secondFactors.isLost(tx, session.user().id()) ? new Login.KeyLost() : new Login.Wrong();
            }
            store.delete(tx, secret.keyId());
            return new Login.In(begin(tx, session.user(), session.account(), true));
        }));
    }

    private record Attempt(String name, Ration ration) {}

    /// An author who is logged in, and the account that they work in.
    ///
    /// @param elsewhere whether they work in others, too
    public record Session(User user, AccountId account, Role role, boolean elsewhere) {}

    public Optional<Session> find(String token) {
        var secret = Tokens.Secret.of(token);
        var now = clock.instant();
        return database.inTx(tx -> store.find(tx, secret.keyId())
                .filter(stored -> secret.matches(stored.hash())
                        && stored.proven()
                        && stored.expiresAt().isAfter(now)
                        && stored.seenAt().plus(SILENCE_MAX).isAfter(now))
                .map(stored -> {
                    if (stored.seenAt().plus(SEEN_EVERY).isBefore(now)) {
                        store.see(tx, secret.keyId(), now);
                    }
                    return stored.session();
                }));
    }

    /// Somebody has to log in again everywhere.
    public void endAll(Tx tx, UserId user) {
        store.deleteOthers(tx, user, "");
    }

    /// Goes on in another account.
    ///
    /// @return whether they work there
    boolean move(String token, AccountId account) {
        return database.inTx(tx -> store.move(tx, Tokens.Secret.of(token).keyId(), account));
    }

    /// Ends every other session of an author: what they log in with has changed.
    void endOthers(String token, User user) {
        database.useTx(
                tx -> store.deleteOthers(tx, user.id(), Tokens.Secret.of(token).keyId()));
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
