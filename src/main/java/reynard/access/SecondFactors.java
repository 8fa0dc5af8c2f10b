package reynard.access;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import reynard.account.Secrets;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.UserId;

/// What an author shows beside their password: the code of a telephone, each once, or one of ten written down for the
/// day that it is lost. Secrets are sealed ([Vault]), written ones kept as hashes.
public final class SecondFactors {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int RECOVERY_CODES = 10;
    private static final int RECOVERY_BYTES = 10;

    private final SecondFactorStore store = new SecondFactorStore();
    private final Database database;
    private final Vault vault;
    private final InstantSource clock;

    public SecondFactors(Database database, Vault vault, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.clock = clock;
    }

    private static String purpose(UserId user) {
        return "second factor " + user.value();
    }

    /// @param recoveriesLeft codes written down that are not used yet
    public record Standing(boolean on, int recoveriesLeft) {}

    public Standing standing(UserId user) {
        return database.read(tx -> new Standing(store.isOn(tx, user), store.recoveriesLeft(tx, user)));
    }

    boolean isOn(Tx tx, UserId user) {
        return store.isOn(tx, user);
    }

    /// A new secret, as telephones take it. It is in use once a code of it was shown; until then there may be another.
    public String setUp(UserId user) {
        var secret = new byte[OneTimeCode.SECRET_BYTES];
        RANDOM.nextBytes(secret);
        var sealed = vault.seal(Base64.getEncoder().encodeToString(secret), purpose(user));
        database.useTx(tx -> store.put(tx, user, sealed));
        return OneTimeCode.base32(secret);
    }

    /// The secret that is set up and not in use yet.
    public Optional<String> waiting(UserId user) {
        return database.inTx(tx -> store.hold(tx, user))
                .filter(stored -> !stored.confirmed())
                .flatMap(stored -> secret(user, stored))
                .map(OneTimeCode::base32);
    }

    /// Empty when it was sealed with another secret key than this server's.
    private Optional<byte[]> secret(UserId user, SecondFactorStore.Stored stored) {
        return vault.open(stored.secret(), purpose(user))
                .map(text -> Base64.getDecoder().decode(text));
    }

    /// Whether no code of it can be told from another, because the secret key is not the one it was sealed with.
    boolean isLost(Tx tx, UserId user) {
        return store.hold(tx, user)
                .filter(stored -> secret(user, stored).isEmpty())
                .isPresent();
    }

    /// From now on it is asked for.
    ///
    /// @return the codes to write down, seen this once; empty when the code is not right
    public Optional<List<String>> turnOn(UserId user, String code) {
        return database.inTx(tx -> {
            var stored = store.hold(tx, user).filter(factor -> !factor.confirmed());
            if (stored.isEmpty() || !isCode(tx, user, stored.get(), plain(code))) {
                return Optional.empty();
            }
            store.confirm(tx, user, clock.instant());
            var codes = Stream.generate(SecondFactors::recovery)
                    .limit(RECOVERY_CODES)
                    .toList();
            codes.forEach(one -> store.insertRecovery(tx, user, Secrets.sha256(plain(one))));
            return Optional.of(codes);
        });
    }

    /// @return whether the code was right
    public boolean turnOff(UserId user, String code) {
        return database.inTx(tx -> {
            if (!shows(tx, user, code)) {
                return false;
            }
            store.delete(tx, user);
            return true;
        });
    }

    /// Without a code: for the operator alone.
    public void forget(Tx tx, UserId user) {
        store.delete(tx, user);
    }

    /// Whether this is a code of theirs that was not shown before; it is from now on.
    boolean shows(Tx tx, UserId user, String code) {
        var stored = store.hold(tx, user).filter(SecondFactorStore.Stored::confirmed);
        return stored.isPresent()
                && (isCode(tx, user, stored.get(), plain(code))
                        || store.useRecovery(tx, user, Secrets.sha256(plain(code))));
    }

    private boolean isCode(Tx tx, UserId user, SecondFactorStore.Stored stored, String code) {
        var secret = secret(user, stored);
        if (secret.isEmpty()) {
            return false;
        }
        var step = OneTimeCode.match(secret.get(), code, clock.instant(), stored.lastStep());
        step.ifPresent(shown -> store.shown(tx, user, shown));
        return step.isPresent();
    }

    /// As it is typed: spaces, dashes and small letters do not matter.
    private static String plain(String code) {
        return code.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
    }

    /// 80 random bits as four groups of four letters and digits.
    private static String recovery() {
        var random = new byte[RECOVERY_BYTES];
        RANDOM.nextBytes(random);
        return OneTimeCode.base32(random).replaceAll("(.{4})(?!$)", "$1-");
    }
}
