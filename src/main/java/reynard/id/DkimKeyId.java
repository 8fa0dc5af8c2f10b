package reynard.id;

/// The id of a DKIM key.
public record DkimKeyId(long value) implements Id {}
