package reynard.purchase;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.id.PurchaseId;
import reynard.id.SubscriberId;

/// One transaction of one shop, known by the shop's own id for it.
///
/// @param emailAddress the buyer's, as it is now
public record Purchase(
        PurchaseId id, SubscriberId subscriber, String emailAddress, Transaction transaction, List<Item> items) {
    public Purchase {
        items = List.copyOf(items);
    }

    /// What the shop says of the whole.
    ///
    /// @param currency three capital letters (ISO 4217)
    public record Transaction(
            String transactionId,
            String status,
            String currency,
            Instant at,
            BigDecimal subtotal,
            BigDecimal tax,
            BigDecimal shipping,
            BigDecimal discount,
            BigDecimal total) {}

    /// One line.
    ///
    /// @param pid the shop's id of the product
    /// @param lid the shop's id of the line, unique in the purchase
    public record Item(String name, String pid, String lid, int quantity, BigDecimal unitPrice, Optional<String> sku) {}
}
