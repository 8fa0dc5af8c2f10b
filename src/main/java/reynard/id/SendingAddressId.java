package reynard.id;

/// The id of a sending address.
public record SendingAddressId(long value) implements Id {}
