package reynard.bulk;

import org.jspecify.annotations.Nullable;

/// One thing of a request for many, as it was sent: what could not be read of it is null. Failures repeat it so, with
/// these very names in snake case.
sealed interface Item {
    /// @param createdAt always null: a failure has it, for nobody was created
    record Person(
            @Nullable String firstName,
            @Nullable String emailAddress,
            @Nullable String state,
            @Nullable String createdAt)
            implements Item {}

    record TagName(@Nullable String name) implements Item {}

    record TagReference(@Nullable Long id) implements Item {}

    record Tagging(@Nullable Long tagId, @Nullable Long subscriberId) implements Item {}

    record FieldLabel(@Nullable String label) implements Item {}

    record FieldValue(
            @Nullable Long subscriberId,
            @Nullable Long subscriberCustomFieldId,
            @Nullable String value) implements Item {}

    record Addition(
            @Nullable Long formId,
            @Nullable Long subscriberId,
            @Nullable String referrer) implements Item {}
}
