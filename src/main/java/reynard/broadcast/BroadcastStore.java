package reynard.broadcast;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.nullableLong;
import static reynard.db.Rows.optionalInstant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.id.EmailTemplateId;
import reynard.id.Id;
import reynard.id.PostId;
import reynard.id.PublicationId;
import reynard.id.SendingAddressId;
import reynard.id.SubscriberId;
import reynard.segment.Filter;
import reynard.template.Format;

/// Every statement of the room.
final class BroadcastStore {
    /// All of an account, to which a statement adds which of them.
    private static final String BROADCASTS = """
            select b.id, b.publication_id, b.subject, b.preview_text, b.description, b.content, b.content_type, b.thumbnail_alt,
                   b.thumbnail_url, b.sending_address_id, b.email_template_id, b.audience_match, b.send_at, b.status,
                   b.started_at, b.ended_at, b.abort_reason, b.audience_count, b.public, b.published_at, b.post_id, b.slug, b.appears_at,
                   b.appeared_at, b.created_at, b.updated_at,
                   array(select x.source_type || ' ' || x.source_id
                           from broadcast_source x
                          where x.account_id = :account and x.broadcast_id = b.id) as sources
              from broadcast b
             where b.account_id = :account
            """;

    private static final Listing<Broadcast> NEWEST = new Listing<>(
            BROADCASTS + """
               and (:status::text is null or b.status = :status)
               and (:sentAfter::timestamptz is null or b.started_at > :sentAfter)
               and (:sentBefore::timestamptz is null or b.started_at < :sentBefore)
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("b.id", "id")),
            (row, _) -> broadcast(row));

    private static final Listing<Broadcast> NEWEST_POSTS = new Listing<>(
            BROADCASTS + " and b.public",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("b.post_id", "post_id")),
            (row, _) -> broadcast(row));

    private static final Listing<Broadcast> LAST_SEEN = new Listing<>(
            BROADCASTS + " and b.appeared_at is not null",
            Listing.Order.DESCENDING,
            List.of(Listing.Key.instant("b.appears_at", "appears_at"), Listing.Key.number("b.post_id", "post_id")),
            (row, _) -> broadcast(row));

    private static final Listing<Broadcasts.Clicked> CLICKED = new Listing<>(
            """
            select c.link_id, c.url, c.readers
              from (select t.link_id, l.url, t.visitors as readers
                      from link_tally t
                      join link l on l.account_id = :account and l.id = t.link_id
                     where t.account_id = :account and t.email_id = :broadcast) c
             where c.readers > 0
            """,
            Listing.Order.DESCENDING,
            List.of(Listing.Key.number("c.link_id", "link_id")),
            (row, _) -> new Broadcasts.Clicked(row.getString("url"), row.getLong("readers")));

    Page<Broadcast> list(Tx tx, AccountId account, BroadcastFilter filter, PageRequest page) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("status", filter.status().orElse(null));
        parameters.put("sentAfter", filter.sentAfter().orElse(null));
        parameters.put("sentBefore", filter.sentBefore().orElse(null));
        return NEWEST.read(tx, parameters, page);
    }

    Page<Broadcast> posts(Tx tx, AccountId account, PageRequest page) {
        return NEWEST_POSTS.read(tx, Map.of("account", account), page);
    }

    Page<Broadcast> seen(Tx tx, AccountId account, PageRequest page) {
        return LAST_SEEN.read(tx, Map.of("account", account), page);
    }

    Page<Broadcasts.Clicked> clicked(Tx tx, AccountId account, BroadcastId id, PageRequest page) {
        return CLICKED.read(tx, Map.of("account", account, "broadcast", id), page);
    }

    Optional<Broadcast> find(Tx tx, AccountId account, BroadcastId id) {
        return tx.query(BROADCASTS + " and b.id = :id")
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> broadcast(row))
                .findOne();
    }

    Optional<Broadcast> findByPost(Tx tx, AccountId account, PostId post) {
        return tx.query(BROADCASTS + " and b.post_id = :post and b.public")
                .bind("account", account)
                .bind("post", post)
                .map((row, _) -> broadcast(row))
                .findOne();
    }

    Optional<Broadcast> findSeen(Tx tx, AccountId account, String slug) {
        return tx.query(BROADCASTS + " and b.slug = :slug and b.appeared_at is not null")
                .bind("account", account)
                .bind("slug", slug)
                .map((row, _) -> broadcast(row))
                .findOne();
    }

    /// Takes the row, so that it does not change before the transaction ends.
    ///
    /// @return whether there is such a broadcast
    boolean lock(Tx tx, AccountId account, BroadcastId id) {
        return tx.query("select b.id from broadcast b where b.account_id = :account and b.id = :id for no key update")
                .bind("account", account)
                .bind("id", id)
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    void insert(Tx tx, AccountId account, Broadcast broadcast) {
        tx.update("""
                        insert into broadcast
                               (account_id, id, publication_id, subject, preview_text, description, content,
                                content_type, thumbnail_alt, thumbnail_url, sending_address_id, email_template_id, audience_match,
                                send_at, status, public, published_at, post_id, slug, appears_at, appeared_at,
                                created_at, updated_at)
                        values (:account, :id, :publication, :subject, :previewText, :description, :content,
                                :format, :thumbnailAlt, :thumbnailUrl, :sendingAddress, :emailTemplate, :match,
                                :sendAt, :status, :public, :publishedAt, :post, :slug, :appearsAt, :appearedAt,
                                :createdAt, :updatedAt)
                        """)
                .bind("account", account)
                .bind("publication", broadcast.publication())
                .bind("createdAt", broadcast.createdAt())
                .bindMap(columns(broadcast))
                .execute();
        insertSources(tx, account, broadcast);
    }

    /// Writes everything that its author decides, and the stage as far as it follows from that.
    void update(Tx tx, AccountId account, Broadcast broadcast) {
        tx.update("""
                        update broadcast
                           set subject = :subject, preview_text = :previewText, description = :description,
                               content = :content, content_type = :format, thumbnail_alt = :thumbnailAlt, thumbnail_url = :thumbnailUrl,
                               sending_address_id = :sendingAddress, email_template_id = :emailTemplate,
                               audience_match = :match, send_at = :sendAt, status = :status, public = :public,
                               published_at = :publishedAt, post_id = :post, slug = :slug, appears_at = :appearsAt,
                               appeared_at = :appearedAt, updated_at = :updatedAt
                         where account_id = :account and id = :id
                        """).bind("account", account).bindMap(columns(broadcast)).execute();
        tx.update("delete from broadcast_source where account_id = :account and broadcast_id = :id")
                .bind("account", account)
                .bind("id", broadcast.id())
                .execute();
        insertSources(tx, account, broadcast);
    }

    private static Map<String, @Nullable Object> columns(Broadcast broadcast) {
        var settings = broadcast.settings();
        var columns = new HashMap<String, @Nullable Object>();
        columns.put("id", broadcast.id());
        columns.put("subject", settings.subject().orElse(null));
        columns.put("previewText", settings.previewText().orElse(null));
        columns.put("description", settings.description().orElse(null));
        columns.put("content", settings.content().orElse(null));
        columns.put("format", settings.format().wireName());
        columns.put("thumbnailAlt", settings.thumbnailAlt().orElse(null));
        columns.put("thumbnailUrl", settings.thumbnailUrl().orElse(null));
        columns.put("sendingAddress", settings.sendingAddress().orElse(null));
        columns.put("emailTemplate", settings.emailTemplate().orElse(null));
        columns.put(
                "match", settings.audience() instanceof Audience.Chosen(var match, var _) ? match.wireName() : null);
        columns.put("sendAt", settings.sendAt().orElse(null));
        columns.put("status", broadcast.stage().wireName());
        columns.put("public", settings.isPublic());
        columns.put("publishedAt", settings.publishedAt().orElse(null));
        columns.put("post", broadcast.post().map(Post::id).orElse(null));
        columns.put("slug", broadcast.post().flatMap(Post::slug).orElse(null));
        columns.put("appearsAt", broadcast.post().flatMap(Post::appearsAt).orElse(null));
        columns.put("appearedAt", broadcast.post().flatMap(Post::appearedAt).orElse(null));
        columns.put("updatedAt", broadcast.updatedAt());
        return columns;
    }

    private static void insertSources(Tx tx, AccountId account, Broadcast broadcast) {
        var sources = broadcast.settings().audience().named();
        if (sources.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into broadcast_source (account_id, broadcast_id, source_type, source_id)
                values (:account, :broadcast, :type, :source)
                """);
        for (var source : sources) {
            batch.bind("account", account)
                    .bind("broadcast", broadcast.id())
                    .bind("type", source.kind().wireName())
                    .bind("source", source.id())
                    .add();
        }
        batch.execute();
    }

    void delete(Tx tx, AccountId account, BroadcastId id) {
        tx.update("delete from broadcast where account_id = :account and id = :id")
                .bind("account", account)
                .bind("id", id)
                .execute();
    }

    /// Those among the sources that the account has.
    Set<Audience.Source> existing(Tx tx, AccountId account, Collection<Audience.Source> sources) {
        return new HashSet<>(tx.query("""
                        select 'segment' as type, g.id
                          from segment g
                         where g.account_id = :account and g.id = any(:segments)
                        union all
                        select 'tag', t.id from tag t where t.account_id = :account and t.id = any(:tags)
                        """)
                .bind("account", account)
                .bind("segments", ids(sources, Audience.Kind.SEGMENT))
                .bind("tags", ids(sources, Audience.Kind.TAG))
                .map((row, _) -> new Audience.Source(kind(row.getString("type")), row.getLong("id")))
                .list());
    }

    private static Long[] ids(Collection<Audience.Source> sources, Audience.Kind kind) {
        return sources.stream()
                .filter(source -> source.kind() == kind)
                .map(Audience.Source::id)
                .toArray(Long[]::new);
    }

    void updatePost(Tx tx, AccountId account, Broadcast broadcast) {
        var post = broadcast.post().orElseThrow();
        tx.update("""
                        update broadcast
                           set slug = :slug, appears_at = :appearsAt, appeared_at = :appearedAt
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", broadcast.id())
                .bind("slug", post.slug().orElse(null))
                .bind("appearsAt", post.appearsAt().orElse(null))
                .bind("appearedAt", post.appearedAt().orElse(null))
                .execute();
    }

    /// Nobody else names a post of the account before the transaction ends.
    void lockSlugs(Tx tx, AccountId account) {
        tx.query("select c.account_id from account_clock c where c.account_id = :account for no key update")
                .bind("account", account)
                .mapTo(Long.class)
                .findOne();
    }

    /// Those slugs of the account that begin so.
    Set<String> slugs(Tx tx, AccountId account, String start) {
        return new HashSet<>(tx.query("""
                        select b.slug from broadcast b where b.account_id = :account and starts_with(b.slug, :start)
                        """)
                .bind("account", account)
                .bind("start", start)
                .mapTo(String.class)
                .list());
    }

    /// What the ledger says about broadcasts; those that have led to nothing are missing.
    Map<BroadcastId, Figures> figures(Tx tx, AccountId account, Collection<BroadcastId> broadcasts) {
        var found = new HashMap<BroadcastId, Figures>();
        // Who left is counted in an index, and what was opened and clicked is counted already.
        tx.query("""
                        with led as (
                            select p.email_id as id, p.deliveries as queued, p.deliveries - p.queued as settled,
                                   p.deliveries - p.queued - p.failed - p.skipped as gone
                              from email_progress p
                             where p.account_id = :account and p.email_id = any(:broadcasts)),
                        departed as (
                            select d.broadcast_id as id,
                                   count(*) filter (where d.departure = 'bounced' and d.state not in ('sent', 'bounced'))
                                       as refused,
                                   count(*) filter (where d.departure = 'unsubscribed') as unsubscribed
                              from delivery d
                             where d.account_id = :account and d.broadcast_id = any(:broadcasts)
                               and d.broadcast_id is not null and d.departure is not null
                             group by d.broadcast_id)
                        select l.id, l.queued, l.settled, l.gone + coalesce(p.refused, 0) as recipients,
                               coalesce(t.opened, 0) as opened, coalesce(t.clicked, 0) as clicked,
                               coalesce(p.unsubscribed, 0) as unsubscribed, coalesce(t.clicks, 0) as clicks
                          from led l
                          left join departed p on p.id = l.id
                          left join email_tally t on t.account_id = :account and t.email_id = l.id
                        """)
                .bind("account", account)
                .bind("broadcasts", longs(broadcasts))
                .map((row, _) -> Map.entry(
                        new BroadcastId(row.getLong("id")),
                        new Figures(
                                row.getLong("queued"),
                                row.getLong("settled"),
                                row.getLong("recipients"),
                                row.getLong("opened"),
                                row.getLong("clicked"),
                                row.getLong("unsubscribed"),
                                row.getLong("clicks"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    /// The accounts in which something is to be done now.
    List<AccountId> busy(Tx tx, Instant now) {
        return tx.query("""
                        select c.account_id
                          from account_clock c
                         where exists (select from broadcast b
                                        where b.account_id = c.account_id and b.status = 'scheduled'
                                          and b.send_at <= :now)
                            or exists (select from broadcast b
                                        where b.account_id = c.account_id and b.status = 'sending')
                            or exists (select from broadcast b
                                        where b.account_id = c.account_id and b.appears_at <= :now
                                          and b.appeared_at is null)
                        """)
                .bind("now", now)
                .map((row, _) -> new AccountId(row.getLong("account_id")))
                .list();
    }

    /// When the next broadcast begins or the next post appears, of all accounts.
    Optional<Instant> nextAt(Tx tx) {
        return tx.query("""
                        select min(least(s.at, p.at)) as at
                          from account_clock c
                          left join lateral (
                              select b.send_at as at
                                from broadcast b
                               where b.account_id = c.account_id and b.status = 'scheduled'
                               order by b.send_at
                               limit 1) s on true
                          left join lateral (
                              select b.appears_at as at
                                from broadcast b
                               where b.account_id = c.account_id and b.appears_at is not null
                                 and b.appeared_at is null
                               order by b.appears_at
                               limit 1) p on true
                        """).map((row, _) -> optionalInstant(row, "at")).one();
    }

    List<BroadcastId> toBegin(Tx tx, AccountId account, Instant now, int limit) {
        return tx.query("""
                        select b.id
                          from broadcast b
                         where b.account_id = :account and b.status = 'scheduled' and b.send_at <= :now
                         order by b.send_at, b.id
                         limit :limit
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("limit", limit)
                .map((row, _) -> new BroadcastId(row.getLong("id")))
                .list();
    }

    List<BroadcastId> sending(Tx tx, AccountId account) {
        return tx.query("""
                        select b.id
                          from broadcast b
                         where b.account_id = :account and b.status = 'sending'
                         order by b.started_at, b.id
                        """)
                .bind("account", account)
                .map((row, _) -> new BroadcastId(row.getLong("id")))
                .list();
    }

    List<BroadcastId> toAppear(Tx tx, AccountId account, Instant now, int limit) {
        return tx.query("""
                        select b.id
                          from broadcast b
                         where b.account_id = :account and b.appears_at <= :now and b.appeared_at is null
                         order by b.appears_at
                         limit :limit
                        """)
                .bind("account", account)
                .bind("now", now)
                .bind("limit", limit)
                .map((row, _) -> new BroadcastId(row.getLong("id")))
                .list();
    }

    /// As [#lock], unless another has the row.
    boolean lockIfFree(Tx tx, AccountId account, BroadcastId id) {
        return tx.query("""
                        select b.id
                          from broadcast b
                         where b.account_id = :account and b.id = :id
                           for no key update skip locked
                        """)
                .bind("account", account)
                .bind("id", id)
                .mapTo(Long.class)
                .findOne()
                .isPresent();
    }

    void begin(Tx tx, AccountId account, BroadcastId id, long audience, Instant now) {
        tx.update("""
                        update broadcast
                           set status = 'sending', started_at = :now, audience_count = :audience
                         where account_id = :account and id = :id and status = 'scheduled'
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("audience", audience)
                .bind("now", now)
                .execute();
    }

    /// How far the audience has been walked.
    ///
    /// @param to the last subscriber
    record Walk(SubscriberId to, boolean through) {}

    Walk walk(Tx tx, AccountId account, BroadcastId id) {
        return tx.query("""
                        select b.walked_to, b.walked_at is not null as through
                          from broadcast b
                         where b.account_id = :account and b.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> new Walk(new SubscriberId(row.getLong("walked_to")), row.getBoolean("through")))
                .one();
    }

    void walked(Tx tx, AccountId account, BroadcastId id, Walk walk, Instant now) {
        tx.update("""
                        update broadcast
                           set walked_to = :to, walked_at = :at
                         where account_id = :account and id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("to", walk.to())
                .bind("at", walk.through() ? now : null)
                .execute();
    }

    /// How many emails of a broadcast wait for their first try, counted up to a limit.
    int untried(Tx tx, AccountId account, BroadcastId id, int limit) {
        return tx.query("""
                        select count(*)
                          from (select
                                  from delivery_queue u
                                  join delivery d on d.account_id = :account and d.id = u.delivery_id
                                 where u.account_id = :account and u.email_id = :id and d.state = 'scheduled'
                                 limit :limit) l
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("limit", limit)
                .mapTo(Integer.class)
                .one();
    }

    /// Whether an email of a broadcast waits for its first try or is on its way.
    boolean isUnderWay(Tx tx, AccountId account, BroadcastId id) {
        return tx.query("""
                        select exists (select from delivery_queue u
                                         join delivery d on d.account_id = :account and d.id = u.delivery_id
                                        where u.account_id = :account and u.email_id = :id
                                          and (d.state = 'scheduled'
                                               or d.state in ('deferred', 'uncertain') and d.owner is not null))
                        """)
                .bind("account", account)
                .bind("id", id)
                .mapTo(Boolean.class)
                .one();
    }

    void complete(Tx tx, AccountId account, BroadcastId id, Instant now) {
        tx.update("""
                        update broadcast
                           set status = 'completed', ended_at = :now
                         where account_id = :account and id = :id and status = 'sending'
                        """).bind("account", account).bind("id", id).bind("now", now).execute();
    }

    void abort(Tx tx, AccountId account, BroadcastId id, Broadcast.Reason reason, Instant now) {
        tx.update("""
                        update broadcast
                           set status = 'aborted', ended_at = :now, abort_reason = :reason
                         where account_id = :account and id = :id and status in ('scheduled', 'sending')
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("reason", reason.wireName())
                .bind("now", now)
                .execute();
    }

    /// Those that were due until a moment have gone to everyone, whatever this database knows of it.
    ///
    /// @return how many
    int treatAsSent(Tx tx, AccountId account, Instant until, Instant now) {
        return tx.update("""
                        update broadcast
                           set status = 'completed', started_at = coalesce(started_at, :now), ended_at = :now,
                               audience_count = coalesce(audience_count, 0), walked_at = coalesce(walked_at, :now)
                         where account_id = :account and status in ('scheduled', 'sending') and send_at <= :until
                        """)
                .bind("account", account)
                .bind("until", until)
                .bind("now", now)
                .execute();
    }

    private static Long[] longs(Collection<? extends Id> ids) {
        return ids.stream().map(Id::value).toArray(Long[]::new);
    }

    private static Audience.Kind kind(String name) {
        return Audience.Kind.named(name).orElseThrow();
    }

    private static Broadcast broadcast(ResultSet row) throws SQLException {
        var settings = new BroadcastSettings(
                optionalText(row, "subject"),
                optionalText(row, "preview_text"),
                optionalText(row, "description"),
                optionalText(row, "content"),
                Format.named(row.getString("content_type")).orElseThrow(),
                optionalText(row, "thumbnail_alt"),
                optionalText(row, "thumbnail_url"),
                Optional.ofNullable(nullableLong(row, "sending_address_id")).map(SendingAddressId::new),
                Optional.ofNullable(nullableLong(row, "email_template_id")).map(EmailTemplateId::new),
                audience(row),
                optionalInstant(row, "send_at"),
                row.getBoolean("public"),
                optionalInstant(row, "published_at"));
        return new Broadcast(
                new BroadcastId(row.getLong("id")),
                new PublicationId(row.getLong("publication_id")),
                settings,
                stage(row),
                row.getLong("audience_count"),
                nullableLong(row, "post_id") == null ? Optional.empty() : Optional.of(post(row)),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    private static Audience audience(ResultSet row) throws SQLException {
        var match = optionalText(row, "audience_match").flatMap(Filter.Match::named);
        if (match.isEmpty()) {
            return new Audience.Everyone();
        }
        var sources = new TreeSet<Audience.Source>();
        for (var text : (String[]) row.getArray("sources").getArray()) {
            int space = text.indexOf(' ');
            sources.add(new Audience.Source(kind(text.substring(0, space)), Long.parseLong(text.substring(space + 1))));
        }
        return new Audience.Chosen(match.get(), sources);
    }

    private static Broadcast.Stage stage(ResultSet row) throws SQLException {
        return switch (row.getString("status")) {
            case "draft" -> new Broadcast.Stage.Draft();
            case "scheduled" -> new Broadcast.Stage.Scheduled();
            case "sending" -> new Broadcast.Stage.Sending(instant(row, "started_at"));
            case "completed" -> new Broadcast.Stage.Completed(instant(row, "started_at"), instant(row, "ended_at"));
            case "aborted" ->
                new Broadcast.Stage.Aborted(
                        optionalInstant(row, "started_at"),
                        instant(row, "ended_at"),
                        Broadcast.Reason.valueOf(row.getString("abort_reason").toUpperCase(Locale.ROOT)));
            case String other -> throw new IllegalStateException("no such status: " + other);
        };
    }

    private static Post post(ResultSet row) throws SQLException {
        return new Post(
                new PostId(row.getLong("post_id")),
                optionalText(row, "slug"),
                optionalInstant(row, "appears_at"),
                optionalInstant(row, "appeared_at"));
    }
}
