package reynard.account;

import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import reynard.db.Database;
import reynard.db.Grouping;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ApiKeyId;

/// API keys: shown once, kept as SHA-256 only, revoked at once.
public final class ApiKeys {
    /// Shorter keys can be guessed.
    public static final int KEY_CHARACTERS_MIN = 20;

    private static final int KEY_CHARACTERS_MAX = 200;
    private static final String EVERYBODY = "everybody";

    private final AccountStore store = new AccountStore();
    private final Grouping<String, String, Optional<AccountStore.StoredKey>> finding = new Grouping<>(this::findAll);
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public ApiKeys(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// A new key with its text, the only time that it is seen.
    public record Issued(ApiKeyId id, String key) {}

    public Issued create(AccountId account, String name) {
        return database.inTx(tx -> keep(tx, account, name, Secrets.apiKey()));
    }

    /// Keeps a key that the operator chose.
    public Issued keep(Tx tx, AccountId account, String name, String key) {
        var hash = Secrets.sha256(key);
        var id = new ApiKeyId(ids.next());
        store.insertKey(tx, account, id, name, keyId(hash), hash, clock.instant());
        return new Issued(id, key);
    }

    public Issued create(Tx tx, AccountId account, String name) {
        return keep(tx, account, name, Secrets.apiKey());
    }

    public List<ApiKey> list(AccountId account) {
        return database.inTx(tx -> store.keys(tx, account));
    }

    /// @return whether there was such a key to revoke
    public boolean revoke(AccountId account, ApiKeyId id) {
        return database.inTx(tx -> store.revoke(tx, account, id, clock.instant()));
    }

    /// A key that is in force, and whose it is.
    public record Known(AccountId account, ApiKeyId id) {}

    /// @param apiKey as it was presented
    public Optional<Known> find(String apiKey) {
        if (apiKey.length() > KEY_CHARACTERS_MAX) {
            return Optional.empty();
        }
        var hash = Secrets.sha256(apiKey);
        return finding.ask(EVERYBODY, keyId(hash))
                .filter(stored -> MessageDigest.isEqual(stored.hash(), hash))
                .map(stored -> new Known(stored.account(), stored.id()));
    }

    private Map<String, Optional<AccountStore.StoredKey>> findAll(String whose, List<String> keyIds) {
        var found = database.read(tx -> store.findKeys(tx, keyIds));
        return keyIds.stream()
                .collect(Collectors.toMap(keyId -> keyId, keyId -> Optional.ofNullable(found.get(keyId))));
    }

    // The row is found by a quarter of the hash; the comparison of the whole takes the same time for every key.
    private static String keyId(byte[] hash) {
        return Secrets.keyId(hash);
    }
}
