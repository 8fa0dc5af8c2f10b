package reynard.testing;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/// What readers do with emails, written where the tracking of opens and clicks writes it.
public final class Tracks {
    private final String databaseUrl;
    private long nextId = 1_000_000_000_000L;

    public Tracks(TestServer server) {
        this.databaseUrl = server.databaseUrl();
    }

    public void opens(long delivery, Instant at) {
        month("email_open", at);
        write(
                "insert into email_open (account_id, delivery_id, id, subscriber_id, at)"
                        + " select d.account_id, d.id, ?, d.subscriber_id, ? from delivery d where d.id = ?",
                nextId++,
                at,
                delivery);
        tally("opened", "opens", "opened_at", delivery);
        write("update delivery set opened_at = coalesce(opened_at, ?) where id = ?", at, delivery);
    }

    public void clicks(long delivery, String url, Instant at) {
        month("email_click", at);
        write(
                "insert into link (account_id, id, url) select d.account_id, ?, ? from delivery d where d.id = ?"
                        + " on conflict do nothing",
                nextId++,
                url,
                delivery);
        write(
                "insert into email_click (account_id, delivery_id, id, subscriber_id, link_id, at)"
                        + " select d.account_id, d.id, ?, d.subscriber_id, l.id, ? from delivery d"
                        + " join link l on l.account_id = d.account_id and l.url = ? where d.id = ?",
                nextId++,
                at,
                url,
                delivery);
        write(
                "insert into link_visit (account_id, delivery_id, link_id, clicks, machine_clicks)"
                        + " select d.account_id, d.id, l.id, 1, 0 from delivery d join link l"
                        + " on l.account_id = d.account_id and l.url = ? where d.id = ? on conflict"
                        + " (account_id, delivery_id, link_id) do update set clicks = link_visit.clicks + 1",
                url,
                delivery);
        write(
                "insert into link_tally (account_id, email_id, link_id, visitors, clicks) select d.account_id,"
                        + " d.sequence_email_id, l.id, (v.clicks = 1)::int, 1 from delivery d"
                        + " join link l on l.account_id = d.account_id and l.url = ?"
                        + " join link_visit v on v.account_id = d.account_id and v.delivery_id = d.id"
                        + " and v.link_id = l.id where d.id = ? on conflict (account_id, email_id, link_id) do update"
                        + " set visitors = link_tally.visitors + excluded.visitors, clicks = link_tally.clicks + 1",
                url,
                delivery);
        tally("clicked", "clicks", "clicked_at", delivery);
        write("update delivery set clicked_at = coalesce(clicked_at, ?) where id = ?", at, delivery);
    }

    private void tally(String once, String each, String firstAt, long delivery) {
        write(
                "insert into email_tally (account_id, email_id, %1$s, %2$s) select d.account_id, d.sequence_email_id,"
                                .formatted(once, each)
                        + " (d.%3$s is null)::int, 1 from delivery d where d.id = ? on conflict (account_id, email_id) do update"
                                .formatted(once, each, firstAt)
                        + " set %1$s = email_tally.%1$s + excluded.%1$s, %2$s = email_tally.%2$s + 1"
                                .formatted(once, each),
                delivery);
    }

    private void month(String table, Instant at) {
        var month = YearMonth.from(at.atZone(ZoneOffset.UTC));
        write(
                "create table if not exists %s_%d_%02d partition of %s for values from ('%s-01 00:00+00') to ('%s-01 00:00+00')"
                        .formatted(table, month.getYear(), month.getMonthValue(), table, month, month.plusMonths(1)));
    }

    private void write(String sql, Object... values) {
        try (var connection = DriverManager.getConnection(databaseUrl);
                var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i] instanceof Instant at ? Timestamp.from(at) : values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
