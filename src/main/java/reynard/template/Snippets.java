package reynard.template;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SnippetId;

/// The pieces of content that an account's emails share.
public final class Snippets {
    private final SnippetStore store = new SnippetStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public Snippets(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    public Page<Snippet> list(AccountId account, Optional<Snippet.Kind> kind, boolean archived, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, kind, archived, page));
    }

    public Optional<Snippet> find(Tx tx, AccountId account, SnippetId id) {
        return store.find(tx, account, id);
    }

    /// What `{{ snippet.key }}` means in an email; archived snippets too, for the emails that name them.
    public Optional<Snippet> findByKey(Tx tx, AccountId account, String key) {
        return store.findByKey(tx, account, key);
    }

    /// What these keys mean and what those snippets name in turn, by key, as far as snippets may stand in one another
    /// and one step beyond, so that who goes too far is told.
    public Map<String, Snippet> named(Tx tx, AccountId account, Set<String> keys) {
        var found = new HashMap<String, Snippet>();
        var wanted = keys;
        for (int depth = 0; depth <= EmailRenderer.SNIPPET_DEPTH_MAX && !wanted.isEmpty(); depth++) {
            var next = new HashSet<String>();
            for (var snippet : store.findByKeys(tx, account, wanted)) {
                found.put(snippet.key(), snippet);
                next.addAll(SnippetReferences.in(snippet.content()));
            }
            next.removeAll(found.keySet());
            wanted = next;
        }
        return found;
    }

    public sealed interface Saving {
        record Saved(Snippet snippet) implements Saving {}

        record NoSuchSnippet() implements Saving {}

        /// It cannot be like that.
        sealed interface Refused extends Saving {}

        /// The content leads back to the snippet itself.
        ///
        /// @param keys the way there, the first and the last of them the snippet's own
        record Circular(List<String> keys) implements Refused {}

        /// More snippets would stand in one another than are put into an email.
        record TooDeep(int depthMax) implements Refused {}

        /// The name has no letter or digit to make a key of.
        record NoKey() implements Refused {}
    }

    /// Who shows a snippet: sequences by one of their emails, broadcasts that are not through, layouts and snippets.
    ///
    /// @param kind `sequence`, `broadcast`, `layout` or `snippet`
    public record User(String kind, long id, String name) {}

    public List<User> users(Tx tx, AccountId account, Snippet snippet) {
        return store.users(tx, account, "%snippet%" + snippet.key() + "%").stream()
                .filter(text -> SnippetReferences.in(text.content()).contains(snippet.key()))
                .map(SnippetStore.Text::user)
                .distinct()
                .toList();
    }

    /// Creates a snippet. When its name gives a key that another one has, a number is added to the key.
    public Saving create(AccountId account, String name, Snippet.Kind kind, String content) {
        var key = Snippet.keyOf(name);
        if (key.isEmpty()) {
            return new Saving.NoKey();
        }
        return database.inTx(tx -> {
            store.lock(tx, account);
            while (true) {
                var free = freeKey(tx, account, key);
                var cycle = cycle(tx, account, free, content);
                if (cycle.isPresent()) {
                    return new Saving.Circular(cycle.get());
                }
                if (isTooDeep(tx, account, content)) {
                    return new Saving.TooDeep(EmailRenderer.SNIPPET_DEPTH_MAX);
                }
                var now = clock.instant();
                var snippet = new Snippet(new SnippetId(ids.next()), name, kind, free, content, false, now, now);
                if (store.insert(tx, account, snippet)) {
                    return new Saving.Saved(snippet);
                }
                // Another request took the key in between; the next look finds it taken.
            }
        });
    }

    private String freeKey(Tx tx, AccountId account, String key) {
        var candidate = key;
        for (int number = 2; store.findByKey(tx, account, candidate).isPresent(); number++) {
            candidate = key + "-" + number;
        }
        return candidate;
    }

    private Optional<List<String>> cycle(Tx tx, AccountId account, String key, String content) {
        return SnippetReferences.cycle(
                key, content, other -> store.findByKey(tx, account, other).map(Snippet::content));
    }

    /// The snippet itself is the first of them.
    private boolean isTooDeep(Tx tx, AccountId account, String content) {
        int depth = SnippetReferences.depth(
                content, other -> store.findByKey(tx, account, other).map(Snippet::content));
        return depth + 1 > EmailRenderer.SNIPPET_DEPTH_MAX;
    }

    /// What is absent stays as it is; the key always does.
    public Saving update(
            AccountId account,
            SnippetId id,
            Optional<String> name,
            Optional<String> content,
            Optional<Boolean> archived) {
        return database.inTx(tx -> {
            store.lock(tx, account);
            var found = store.find(tx, account, id);
            if (found.isEmpty()) {
                return new Saving.NoSuchSnippet();
            }
            var before = found.get();
            var cycle = content.flatMap(text -> cycle(tx, account, before.key(), text));
            if (cycle.isPresent()) {
                return new Saving.Circular(cycle.get());
            }
            if (content.isPresent() && isTooDeep(tx, account, content.get())) {
                return new Saving.TooDeep(EmailRenderer.SNIPPET_DEPTH_MAX);
            }
            var after = new Snippet(
                    id,
                    name.orElse(before.name()),
                    before.kind(),
                    before.key(),
                    content.orElse(before.content()),
                    archived.orElse(before.archived()),
                    before.createdAt(),
                    clock.instant());
            store.update(tx, account, after);
            return new Saving.Saved(after);
        });
    }
}
