package reynard.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
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
        store.insert(tx, account, builtIn("Plain", "plain.html", false), clock.instant());
        store.insert(tx, account, builtIn("Letter", "letter.html", true), clock.instant());
    }

    private EmailTemplate builtIn(String name, String file, boolean isDefault) {
        try (var in = EmailTemplates.class.getResourceAsStream("/templates/email/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the built-in template is not in the jar: " + file);
            }
            var html = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new EmailTemplate(new EmailTemplateId(ids.next()), name, HTML, html, isDefault);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
}
