package reynard.account;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ApiKeyId;
import reynard.id.SendingAddressId;
import reynard.id.UserId;

/// Every statement of the room.
final class AccountStore {
    void insert(Tx tx, Account account) {
        tx.update("""
                        insert into account (id, token, name, time_zone, send_hour, postal_address, created_at)
                        values (:id, :token, :name, :timeZone, :sendHour, :postalAddress, :createdAt)
                        """)
                .bind("id", account.id())
                .bind("token", account.token())
                .bind("name", account.name())
                .bind("timeZone", account.timeZone())
                .bind("sendHour", account.sendHour())
                .bind("postalAddress", account.postalAddress().orElse(null))
                .bind("createdAt", account.createdAt())
                .execute();
        tx.update("insert into account_clock (account_id) values (:account)")
                .bind("account", account.id())
                .execute();
    }

    Optional<Account> find(Tx tx, AccountId account) {
        return tx.query("""
                        select id, token, name, time_zone, send_hour, postal_address, colors, open_tracking,
                               click_tracking, on_uncertain, created_at
                          from account
                         where id = :account
                        """)
                .bind("account", account)
                .map((row, _) -> account(row))
                .findOne();
    }

    Optional<Account> findForUpdate(Tx tx, AccountId account) {
        return tx.query("""
                        select id, token, name, time_zone, send_hour, postal_address, colors, open_tracking,
                               click_tracking, on_uncertain, created_at
                          from account
                         where id = :account
                           for no key update
                        """)
                .bind("account", account)
                .map((row, _) -> account(row))
                .findOne();
    }

    void update(Tx tx, Account account) {
        tx.update("""
                        update account
                           set name = :name, time_zone = :timeZone, send_hour = :sendHour,
                               postal_address = :postalAddress, open_tracking = :openTracking,
                               click_tracking = :clickTracking, on_uncertain = :onUncertain
                         where id = :account
                        """)
                .bind("account", account.id())
                .bind("name", account.name())
                .bind("timeZone", account.timeZone())
                .bind("sendHour", account.sendHour())
                .bind("postalAddress", account.postalAddress().orElse(null))
                .bind("openTracking", account.openTracking())
                .bind("clickTracking", account.clickTracking())
                .bind("onUncertain", account.holdsUncertain() ? "hold" : "resend")
                .execute();
    }

    Optional<AccountId> findByToken(Tx tx, String token) {
        return tx.query("select id from account where token = :token")
                .bind("token", token)
                .map((row, _) -> new AccountId(row.getLong("id")))
                .findOne();
    }

    List<Account> findByTokenStart(Tx tx, String start) {
        return tx.query("""
                        select id, token, name, time_zone, send_hour, postal_address, colors, open_tracking,
                               click_tracking, on_uncertain, created_at
                          from account
                         where left(token, :length) = :start
                        """)
                .bind("length", start.length())
                .bind("start", start)
                .map((row, _) -> account(row))
                .list();
    }

    List<AccountId> all(Tx tx) {
        return tx.query("select id from account order by id")
                .map((row, _) -> new AccountId(row.getLong("id")))
                .list();
    }

    private static Account account(ResultSet row) throws SQLException {
        return new Account(
                new AccountId(row.getLong("id")),
                row.getString("token"),
                row.getString("name"),
                row.getString("time_zone"),
                row.getInt("send_hour"),
                optionalText(row, "postal_address"),
                List.of((String[]) row.getArray("colors").getArray()),
                row.getBoolean("open_tracking"),
                row.getBoolean("click_tracking"),
                row.getString("on_uncertain").equals("hold"),
                instant(row, "created_at"));
    }

    void updateColors(Tx tx, AccountId account, List<String> colors) {
        tx.update("update account set colors = :colors where id = :account")
                .bind("account", account)
                .bind("colors", colors.toArray(String[]::new))
                .execute();
    }

    Optional<CreatorProfile> findProfile(Tx tx, AccountId account) {
        return tx.query("""
                        select p.name, p.byline, p.bio, p.image_url
                          from creator_profile p
                         where p.account_id = :account
                        """)
                .bind("account", account)
                .map((row, _) -> new CreatorProfile(
                        row.getString("name"),
                        row.getString("byline"),
                        row.getString("bio"),
                        row.getString("image_url")))
                .findOne();
    }

