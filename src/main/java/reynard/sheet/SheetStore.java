package reynard.sheet;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BulkJobId;
import reynard.id.SheetId;

/// Every statement of the room.
final class SheetStore {
    void insert(Tx tx, AccountId account, Sheets.Kept kept, String content) {
        tx.update("""
                        insert into sheet (account_id, id, name, lines, content, created_at)
                        values (:account, :id, :name, :lines, :content, :now)
                        """)
                .bind("account", account)
                .bind("id", kept.id())
                .bind("name", kept.name())
                .bind("lines", kept.lines())
                .bind("content", content)
                .bind("now", kept.at())
                .execute();
    }

    Optional<Sheets.Kept> find(Tx tx, AccountId account, SheetId id) {
        return tx.query("""
                        select s.id, s.name, s.lines, s.created_at, s.job_id
                          from sheet s
                         where s.account_id = :account and s.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> kept(row))
                .findOne();
    }

    List<Sheets.Kept> latest(Tx tx, AccountId account, int limit) {
        return tx.query("""
                        select s.id, s.name, s.lines, s.created_at, s.job_id
                          from sheet s
                         where s.account_id = :account
                         order by s.id desc
                         limit :limit
                        """)
                .bind("account", account)
                .bind("limit", limit)
                .map((row, _) -> kept(row))
                .list();
    }

    private static Sheets.Kept kept(ResultSet row) throws SQLException {
        long job = row.getLong("job_id");
        return new Sheets.Kept(
                new SheetId(row.getLong("id")),
                row.getString("name"),
                row.getInt("lines"),
                instant(row, "created_at"),
                row.wasNull() ? Optional.empty() : Optional.of(new BulkJobId(job)));
    }

    /// What is in it; nobody else queues it before this transaction ends.
    Optional<String> content(Tx tx, AccountId account, SheetId id) {
        return tx.query("""
                        select s.content
                          from sheet s
                         where s.account_id = :account and s.id = :id and s.content is not null
                           for no key update
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> optionalText(row, "content"))
                .findOne()
                .flatMap(content -> content);
    }

    void queue(Tx tx, AccountId account, SheetId id, BulkJobId job) {
        tx.update("""
                        update sheet
                           set content = null, job_id = :job
                         where account_id = :account and id = :id
                        """).bind("account", account).bind("id", id).bind("job", job).execute();
    }

    /// Forgets what was brought before and never queued.
    int forget(Tx tx, AccountId account, Instant before) {
        return tx.update("""
                        delete from sheet
                         where account_id = :account and content is not null and created_at < :before
                        """).bind("account", account).bind("before", before).execute();
    }
}
