package reynard.bulk;

import reynard.id.SubscriberId;
import reynard.subscriber.Sought;

/// The same thing for everybody who is found.
///
/// @param deed with a tag or a sequence
/// @param target the tag's id or the sequence's
public record Choice(Sought sought, BulkOperation deed, long target) {
    public Choice {
        item(deed, target, new SubscriberId(0));
    }

    Item item(SubscriberId subscriber) {
        return item(deed, target, subscriber);
    }

    static Item item(BulkOperation deed, long target, SubscriberId subscriber) {
        return switch (deed) {
            case TAG, UNTAG -> new Item.Tagging(target, subscriber.value());
            case ADD_TO_SEQUENCE, REMOVE_FROM_SEQUENCE -> new Item.Placement(target, subscriber.value());
            case UPSERT_SUBSCRIBERS,
                    CREATE_TAGS,
                    DELETE_TAGS,
                    CREATE_CUSTOM_FIELDS,
                    SET_FIELD_VALUES,
                    ADD_TO_FORMS,
                    IMPORT_PEOPLE -> throw new IllegalArgumentException("not for people who are found: " + deed);
        };
    }
}