    void putProfile(Tx tx, AccountId account, CreatorProfile profile) {
        tx.update("""
                        insert into creator_profile (account_id, name, byline, bio, image_url)
                        values (:account, :name, :byline, :bio, :imageUrl)
                        on conflict (account_id) do update
                           set name = excluded.name, byline = excluded.byline, bio = excluded.bio,
                               image_url = excluded.image_url
                        """)
                .bind("account", account)
                .bind("name", profile.name())
                .bind("byline", profile.byline())
                .bind("bio", profile.bio())
                .bind("imageUrl", profile.imageUrl())
                .execute();
    }

    void insertUser(Tx tx, User user, String passwordHash, Instant now) {
        tx.update("""
                        insert into account_user (id, email_address, password_hash, created_at)
                        values (:id, :email, :passwordHash, :now)
                        """)
                .bind("id", user.id())
                .bind("email", user.emailAddress())
                .bind("passwordHash", passwordHash)
                .bind("now", now)
                .execute();
    }

    User owner(Tx tx, AccountId account) {
        return tx.query("""
                        select u.id, u.email_address
                          from membership m
                          join account_user u on u.id = m.user_id
                         where m.account_id = :account and m.role = 'owner'
                         order by m.created_at, u.id
                         limit 1
                        """)
                .bind("account", account)
                .map((row, _) -> new User(new UserId(row.getLong("id")), row.getString("email_address")))
                .one();
    }

    record StoredUser(AccountId account, User user, String passwordHash) {}

    /// With the first account that they work in; empty for who works in none. Compared without case.
    Optional<StoredUser> findUser(Tx tx, String email) {
        return tx.query("""
                        select u.id, m.account_id, u.email_address, u.password_hash
                          from account_user u
                          join membership m on m.user_id = u.id
                         where lower(u.email_address) = lower(:email)
                         order by m.created_at, m.account_id
                         limit 1
                        """)
                .bind("email", email)
                .map((row, _) -> new StoredUser(
                        new AccountId(row.getLong("account_id")),
                        new User(new UserId(row.getLong("id")), row.getString("email_address")),
                        row.getString("password_hash")))
                .findOne();
    }

    /// Whoever it is, wherever they work. Compared without case.
    Optional<User> findAnyUser(Tx tx, String email) {
        return tx.query("select id, email_address from account_user where lower(email_address) = lower(:email)")
                .bind("email", email)
                .map((row, _) -> new User(new UserId(row.getLong("id")), row.getString("email_address")))
                .findOne();
    }

    void updatePassword(Tx tx, UserId user, String passwordHash) {
        tx.update("update account_user set password_hash = :passwordHash where id = :user")
                .bind("user", user)
                .bind("passwordHash", passwordHash)
                .execute();
    }

    void insertSendingAddress(Tx tx, AccountId account, SendingAddress address, Instant now) {
        tx.update("""
                        insert into sending_address
                               (account_id, id, email_address, from_name, verified_at, is_default, created_at)
                        values (:account, :id, :email, :fromName, :verifiedAt, :isDefault, :now)
                        """)
                .bind("account", account)
                .bind("id", address.id())
                .bind("email", address.emailAddress())
                .bind("fromName", address.fromName())
                .bind("verifiedAt", address.verified() ? now : null)
                .bind("isDefault", address.isDefault())
                .bind("now", now)
                .execute();
    }

