package reynard.access;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
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
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.AppId;
import reynard.id.GrantId;

/// Every statement about grants, codes and tokens. A secret says which account it is for, so those that look for one
/// name no account.
final class TokenStore {
    void insertGrant(Tx tx, AccountId account, GrantId id, Optional<AppId> app, String name, Instant now) {
        @Nullable AppId appId = app.orElse(null);
        tx.update("""
                        insert into access_grant (id, account_id, app_id, name, created_at)
                        values (:id, :account, :app, :name, :now)
                        """)
                .bind("id", id)
                .bind("account", account)
                .bind("app", appId == null ? null : Long.valueOf(appId.value()))
                .bind("name", name)
                .bind("now", now)
                .execute();
    }

    List<Grant> grants(Tx tx, AccountId account) {
        return tx.query("""
                        select g.id, g.name, g.app_id, g.created_at, g.revoked_at,
                               greatest(
                                   (select max(a.expires_at) from access_token a where a.grant_id = g.id),
                                   (select max(r.expires_at) from refresh_token r where r.grant_id = g.id)) as expires_at
                          from access_grant g
                         where g.account_id = :account
                         order by g.id
                        """)
                .bind("account", account)
                .map((row, _) -> new Grant(
                        new GrantId(row.getLong("id")),
                        row.getString("name"),
                        app(row),
                        instant(row, "created_at"),
                        optionalInstant(row, "expires_at"),
                        optionalInstant(row, "revoked_at")))
                .list();
    }

