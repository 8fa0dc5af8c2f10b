package reynard.bulk;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import reynard.db.JsonColumn;

/// What can be done with many things at once.
public enum BulkOperation {
    UPSERT_SUBSCRIBERS(
            "subscribers", "subscribers", Optional.of("subscribers"), "subscriber", Item.Person.class, 1_000),
    CREATE_TAGS("tags", "tags", Optional.of("tags"), "tag", Item.TagName.class, 1_000),
    // Each may be worn by everybody.
    DELETE_TAGS("tags", "tags", Optional.empty(), "tag", Item.TagReference.class, 20),
    TAG("taggings", "taggings", Optional.of("subscribers"), "tagging", Item.Tagging.class, 1_000),
    UNTAG("taggings", "taggings", Optional.empty(), "tagging", Item.Tagging.class, 1_000),
    CREATE_CUSTOM_FIELDS(
            "custom_fields", "custom fields", Optional.of("custom_fields"), "custom_field", Item.FieldLabel.class, 100),
    SET_FIELD_VALUES(
            "custom_field_values",
            "custom field values",
            Optional.of("custom_field_values"),
            "custom_field_value",
            Item.FieldValue.class,
            1_000),
    ADD_TO_FORMS("additions", "additions", Optional.of("subscribers"), "subscription", Item.Addition.class, 1_000),
    ADD_TO_SEQUENCE("placements", "placements", Optional.empty(), "placement", Item.Placement.class, 500),
    REMOVE_FROM_SEQUENCE("placements", "placements", Optional.empty(), "placement", Item.Placement.class, 500),
    IMPORT_PEOPLE("people", "people", Optional.empty(), "person", Item.Arrival.class, 500);

    private final String plural;
    private final String words;
    private final Optional<String> answer;
    private final String echo;
    private final Class<? extends Item> item;
    private final int stepMax;

    BulkOperation(
            String plural,
            String words,
            Optional<String> answer,
            String echo,
            Class<? extends Item> item,
            int stepMax) {
        this.plural = plural;
        this.words = words;
        this.answer = answer;
        this.echo = echo;
        this.item = item;
        this.stepMax = stepMax;
    }

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static BulkOperation named(String wireName) {
        return Arrays.stream(values())
                .filter(operation -> operation.wireName().equals(wireName))
                .findFirst()
                .orElseThrow();
    }

    /// What the request calls its items.
    String plural() {
        return plural;
    }

    /// The same in a sentence.
    String words() {
        return words;
    }

    /// What the answer calls its results; empty when it has none.
    Optional<String> answer() {
        return answer;
    }

    /// What a failure calls the item that it repeats.
    String echo() {
        return echo;
    }

    Class<? extends Item> item() {
        return item;
    }

    /// An item of which nothing is told.
    Item blank() {
        return JsonColumn.readItems("{}", item).getFirst();
    }

    /// How many items are done in one transaction.
    int stepMax() {
        return stepMax;
    }
}
