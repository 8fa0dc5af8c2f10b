package reynard.bulk;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One thing of a request for many, as it was sent: what could not be read of it is null. Failures repeat it so, with
/// these very names in snake case.
public sealed interface Item {
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

    record Placement(@Nullable Long sequenceId, @Nullable Long subscriberId) implements Item {}

    /// A line of a table of people.
    ///
    /// @param line where it begins, from 1
    /// @param fields by the ids of the custom fields
    /// @param tags ids
    /// @param sequence that they are added to
    record Arrival(
            long line,
            String emailAddress,
            @Nullable String firstName,
            Map<String, String> fields,
            List<Long> tags,
            @Nullable Long sequence)
            implements Item {
        public Arrival {
            fields = Map.copyOf(fields);
            tags = List.copyOf(tags);
        }
    }
}
