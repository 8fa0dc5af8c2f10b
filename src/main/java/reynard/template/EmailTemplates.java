package reynard.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.EmailTemplateId;

/// The layouts of an account.
public final class EmailTemplates {
    private static final String HTML = "HTML";

    private final EmailTemplateStore store = new EmailTemplateStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public EmailTemplates(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    /// Gives a new account the built-in layouts.
    public void found(Tx tx, AccountId account) {
        store.insert(tx, account, builtIn("Plain", "plain.html", false));
        store.insert(tx, account, builtIn("Letter", "letter.html", true));
    }

    private EmailTemplate builtIn(String name, String file, boolean isDefault) {
        try (var in = EmailTemplates.class.getResourceAsStream("/templates/email/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the built-in template is not in the jar: " + file);
            }
            var html = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return made(name, html, isDefault);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmailTemplate made(String name, String html, boolean isDefault) {
        var now = clock.instant();
        return new EmailTemplate(new EmailTemplateId(ids.next()), name, HTML, html, isDefault, now, now);
    }

    public Page<EmailTemplate> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    public Optional<EmailTemplate> find(Tx tx, AccountId account, EmailTemplateId id) {
        return store.find(tx, account, id);
    }

    /// The layout of emails that name none.
    public EmailTemplate defaultOf(Tx tx, AccountId account) {
        return store.defaultOf(tx, account);
    }

    /// @param html without [EmailTemplate#faults]
    /// @param isDefault takes the place of the default one before
    public EmailTemplate create(AccountId account, String name, String html, boolean isDefault) {
        return database.inTx(tx -> {
            store.lock(tx, account);
            var template = made(name, html, isDefault);
            if (isDefault) {
                store.clearDefault(tx, account);
            }
            store.insert(tx, account, template);
            return template;
        });
    }

    /// Emails that are sent from now on look like this. What is absent stays as it is.
    ///
    /// @param html without [EmailTemplate#faults]
    /// @param makeDefault takes the place of the default one before
    public Optional<EmailTemplate> update(
            Tx tx,
            AccountId account,
            EmailTemplateId id,
            Optional<String> name,
            Optional<String> html,
            boolean makeDefault) {
        store.lock(tx, account);
        return store.find(tx, account, id).map(before -> {
            if (makeDefault) {
                store.clearDefault(tx, account);
            }
            var after = before.edited(
                    name.orElse(before.name()),
                    html.orElse(before.html()),
                    makeDefault || before.isDefault(),
                    clock.instant());
            store.update(tx, account, after);
            return after;
        });
    }

    public sealed interface Deletion {
        record Deleted() implements Deletion {}

        record NoSuchTemplate() implements Deletion {}

        /// There must always be a layout for emails that name none.
        record IsDefault() implements Deletion {}

        /// These name it; their author says what they look like from then on.
        ///
        /// @param users `sequence 7`, `broadcast 9`
        record InUse(List<String> users) implements Deletion {
            public InUse {
                users = List.copyOf(users);
            }
        }
    }

    public Deletion delete(AccountId account, EmailTemplateId id) {
        return database.inTx(tx -> {
            // Who is about to name it holds its row; from here on nobody can begin to.
            store.lock(tx, account);
            var found = store.find(tx, account, id);
            if (found.isEmpty()) {
                return new Deletion.NoSuchTemplate();
            }
            if (found.get().isDefault()) {
                return new Deletion.IsDefault();
            }
            var users = store.users(tx, account, id);
            if (!users.isEmpty()) {
                return new Deletion.InUse(users);
            }
            store.forgetByThePast(tx, account, id);
            store.delete(tx, account, id);
            return new Deletion.Deleted();
        });
    }
}
