package reynard.id;

/// The id of a purchase.
public record PurchaseId(long value) implements Id {}
