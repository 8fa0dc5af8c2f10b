package reynard.identity;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DkimKeyId;
import reynard.mail.dkim.DkimAlgorithm;
import reynard.mail.dkim.DkimKey;

/// The keys that sign an account's mail, one set per sending domain, sealed by the installation's [Vault].
public final class DkimKeys {
    private final DkimKeyStore store = new DkimKeyStore();
    private final SecureRandom random = new SecureRandom();
    /// Keys never change, so one that was opened stays as it is.
    private final Map<DkimKeyId, DkimKey> opened = new ConcurrentHashMap<>();

    private final Database database;
    private final IdBlocks ids;
    private final Vault vault;
    private final InstantSource clock;

    public DkimKeys(Database database, IdBlocks ids, Vault vault, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.vault = vault;
        this.clock = clock;
    }

    /// Makes a key. It signs at once when the domain has none of its algorithm that does; otherwise after [#use], so
    /// that its DNS record can be there first.
    ///
    /// @return empty when the account has a key of this domain and selector
    public Optional<SigningKey> create(AccountId account, String domain, String selector, DkimAlgorithm algorithm) {
        var key = DkimKey.generate(domain, selector, algorithm, random);
        var now = clock.instant();
        return database.inTx(tx -> {
            var created = new SigningKey(
                    new DkimKeyId(ids.next()), domain, selector, algorithm, key.publicKey(), now, Optional.empty());
            var sealed = vault.seal(key.secret(), purpose(account, created));
            if (!store.insert(tx, account, created, sealed)) {
                return Optional.empty();
            }
            boolean first = store.signing(tx, account, List.of(domain)).stream()
                    .noneMatch(other -> other.key().algorithm() == algorithm);
            if (first) {
                store.startSigning(tx, account, created.id(), now);
            }
            return store.find(tx, account, domain, selector);
        });
    }

    /// The key signs from now on, instead of the one of its domain and algorithm that did.
    ///
    /// @return whether there is such a key
    public boolean use(AccountId account, String domain, String selector) {
        return database.inTx(tx -> {
            var key = store.find(tx, account, domain, selector);
            key.ifPresent(found -> {
                store.stopSigning(tx, account, domain, found.algorithm());
                store.startSigning(tx, account, found.id(), clock.instant());
            });
            return key.isPresent();
        });
    }

    /// By domain, oldest first.
    public List<SigningKey> list(AccountId account) {
        return database.inTx(tx -> store.all(tx, account)).stream()
                .map(DkimKeyStore.Sealed::key)
                .toList();
    }

    public Optional<SigningKey> find(AccountId account, String domain, String selector) {
        return database.inTx(tx -> store.find(tx, account, domain, selector));
    }

    /// The keys that sign mail from an address of this domain: the domain's own, or else those of the nearest domain
    /// above it, which DMARC takes as well.
    ///
    /// @throws Vault.Unopenable when one was sealed with a key that is not here: unsigned mail is worse than late
    ///     mail
    public List<DkimKey> signing(Tx tx, AccountId account, String domain) {
        var found = store.signing(tx, account, withParents(domain));
        return found.stream()
                .filter(key -> key.key().domain().equals(found.getFirst().key().domain()))
                .map(key -> open(account, key))
                .toList();
    }

    /// `a.b.example.com`, `b.example.com`, `example.com`.
    private static List<String> withParents(String domain) {
        var domains = new ArrayList<String>();
        var rest = domain;
        while (rest.contains(".")) {
            domains.add(rest);
            rest = rest.substring(rest.indexOf('.') + 1);
        }
        return domains.isEmpty() ? List.of(domain) : domains;
    }

    private DkimKey open(AccountId account, DkimKeyStore.Sealed sealed) {
        return opened.computeIfAbsent(sealed.key().id(), _ -> {
            var key = sealed.key();
            var secret = vault.open(sealed.sealed(), purpose(account, key))
                    .orElseThrow(() -> new Vault.Unopenable("the DKIM key " + key.recordName()));
            return DkimKey.of(key.domain(), key.selector(), key.algorithm(), secret, key.publicKey());
        });
    }

    /// Opens every key of the account that signs, to find out early.
    ///
    /// @throws Vault.Unopenable when one was sealed with a key that is not here
    public void check(AccountId account) {
        for (var key : database.inTx(tx -> store.all(tx, account))) {
            if (key.key().signingSince().isPresent()) {
                open(account, key);
            }
        }
    }

    private static String purpose(AccountId account, SigningKey key) {
        return "dkim:" + account.value() + ":" + key.id().value();
    }
}
