package reynard.access;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalInstant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AppId;

/// Every statement about apps. They belong to the installation, so none names an account.
final class AppStore {
    /// @param secretHash empty for an app without a secret, which is the hash of nothing
    record Stored(App app, byte[] secretHash) {}

    void insert(Tx tx, App app, byte @Nullable [] secretHash) {
        tx.update("""
                        insert into app (id, client_id, name, secret_hash, redirect_uris, created_at)
                        values (:id, :clientId, :name, :secretHash, :redirectUris, :createdAt)
                        """)
                .bind("id", app.id())
                .bind("clientId", app.clientId())
                .bind("name", app.name())
                .bind("secretHash", secretHash)
                .bind("redirectUris", app.redirectUris().toArray(String[]::new))
                .bind("createdAt", app.createdAt())
                .execute();
    }

    Optional<Stored> find(Tx tx, String clientId) {
        return tx.query("""
                        select id, client_id, name, secret_hash, redirect_uris, created_at, revoked_at
                          from app
                         where client_id = :clientId
                        """)
                .bind("clientId", clientId)
                .map((row, _) -> {
                    byte @Nullable [] hash = row.getBytes("secret_hash");
                    return new Stored(app(row), hash == null ? new byte[0] : hash);
                })
                .findOne();
    }

    List<App> all(Tx tx) {
        return tx.query("""
                        select id, client_id, name, secret_hash, redirect_uris, created_at, revoked_at
                          from app
                         order by id
                        """).map((row, _) -> app(row)).list();
    }

    boolean revoke(Tx tx, AppId id, Instant now) {
        return tx.update("update app set revoked_at = :now where id = :id and revoked_at is null")
                        .bind("id", id)
                        .bind("now", now)
                        .execute()
                == 1;
    }

    void revokeGrants(Tx tx, AppId id, Instant now) {
        tx.update("update access_grant set revoked_at = :now where app_id = :id and revoked_at is null")
                .bind("id", id)
                .bind("now", now)
                .execute();
    }

    private static App app(ResultSet row) throws SQLException {
        return new App(
                new AppId(row.getLong("id")),
                row.getString("client_id"),
                row.getString("name"),
                row.getBytes("secret_hash") != null,
                List.of((String[]) row.getArray("redirect_uris").getArray()),
                instant(row, "created_at"),
                optionalInstant(row, "revoked_at"));
    }
}
