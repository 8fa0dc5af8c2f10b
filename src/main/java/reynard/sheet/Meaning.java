package reynard.sheet;

import reynard.id.CustomFieldId;

/// What a column is about.
public sealed interface Meaning {
    /// It is left out.
    record Nothing() implements Meaning {}

    record Address() implements Meaning {}

    record FirstName() implements Meaning {}

    /// Names of tags, with commas between.
    record TagNames() implements Meaning {}

    record Field(CustomFieldId field) implements Meaning {}

    /// A custom field that is made for it.
    record NewField(String label) implements Meaning {}
}
