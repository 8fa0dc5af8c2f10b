package reynard.app;

import java.util.Optional;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.db.Database;
import reynard.template.EmailTemplates;

/// Creates the first account of an installation.
public final class Founding {
    private static final int SEND_HOUR = 9;

    private final Database database;
    private final Accounts accounts;
    private final ApiKeys apiKeys;
    private final EmailTemplates templates;

    Founding(Database database, Accounts accounts, ApiKeys apiKeys, EmailTemplates templates) {
        this.database = database;
        this.accounts = accounts;
        this.apiKeys = apiKeys;
        this.templates = templates;
    }

    /// What its owner needs; both secrets are kept as hashes only.
    public record Credentials(String apiKey, String email, String password) {
        @Override
        public String toString() {
            return "credentials of " + email;
        }
    }

    /// @return empty when there is an account already
    Optional<Credentials> ifEmpty(Settings settings) {
        if (!accounts.all().isEmpty()) {
            return Optional.empty();
        }
        return database.inTx(tx -> {
            var founder = settings.founder();
            var founded = accounts.found(
                    tx,
                    new Accounts.Founding(
                            founder.accountName(),
                            founder.email(),
                            founder.timeZone(),
                            SEND_HOUR,
                            founder.postalAddress()));
            var account = founded.account().id();
            templates.found(tx, account);
            var key = settings.bootstrapApiKey()
                    .map(chosen -> apiKeys.keep(tx, account, "bootstrap", chosen))
                    .orElseGet(() -> apiKeys.create(tx, account, "first"));
            return Optional.of(new Credentials(key.key(), founder.email(), founded.ownerPassword()));
        });
    }
}
