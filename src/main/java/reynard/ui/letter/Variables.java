package reynard.ui.letter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.id.AccountId;
import reynard.subscriber.CustomFields;
import reynard.template.Snippets;
import reynard.ui.Option;

/// What a text may name: what is known of its reader, and snippets.
public final class Variables {
    private static final int SNIPPETS_MAX = 100;

    private final Database database;
    private final CustomFields customFields;
    private final Snippets snippets;

    public Variables(Database database, CustomFields customFields, Snippets snippets) {
        this.database = database;
        this.customFields = customFields;
        this.snippets = snippets;
    }

    public List<Option> of(AccountId account) {
        var variables = new ArrayList<Option>();
        variables.add(new Option("{{ subscriber.first_name | default: \"there\" }}", "First name"));
        variables.add(new Option("{{ subscriber.email_address }}", "Email address"));
        for (var field : database.read(tx -> customFields.all(tx, account))) {
            variables.add(new Option("{{ subscriber." + field.key() + " }}", field.label()));
        }
        variables.add(new Option("{{ unsubscribe_link }}", "Link for leaving"));
        for (var snippet : snippets.list(account, Optional.empty(), false, PageRequest.first(SNIPPETS_MAX))
                .items()) {
            variables.add(new Option("{{ snippet." + snippet.key() + " }}", "Snippet: " + snippet.name()));
        }
        return variables;
    }
}
