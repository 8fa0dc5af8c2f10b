package reynard.subscriber;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.Id;
import reynard.id.SubscriberId;

/// Every statement about where subscribers live.
final class LocationStore {
    void put(Tx tx, AccountId account, SubscriberId subscriber, Location location) {
        tx.update("""
                        insert into subscriber_location
                               (account_id, subscriber_id, city, state_province, country_code, latitude, longitude,
                                time_zone, pinned_at)
                        values (:account, :subscriber, :city, :stateProvince, :countryCode, :latitude, :longitude,
                                :timeZone, :pinnedAt)
                        on conflict (account_id, subscriber_id) do update
                           set city = excluded.city, state_province = excluded.state_province,
                               country_code = excluded.country_code, latitude = excluded.latitude,
                               longitude = excluded.longitude, time_zone = excluded.time_zone,
                               pinned_at = excluded.pinned_at
                        """)
                .bind("account", account)
                .bind("subscriber", subscriber)
                .bind("city", location.city())
                .bind("stateProvince", location.stateProvince())
                .bind("countryCode", location.countryCode())
                .bind("latitude", location.latitude())
                .bind("longitude", location.longitude())
                .bind("timeZone", location.timeZone())
                .bind("pinnedAt", location.pinnedAt())
                .execute();
    }

    void delete(Tx tx, AccountId account, SubscriberId subscriber) {
        tx.update("delete from subscriber_location where account_id = :account and subscriber_id = :subscriber")
                .bind("account", account)
                .bind("subscriber", subscriber)
                .execute();
    }

    /// Those without a place are missing.
    Map<SubscriberId, Location> find(Tx tx, AccountId account, Collection<SubscriberId> subscribers) {
        var found = new HashMap<SubscriberId, Location>();
        tx.query("""
                        select l.subscriber_id, l.city, l.state_province, l.country_code, l.latitude, l.longitude,
                               l.time_zone, l.pinned_at
                          from subscriber_location l
                         where l.account_id = :account and l.subscriber_id = any(:subscribers)
                        """)
                .bind("account", account)
                .bind("subscribers", subscribers.stream().map(Id::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(new SubscriberId(row.getLong("subscriber_id")), location(row)))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    private static Location location(ResultSet row) throws SQLException {
        return new Location(
                row.getString("city"),
                row.getString("state_province"),
                row.getString("country_code"),
                row.getDouble("latitude"),
                row.getDouble("longitude"),
                row.getString("time_zone"),
                instant(row, "pinned_at"));
    }
}
