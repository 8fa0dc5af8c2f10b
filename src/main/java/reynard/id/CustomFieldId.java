package reynard.id;

/// The id of a custom field.
public record CustomFieldId(long value) implements Id {}
