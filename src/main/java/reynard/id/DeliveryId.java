package reynard.id;

/// The id of a delivery.
public record DeliveryId(long value) implements Id {}
