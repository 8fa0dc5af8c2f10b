package reynard.id;

/// The id of a change of an address that waits for its confirmation.
public record AddressChangeId(long value) implements Id {}
