package reynard.subscriber;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.event.Event;
import reynard.event.Events;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;

/// What an account wants to know of its subscribers.
public final class CustomFields {
    private final CustomFieldStore store = new CustomFieldStore();
    private final Database database;
    private final IdBlocks ids;
    private final Events events;
    private final InstantSource clock;

    public CustomFields(Database database, IdBlocks ids, Events events, InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.events = events;
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
        return database.inTx(tx -> create(tx, account, label));
    }

    /// The same in a transaction of the caller's.
    public Creation create(Tx tx, AccountId account, String label) {
        var trimmed = label.strip();
        var key = CustomField.keyOf(trimmed);
        if (key.isEmpty()) {
            return new Creation.NoKey();
        }
        var field = CustomField.created(new CustomFieldId(ids.next()), key, trimmed, clock.instant());
        if (store.insert(tx, account, field)) {
            events.append(tx, account, new Event.FieldCreated(field.id(), field.createdAt()));
            return new Creation.Created(field);
        }
        return new Creation.Existing(
                store.findByLabelOrKey(tx, account, trimmed, key).orElseThrow());
    }

    public sealed interface Relabelling {
        record Relabelled(CustomField field) implements Relabelling {}

        record NoSuchField() implements Relabelling {}

        /// Another field has this label, or one that gives the same key.
        record LabelTaken() implements Relabelling {}

        /// The label has no letter or digit to make a key of.
        record NoKey() implements Relabelling {}
    }

    /// The key changes with the label; templates that name the old one no longer find it.
    ///
    /// @param label not blank; blanks at its ends are dropped
    public Relabelling relabel(AccountId account, CustomFieldId id, String label) {
        var trimmed = label.strip();
        var key = CustomField.keyOf(trimmed);
        return database.inTx(tx -> {
            if (store.find(tx, account, id).isEmpty()) {
                return new Relabelling.NoSuchField();
            }
            if (key.isEmpty()) {
                return new Relabelling.NoKey();
            }
            if (store.isTaken(tx, account, id, trimmed, key)) {
                return new Relabelling.LabelTaken();
            }
            return store.relabel(tx, account, id, trimmed, key)
                    .<Relabelling>map(Relabelling.Relabelled::new)
                    .orElseGet(Relabelling.NoSuchField::new);
        });
    }

    /// Deletes the field and its values.
    ///
    /// @return whether there was such a field
    public boolean delete(AccountId account, CustomFieldId id) {
        return database.inTx(tx -> {
            var field = store.find(tx, account, id);
            if (field.isEmpty() || !store.delete(tx, account, id)) {
                return false;
            }
            var now = clock.instant();
            store.deleteValues(tx, account, id, now);
            var deleted = field.get();
            events.append(tx, account, new Event.FieldDeleted(id, deleted.name(), deleted.key(), deleted.label(), now));
            return true;
        });
    }

    public Optional<CustomField> find(Tx tx, AccountId account, CustomFieldId id) {
        return store.find(tx, account, id);
    }

    public Page<CustomField> list(AccountId account, PageRequest page) {
        return database.inTx(tx -> store.list(tx, account, page));
    }

    /// In the order of their creation.
    public List<CustomField> all(Tx tx, AccountId account) {
        return store.all(tx, account);
    }
}
