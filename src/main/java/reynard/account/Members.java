package reynard.account;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.UserId;

/// Who works in which account, and as what. There is always an owner.
public final class Members {
    private final MemberStore store = new MemberStore();
    private final Database database;
    private final InstantSource clock;

    public Members(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public record Member(User user, Role role, Instant since) {}

    /// An account that somebody works in.
    public record Place(AccountId account, String name, Role role) {}

    /// The longest there first.
    public List<Member> list(Tx tx, AccountId account) {
        return store.list(tx, account);
    }

    public List<Place> places(Tx tx, UserId user) {
        return store.places(tx, user);
    }

    /// Who is there already keeps their role.
    public void add(Tx tx, AccountId account, UserId user, Role role) {
        store.insert(tx, account, user, role, clock.instant());
    }

    public sealed interface Change {
        record Done() implements Change {}

        record NoSuchMember() implements Change {}

        record LastOwner() implements Change {}
    }

    public Change change(AccountId account, UserId user, Role role) {
        return with(account, user, Optional.of(role));
    }

    /// From this moment nothing of the account is shown to them.
    public Change remove(AccountId account, UserId user) {
        return with(account, user, Optional.empty());
    }

    private Change with(AccountId account, UserId user, Optional<Role> role) {
        return database.inTx(tx -> {
            store.hold(tx, account);
            var members = store.list(tx, account);
            if (members.stream().noneMatch(member -> member.user().id().equals(user))) {
                return new Change.NoSuchMember();
            }
            boolean ownerLeft = members.stream()
                    .anyMatch(member ->
                            member.role() == Role.OWNER && !member.user().id().equals(user));
            if (!ownerLeft && role.filter(wanted -> wanted == Role.OWNER).isEmpty()) {
                return new Change.LastOwner();
            }
            role.ifPresentOrElse(
                    wanted -> store.change(tx, account, user, wanted), () -> store.delete(tx, account, user));
            return new Change.Done();
        });
    }
}
