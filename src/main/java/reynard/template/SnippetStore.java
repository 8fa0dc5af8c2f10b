package reynard.template;

import static reynard.db.Rows.instant;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SnippetId;

/// Every statement about snippets.
final class SnippetStore {
    private static final Listing<Snippet> NEWEST = new Listing<>(
            """
            select p.id, p.name, p.kind, p.key, p.content, p.archived, p.created_at, p.updated_at
              from snippet p
             where p.account_id = :account and p.archived = :archived and (:kind::text is null or p.kind = :kind)
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("p.id", "id")), (row, _) -> snippet(row));

    Page<Snippet> list(Tx tx, AccountId account, Optional<Snippet.Kind> kind, boolean archived, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("kind", kind.map(Snippet.Kind::wireName).orElse(null));
        parameters.put("archived", archived);
        return NEWEST.read(tx, parameters, page);
    }

    Optional<Snippet> find(Tx tx, AccountId account, SnippetId id) {
        return tx.query("""
                        select p.id, p.name, p.kind, p.key, p.content, p.archived, p.created_at, p.updated_at
                          from snippet p
                         where p.account_id = :account and p.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> snippet(row))
                .findOne();
    }

    Optional<Snippet> findByKey(Tx tx, AccountId account, String key) {
        return tx.query("""
                        select p.id, p.name, p.kind, p.key, p.content, p.archived, p.created_at, p.updated_at
                          from snippet p
                         where p.account_id = :account and p.key = :key
                        """)
                .bind("account", account)
                .bind("key", key)
                .map((row, _) -> snippet(row))
                .findOne();
    }

    List<Snippet> findByKeys(Tx tx, AccountId account, Collection<String> keys) {
        return tx.query("""
                        select p.id, p.name, p.kind, p.key, p.content, p.archived, p.created_at, p.updated_at
                          from snippet p
                         where p.account_id = :account and p.key = any(:keys)
                        """)
                .bind("account", account)
                .bind("keys", keys.toArray(String[]::new))
                .map((row, _) -> snippet(row))
                .list();
    }

    /// @return false when the key is taken
    boolean insert(Tx tx, AccountId account, Snippet snippet) {
        return tx.update("""
                        insert into snippet
                               (account_id, id, name, kind, key, content, archived, created_at, updated_at)
                        values (:account, :id, :name, :kind, :key, :content, :archived, :createdAt, :updatedAt)
                        on conflict do nothing
                        """)
                        .bind("account", account)
                        .bind("id", snippet.id())
                        .bind("name", snippet.name())
                        .bind("kind", snippet.kind().wireName())
                        .bind("key", snippet.key())
                        .bind("content", snippet.content())
                        .bind("archived", snippet.archived())
                        .bind("createdAt", snippet.createdAt())
                        .bind("updatedAt", snippet.updatedAt())
                        .execute()
                == 1;
    }

    void update(Tx tx, AccountId account, Snippet snippet) {
        tx.update("""
                        update snippet
                           set name = :name, content = :content, archived = :archived, updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", snippet.id())
                .bind("name", snippet.name())
                .bind("content", snippet.content())
                .bind("archived", snippet.archived())
                .bind("updatedAt", snippet.updatedAt())
                .execute();
    }

    /// Lets one transaction at a time change what the account's snippets contain.
    void lock(Tx tx, AccountId account) {
        tx.query("""
                        select p.id from snippet p where p.account_id = :account order by p.id for no key update
                        """).bind("account", account).mapTo(Long.class).list();
    }

    /// What may show a snippet.
    record Text(Snippets.User user, String content) {}

    /// Everything that is like the pattern and neither deleted nor through.
    List<Text> users(Tx tx, AccountId account, String pattern) {
        return tx.query("""
                        select 'sequence' as kind, q.id, q.name, concat_ws(' ', e.subject, e.preview_text, e.content) as content
                          from sequence q
                          join sequence_email e
                            on e.account_id = :account and e.sequence_id = q.id and e.deletion = 0
                         where q.account_id = :account and q.deleted_at is null
                           and (e.subject like :pattern or e.preview_text like :pattern or e.content like :pattern)
                        union all
                        select 'broadcast', b.id, coalesce(b.subject, ''),
                               concat_ws(' ', b.subject, b.preview_text, b.content)
                          from broadcast b
                         where b.account_id = :account and b.status in ('draft', 'scheduled', 'sending')
                           and (b.subject like :pattern or b.preview_text like :pattern or b.content like :pattern)
                        union all
                        select 'layout', t.id, t.name, t.html
                          from email_template t
                         where t.account_id = :account and t.html like :pattern
                        union all
                        select 'snippet', s.id, s.name, s.content
                          from snippet s
                         where s.account_id = :account and s.content like :pattern
                         order by 1, 3, 2
                        """)
                .bind("account", account)
                .bind("pattern", pattern)
                .map((row, _) -> new Text(
                        new Snippets.User(row.getString("kind"), row.getLong("id"), row.getString("name")),
                        row.getString("content")))
                .list();
    }

    private static Snippet snippet(ResultSet row) throws SQLException {
        return new Snippet(
                new SnippetId(row.getLong("id")),
                row.getString("name"),
                Snippet.Kind.named(row.getString("kind")).orElseThrow(),
                row.getString("key"),
                row.getString("content"),
                row.getBoolean("archived"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }
}
