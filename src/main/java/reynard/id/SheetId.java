package reynard.id;

/// The id of a table of people that an author has brought.
public record SheetId(long value) implements Id {}
