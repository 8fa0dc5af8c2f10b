package reynard.id;

/// The id of a product.
public record ProductId(long value) implements Id {}
