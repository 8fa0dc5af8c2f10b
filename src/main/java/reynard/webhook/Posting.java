package reynard.webhook;

import java.util.List;
import reynard.id.AccountId;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;

/// A delivery that this node has taken and nobody else sends.
///
/// @param attempts how many there were before
/// @param sealedSecrets none for a legacy webhook
record Posting(
        AccountId account,
        WebhookDeliveryId delivery,
        ReceiverId receiver,
        String url,
        String body,
        int attempts,
        List<String> sealedSecrets) {}