    boolean revokeGrant(Tx tx, AccountId account, GrantId id, Instant now) {
        return tx.update("""
                        update access_grant set revoked_at = :now
                         where account_id = :account and id = :id and revoked_at is null
                        """)
                        .bind("account", account)
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void revokeGrant(Tx tx, GrantId id, Instant now) {
        tx.update("update access_grant set revoked_at = :now where id = :id and revoked_at is null")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    void insertCode(
            Tx tx,
            Tokens.Secret secret,
            GrantId grant,
            String redirectUri,
            @Nullable String challenge,
            Scope scope,
            Instant expiresAt) {
        tx.update("""
                        insert into authorization_code
                               (key_id, hash, grant_id, redirect_uri, code_challenge, scope, expires_at)
                        values (:keyId, :hash, :grant, :redirectUri, :challenge, :scope, :expiresAt)
                        """)
                .bind("keyId", secret.keyId())
                .bind("hash", secret.hash())
                .bind("grant", grant)
                .bind("redirectUri", redirectUri)
                .bind("challenge", challenge)
                .bind("scope", scope.text())
                .bind("expiresAt", expiresAt)
                .execute();
    }

    record StoredCode(
            byte[] hash,
            GrantId grant,
            AppId app,
            String redirectUri,
            Optional<String> challenge,
            Scope scope,
            Instant expiresAt,
            boolean used,
            boolean revoked) {}

    /// Two who show it at once come one after the other.
    Optional<StoredCode> lockCode(Tx tx, String keyId) {
        return tx.query("""
                        select c.hash, c.grant_id, g.app_id, c.redirect_uri, c.code_challenge, c.scope, c.expires_at,
                               c.used_at is not null as used, g.revoked_at is not null as revoked
                          from authorization_code c
                          join access_grant g on g.id = c.grant_id
                         where c.key_id = :keyId
                           for update of c
                        """)
                .bind("keyId", keyId)
                .map((row, _) -> new StoredCode(
                        row.getBytes("hash"),
                        new GrantId(row.getLong("grant_id")),
                        new AppId(row.getLong("app_id")),
                        row.getString("redirect_uri"),
                        optionalText(row, "code_challenge"),
                        scope(row),
                        instant(row, "expires_at"),
                        row.getBoolean("used"),
                        row.getBoolean("revoked")))
                .findOne();
    }

    void useCode(Tx tx, String keyId, Instant now) {
        tx.update("update authorization_code set used_at = :now where key_id = :keyId")
                .bind("keyId", keyId)
                .bind("now", now)
                .execute();
    }

    void insertAccessToken(Tx tx, Tokens.Secret secret, GrantId grant, Scope scope, @Nullable Instant expiresAt) {
        tx.update("""
                        insert into access_token (key_id, hash, grant_id, scope, expires_at)
                        values (:keyId, :hash, :grant, :scope, :expiresAt::timestamptz)
                        """)
                .bind("keyId", secret.keyId())
                .bind("hash", secret.hash())
                .bind("grant", grant)
                .bind("scope", scope.text())
                .bind("expiresAt", expiresAt)
                .execute();
    }

    record StoredAccess(
            byte[] hash,
            AccountId account,
            Optional<AppId> app,
            Scope scope,
            Optional<Instant> expiresAt,
            boolean revoked) {}

    Map<String, StoredAccess> findAccessTokens(Tx tx, Collection<String> keyIds) {
        var found = new HashMap<String, StoredAccess>();
        tx.query("""
                        select t.key_id, t.hash, g.account_id, g.app_id, t.scope, t.expires_at,
                               (t.revoked_at is not null or g.revoked_at is not null) as revoked
                          from access_token t
                          join access_grant g on g.id = t.grant_id
                         where t.key_id = any(:keyIds)
                        """)
                .bind("keyIds", keyIds.toArray(String[]::new))
                .map((row, _) -> Map.entry(
                        row.getString("key_id"),
                        new StoredAccess(
                                row.getBytes("hash"),
                                new AccountId(row.getLong("account_id")),
                                app(row),
                                scope(row),
                                optionalInstant(row, "expires_at"),
                                row.getBoolean("revoked"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    void revokeAccessToken(Tx tx, String keyId, Instant now) {
        tx.update("update access_token set revoked_at = :now where key_id = :keyId and revoked_at is null")
                .bind("keyId", keyId)
                .bind("now", now)
                .execute();
    }

    void insertRefreshToken(Tx tx, Tokens.Secret secret, GrantId grant, Scope scope, Instant expiresAt) {
        tx.update("""
                        insert into refresh_token (key_id, hash, grant_id, scope, expires_at)
                        values (:keyId, :hash, :grant, :scope, :expiresAt)
                        """)
                .bind("keyId", secret.keyId())
                .bind("hash", secret.hash())
                .bind("grant", grant)
                .bind("scope", scope.text())
                .bind("expiresAt", expiresAt)
                .execute();
    }

    record StoredRefresh(
            byte[] hash, GrantId grant, AppId app, Scope scope, Instant expiresAt, boolean used, boolean revoked) {}

    /// Two who show it at once come one after the other.
    Optional<StoredRefresh> lockRefreshToken(Tx tx, String keyId) {
        return tx.query("""
                        select t.hash, t.grant_id, g.app_id, t.scope, t.expires_at, t.used_at is not null as used,
                               g.revoked_at is not null as revoked
                          from refresh_token t
                          join access_grant g on g.id = t.grant_id
                         where t.key_id = :keyId
                           for update of t
                        """)
                .bind("keyId", keyId)
                .map((row, _) -> new StoredRefresh(
                        row.getBytes("hash"),
                        new GrantId(row.getLong("grant_id")),
                        new AppId(row.getLong("app_id")),
                        scope(row),
                        instant(row, "expires_at"),
                        row.getBoolean("used"),
                        row.getBoolean("revoked")))
                .findOne();
    }

    void useRefreshToken(Tx tx, String keyId, Instant now) {
        tx.update("update refresh_token set used_at = :now where key_id = :keyId")
                .bind("keyId", keyId)
                .bind("now", now)
                .execute();
    }

    int sweepCodes(Tx tx, Instant before) {
        return tx.update("delete from authorization_code where expires_at < :before")
                .bind("before", before)
                .execute();
    }

    int sweepAccessTokens(Tx tx, Instant before) {
        return tx.update("delete from access_token where expires_at < :before")
                .bind("before", before)
                .execute();
    }

    int sweepRefreshTokens(Tx tx, Instant before) {
        return tx.update("delete from refresh_token where expires_at < :before")
                .bind("before", before)
                .execute();
    }

    /// Grants that nothing is left of.
    int sweepGrants(Tx tx, Instant before) {
        return tx.update("""
                        delete from access_grant g
                         where g.created_at < :before
                           and not exists (select from authorization_code c where c.grant_id = g.id)
                           and not exists (select from access_token a where a.grant_id = g.id)
                           and not exists (select from refresh_token r where r.grant_id = g.id)
                        """).bind("before", before).execute();
    }

    private static Scope scope(ResultSet row) throws SQLException {
        return Scope.parse(row.getString("scope")).orElseThrow();
    }

    private static Optional<AppId> app(ResultSet row) throws SQLException {
        return Optional.ofNullable(nullableLong(row, "app_id")).map(AppId::new);
    }
}
