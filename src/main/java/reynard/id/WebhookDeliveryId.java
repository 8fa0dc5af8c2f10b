package reynard.id;

/// The id of one delivery to a webhook, the same on each of its attempts.
public record WebhookDeliveryId(long value) implements Id {}
