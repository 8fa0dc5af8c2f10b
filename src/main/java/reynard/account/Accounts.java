package reynard.account;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SendingAddressId;
import reynard.id.UserId;

/// Accounts, their users and the addresses that they send from.
public final class Accounts {
    private final AccountStore store = new AccountStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Accounts(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// What a new account starts from.
    public record Founding(
            String name, String ownerEmail, String timeZone, int sendHour, Optional<String> postalAddress) {}

    /// A new account and its owner's password, which is shown once and kept as an Argon2id hash only.
    public record Founded(Account account, String ownerPassword) {}

    /// Creates an account with its owner and one verified sending address, the owner's own.
    public Founded found(Tx tx, Founding founding) {
        var now = clock.instant();
        var account = new Account(
                new AccountId(ids.next()),
                Secrets.token(),
                founding.name(),
                founding.timeZone(),
                founding.sendHour(),
                founding.postalAddress(),
                List.of(),
                true,
                true,
                false,
                now);
        var password = Secrets.password();
        store.insert(tx, account);
        var owner = new User(new UserId(ids.next()), founding.ownerEmail());
        store.insertUser(tx, owner, Secrets.passwordHash(password), now);
        new MemberStore().insert(tx, account.id(), owner.id(), Role.OWNER, now);
        var address = new SendingAddress(
                new SendingAddressId(ids.next()), founding.ownerEmail(), founding.name(), true, true);
        store.insertSendingAddress(tx, account.id(), address, now);
        return new Founded(account, password);
    }

    public Optional<Account> find(AccountId account) {
        return database.inTx(tx -> store.find(tx, account));
    }

    /// The account, which must exist: its id came from a credential or from a row of its own.
    public Account get(Tx tx, AccountId account) {
        return store.find(tx, account).orElseThrow(() -> new IllegalStateException("no account " + account));
    }

    /// Changes the settings from what they are at this moment. Nobody's dates change by it: they are what new sequences
    /// start from.
    public Account change(Tx tx, AccountId account, UnaryOperator<Account> edit) {
        var before =
                store.findForUpdate(tx, account).orElseThrow(() -> new IllegalStateException("no account " + account));
        var after = edit.apply(before);
        store.update(tx, after);
        return after;
    }

    /// The account that a link names.
    public Optional<AccountId> findByToken(String token) {
        return database.inTx(tx -> store.findByToken(tx, token));
    }

    /// The accounts whose tokens begin so; one, but for a great accident.
    public List<Account> findByTokenStart(String start) {
        return database.inTx(tx -> store.findByTokenStart(tx, start));
    }

    public List<AccountId> all() {
        return database.inTx(store::all);
    }

    /// A user who has shown their password, and the account that they work in.
    public record Shown(AccountId account, User user) {}

    /// Takes as long for an address that nobody has as for a wrong password.
    public Optional<Shown> withPassword(String email, String password) {
        var found = database.inTx(tx -> store.findUser(tx, email));
        var hash = found.map(AccountStore.StoredUser::passwordHash).orElseGet(() -> Secrets.Nobody.HASH);
        return Secrets.isPassword(password, hash)
                ? found.map(user -> new Shown(user.account(), user.user()))
                : Optional.empty();
    }

    /// Somebody who signs in from now on; they work in no account yet.
    ///
    /// @param email one that nobody has
    public User addUser(Tx tx, String email, String password) {
        var user = new User(new UserId(ids.next()), email);
        store.insertUser(tx, user, Secrets.passwordHash(password), clock.instant());
        return user;
    }

    public void setPassword(Tx tx, UserId user, String password) {
        store.updatePassword(tx, user, Secrets.passwordHash(password));
    }

    /// @return the new one, which is shown once and kept as a hash only
    public String replacePassword(Tx tx, UserId user) {
        var password = Secrets.password();
        setPassword(tx, user, password);
        return password;
    }

    /// Somebody who works anywhere, and where. Compared without case.
    public Optional<Shown> findWorking(Tx tx, String email) {
        return store.findUser(tx, email).map(user -> new Shown(user.account(), user.user()));
    }

    /// Compared without case.
    public Optional<User> findUser(Tx tx, String email) {
        return store.findAnyUser(tx, email);
    }

    /// @return whether the old password was theirs
    public boolean changePassword(User user, String before, String after) {
        if (withPassword(user.emailAddress(), before).isEmpty()) {
            return false;
        }
        var hash = Secrets.passwordHash(after);
        database.useTx(tx -> store.updatePassword(tx, user.id(), hash));
        return true;
    }

    public User owner(Tx tx, AccountId account) {
        return store.owner(tx, account);
    }

    /// The default one first.
    public List<SendingAddress> sendingAddresses(Tx tx, AccountId account) {
        return store.sendingAddresses(tx, account);
    }

    /// What mail of the account's own comes from.
    public SendingAddress defaultSendingAddress(Tx tx, AccountId account) {
        return store.sendingAddresses(tx, account).stream()
                .filter(SendingAddress::isDefault)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no sending address: " + account));
    }

    /// Where mail of the account's own may go: to its users and to the addresses that it has shown to be its own.
    public Set<String> ownAddresses(Tx tx, AccountId account) {
        var own = new LinkedHashSet<>(store.userAddresses(tx, account));
        store.sendingAddresses(tx, account).stream()
                .filter(SendingAddress::verified)
                .map(SendingAddress::emailAddress)
                .forEach(own::add);
        return own;
    }

    public Optional<SendingAddress> findSendingAddress(Tx tx, AccountId account, SendingAddressId id) {
        return store.findSendingAddress(tx, account, id);
    }

    /// All of an account, while nobody else adds, changes or removes one before the transaction ends.
    public List<SendingAddress> holdSendingAddresses(Tx tx, AccountId account) {
        store.lockSendingAddresses(tx, account);
        return store.sendingAddresses(tx, account);
    }

    /// One that is not verified yet.
    ///
    /// @param email one that the account does not have yet, by [#holdSendingAddresses]
    public SendingAddress addSendingAddress(Tx tx, AccountId account, String email, String fromName) {
        var address = new SendingAddress(new SendingAddressId(ids.next()), email, fromName, false, false);
        store.insertSendingAddress(tx, account, address, clock.instant());
        return address;
    }

    public void verify(Tx tx, AccountId account, SendingAddressId id, Instant now) {
        store.verifySendingAddress(tx, account, id, now);
    }

    /// @param fromName empty: as it is
    /// @param makeDefault takes the place of the default one before; only for a verified one
    public SendingAddress changeSendingAddress(
            Tx tx, AccountId account, SendingAddress before, Optional<String> fromName, boolean makeDefault) {
        store.lockSendingAddresses(tx, account);
        if (makeDefault) {
            store.clearDefaultSendingAddress(tx, account);
        }
        var isDefault = makeDefault
                || store.findSendingAddress(tx, account, before.id())
                        .map(SendingAddress::isDefault)
                        .orElse(false);
        var after = new SendingAddress(
                before.id(), before.emailAddress(), fromName.orElse(before.fromName()), before.verified(), isDefault);
        store.updateSendingAddress(tx, account, after);
        return after;
    }

    public sealed interface Removal {
        record Removed() implements Removal {}

        record NoSuchAddress() implements Removal {}

        /// There must always be one to send from.
        record IsDefault() implements Removal {}

        /// @param users `sequence 7`, `broadcast 9`
        record InUse(List<String> users) implements Removal {
            public InUse {
                users = List.copyOf(users);
            }
        }
    }

    public Removal removeSendingAddress(AccountId account, SendingAddressId id) {
        return database.inTx(tx -> {
            // Who is about to name it holds its row; from here on nobody can begin to.
            store.lockSendingAddresses(tx, account);
            var found = store.findSendingAddress(tx, account, id);
            if (found.isEmpty()) {
                return new Removal.NoSuchAddress();
            }
            if (found.get().isDefault()) {
                return new Removal.IsDefault();
            }
            var users = store.usersOfSendingAddress(tx, account, id);
            if (!users.isEmpty()) {
                return new Removal.InUse(users);
            }
            store.removeSendingAddress(tx, account, id);
            return new Removal.Removed();
        });
    }

    /// Replaces the whole palette.
    public void changeColors(Tx tx, AccountId account, List<String> colors) {
        store.updateColors(tx, account, colors);
    }

    /// Empty until one is set up.
    public Optional<CreatorProfile> creatorProfile(Tx tx, AccountId account) {
        return store.findProfile(tx, account);
    }

    public void changeCreatorProfile(Tx tx, AccountId account, CreatorProfile profile) {
        store.putProfile(tx, account, profile);
    }
}
