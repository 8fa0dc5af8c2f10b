package reynard.subscriber;

import java.time.InstantSource;
import java.util.List;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;

/// What an account wants to know of its subscribers.
public final class CustomFields {
    private final CustomFieldStore store = new CustomFieldStore();
    private final Database database;
    private final IdBlocks ids;
    private final InstantSource clock;

    public CustomFields(Database database, IdBlocks ids, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
    }

    public sealed interface Creation {
        record Created(CustomField field) implements Creation {}

        /// The label, or one that gives the same key, is there already.
        record Existing(CustomField field) implements Creation {}

        /// The label has no letter or digit to make a key of.
        record NoKey() implements Creation {}
    }

    /// @param label not blank; blanks at its ends are dropped
    public Creation create(AccountId account, String label) {
        var trimmed = label.strip();
        var key = CustomField.keyOf(trimmed);
        if (key.isEmpty()) {
            return new Creation.NoKey();
        }
        return database.inTx(tx -> {
            var field = new CustomField(new CustomFieldId(ids.next()), key, trimmed);
            if (store.insert(tx, account, field, clock.instant())) {
                return new Creation.Created(field);
            }
            return new Creation.Existing(
                    store.findByLabelOrKey(tx, account, trimmed, key).orElseThrow());
        });
    }

    public Page<CustomField> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    /// In the order of their creation.
    public List<CustomField> all(Tx tx, AccountId account) {
        return store.all(tx, account);
    }
}
