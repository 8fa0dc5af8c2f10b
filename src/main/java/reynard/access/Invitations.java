package reynard.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import reynard.account.Accounts;
import reynard.account.Members;
import reynard.account.Role;
import reynard.account.Secrets;
import reynard.account.User;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;

/// Links by which somebody comes to work in an account. Each is for one address and works once; of its token only a
/// hash is kept.
public final class Invitations {
    public static final Duration VALID_FOR = Duration.ofDays(7);

    private final InvitationStore store = new InvitationStore();
    private final Database database;
    private final Accounts accounts;
    private final Members members;
    private final InstantSource clock;

    public Invitations(Database database, Accounts accounts, Members members, InstantSource clock) {
        this.database = database;
        this.accounts = accounts;
        this.members = members;
        this.clock = clock;
    }

    public record Invitation(AccountId account, String emailAddress, Role role, Instant expiresAt) {}

    /// One that the address was sent before does not count any more.
    ///
    /// @return the token of the link, seen this once
    public String invite(Tx tx, AccountId account, String email, Role role) {
        var now = clock.instant();
        var token = Secrets.token();
        store.withdraw(tx, account, email, now);
        store.insert(tx, Secrets.sha256(token), new Invitation(account, email, role, now.plus(VALID_FOR)), now);
        return token;
    }

    public List<Invitation> open(Tx tx, AccountId account) {
        return store.open(tx, account, clock.instant());
    }

    public void withdraw(AccountId account, String email) {
        database.useTx(tx -> store.withdraw(tx, account, email, clock.instant()));
    }

    /// What a link offers.
    ///
    /// @param known whether somebody signs in with this address already
    record Offer(Invitation invitation, String account, boolean known) {}

    Optional<Offer> find(String token) {
        return database.inTx(tx -> store.find(tx, Secrets.sha256(token), clock.instant())
                .map(invitation -> new Offer(
                        invitation,
                        accounts.get(tx, invitation.account()).name(),
                        accounts.findUser(tx, invitation.emailAddress()).isPresent())));
    }

    /// Somebody new, with the password that they have chosen.
    ///
    /// @return empty when the link is used up, or somebody has this address by now
    Optional<User> acceptNew(String token, String password) {
        return database.inTx(tx -> taken(tx, token).flatMap(invitation -> {
            if (accounts.findUser(tx, invitation.emailAddress()).isPresent()) {
                return Optional.empty();
            }
            var user = accounts.addUser(tx, invitation.emailAddress(), password);
            members.add(tx, invitation.account(), user.id(), invitation.role());
            return Optional.of(user);
        }));
    }

    /// Somebody who is logged in with the very address.
    ///
    /// @return the account; empty when the link is not for them
    Optional<AccountId> accept(String token, User user) {
        return database.inTx(tx -> store.find(tx, Secrets.sha256(token), clock.instant())
                .filter(invitation -> invitation.emailAddress().equalsIgnoreCase(user.emailAddress()))
                .filter(_ -> store.delete(tx, Secrets.sha256(token)))
                .map(invitation -> {
                    members.add(tx, invitation.account(), user.id(), invitation.role());
                    return invitation.account();
                }));
    }

    private Optional<Invitation> taken(Tx tx, String token) {
        return store.find(tx, Secrets.sha256(token), clock.instant())
                .filter(_ -> store.delete(tx, Secrets.sha256(token)));
    }
}