    Optional<SendingAddress> findSendingAddress(Tx tx, AccountId account, SendingAddressId id) {
        return tx.query("""
                        select id, email_address, from_name, verified_at, is_default
                          from sending_address
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> sendingAddress(row))
                .findOne();
    }

    /// Lets one transaction at a time change which addresses there are and which one is the default: there always is
    /// one.
    void lockSendingAddresses(Tx tx, AccountId account) {
        tx.query("select id from sending_address where account_id = :account order by id for update")
                .bind("account", account)
                .mapTo(Long.class)
                .list();
    }

    void verifySendingAddress(Tx tx, AccountId account, SendingAddressId id, Instant now) {
        tx.update("""
                        update sending_address set verified_at = :now
                         where account_id = :account and id = :id and verified_at is null
                        """).bind("account", account).bind("id", id).bind("now", now).execute();
    }

    void clearDefaultSendingAddress(Tx tx, AccountId account) {
        tx.update("update sending_address set is_default = false where account_id = :account and is_default")
                .bind("account", account)
                .execute();
    }

    void updateSendingAddress(Tx tx, AccountId account, SendingAddress address) {
        tx.update("""
                        update sending_address set from_name = :fromName, is_default = :isDefault
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", address.id())
                .bind("fromName", address.fromName())
                .bind("isDefault", address.isDefault())
                .execute();
    }

    /// Who names it and is neither deleted nor through.
    List<String> usersOfSendingAddress(Tx tx, AccountId account, SendingAddressId id) {
        return tx.query("""
                        select 'sequence ' || q.id as name
                          from sequence q
                         where q.account_id = :account and q.sending_address_id = :id and q.deleted_at is null
                        union all
                        select 'broadcast ' || b.id
                          from broadcast b
                         where b.account_id = :account and b.sending_address_id = :id
                           and b.status in ('draft', 'scheduled', 'sending')
                         order by 1
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> row.getString("name"))
                .list();
    }

    void removeSendingAddress(Tx tx, AccountId account, SendingAddressId id) {
        tx.update("""
                        update sequence set sending_address_id = null
                         where account_id = :account and sending_address_id = :id
                        """).bind("account", account).bind("id", id).execute();
        tx.update("""
                        update broadcast set sending_address_id = null
                         where account_id = :account and sending_address_id = :id
                        """).bind("account", account).bind("id", id).execute();
        tx.update("delete from sending_address where account_id = :account and id = :id")
                .bind("account", account)
                .bind("id", id)
                .execute();
    }

    List<SendingAddress> sendingAddresses(Tx tx, AccountId account) {
        return tx.query("""
                        select id, email_address, from_name, verified_at, is_default
                          from sending_address
                         where account_id = :account
                         order by is_default desc, id
                        """)
                .bind("account", account)
                .map((row, _) -> sendingAddress(row))
                .list();
    }

    private static SendingAddress sendingAddress(ResultSet row) throws SQLException {
        return new SendingAddress(
                new SendingAddressId(row.getLong("id")),
                row.getString("email_address"),
                row.getString("from_name"),
                optionalInstant(row, "verified_at").isPresent(),
                row.getBoolean("is_default"));
    }

    List<String> userAddresses(Tx tx, AccountId account) {
        return tx.query("""
                        select u.email_address
                          from membership m
                          join account_user u on u.id = m.user_id
                         where m.account_id = :account
                         order by u.id
                        """)
                .bind("account", account)
                .map((row, _) -> row.getString("email_address"))
                .list();
    }

    void insertKey(Tx tx, AccountId account, ApiKeyId id, String name, String keyId, byte[] hash, Instant now) {
        tx.update("""
                        insert into api_key (id, account_id, name, key_id, hash, created_at)
                        values (:id, :account, :name, :keyId, :hash, :now)
                        """)
                .bind("id", id)
                .bind("account", account)
                .bind("name", name)
                .bind("keyId", keyId)
                .bind("hash", hash)
                .bind("now", now)
                .execute();
    }

    record StoredKey(AccountId account, ApiKeyId id, byte[] hash) {}

    /// Those of the keys that are in force.
    Map<String, StoredKey> findKeys(Tx tx, Collection<String> keyIds) {
        var found = new HashMap<String, StoredKey>();
        tx.query("""
                        select key_id, account_id, id, hash
                          from api_key
                         where key_id = any(:keyIds) and revoked_at is null
                        """)
                .bind("keyIds", keyIds.toArray(String[]::new))
                .map((row, _) -> Map.entry(
                        row.getString("key_id"),
                        new StoredKey(
                                new AccountId(row.getLong("account_id")),
                                new ApiKeyId(row.getLong("id")),
                                row.getBytes("hash"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    List<ApiKey> keys(Tx tx, AccountId account) {
        return tx.query("""
                        select id, name, created_at, revoked_at from api_key where account_id = :account order by id
                        """)
                .bind("account", account)
                .map((row, _) -> new ApiKey(
                        new ApiKeyId(row.getLong("id")),
                        row.getString("name"),
                        instant(row, "created_at"),
                        optionalInstant(row, "revoked_at")))
                .list();
    }

    boolean revoke(Tx tx, AccountId account, ApiKeyId id, Instant now) {
        return tx.update("""
                        update api_key set revoked_at = :now
                         where account_id = :account and id = :id and revoked_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }
}
