package reynard.purchase;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.Database;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.PurchaseId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;

/// Kit's operations on purchases.
public final class PurchaseEndpoints {
    private static final int TEXT_MAX = 255;
    private static final int ITEMS_MAX = 1_000;
    private static final BigDecimal AMOUNT_MAX = BigDecimal.valueOf(1_000_000_000_000L);
    private static final int DECIMALS_MAX = 6;

    private final Database database;
    private final Purchases purchases;
    private final InstantSource clock;

    public PurchaseEndpoints(Database database, Purchases purchases, InstantSource clock) {
        this.database = database;
        this.purchases = purchases;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.tokenOnly(Routes.Verb.GET, "/v4/purchases", this::list);
        routes.tokenOnly(Routes.Verb.POST, "/v4/purchases", this::record);
        routes.tokenOnly(Routes.Verb.GET, "/v4/purchases/{id}", this::show);
    }

    record ItemJson(
            int quantity,
            String lid,
            double unitPrice,
            @Nullable String sku,
            String name,
            String pid) {
        static ItemJson of(Purchase.Item item) {
            return new ItemJson(
                    item.quantity(),
                    item.lid(),
                    item.unitPrice().doubleValue(),
                    item.sku().orElse(null),
                    item.name(),
                    item.pid());
        }
    }

    /// What is shipped costs, but Kit does not say how much.
    record PurchaseJson(
            PurchaseId id,
            String transactionId,
            SubscriberId subscriberId,
            String status,
            String emailAddress,
            String currency,
            Instant transactionTime,
            double subtotal,
            double discount,
            double tax,
            double total,
            List<ItemJson> products) {
        static PurchaseJson of(Purchase purchase) {
            var transaction = purchase.transaction();
            return new PurchaseJson(
                    purchase.id(),
                    transaction.transactionId(),
                    purchase.subscriber(),
                    transaction.status(),
                    purchase.emailAddress(),
                    transaction.currency(),
                    transaction.at(),
                    transaction.subtotal().doubleValue(),
                    transaction.discount().doubleValue(),
                    transaction.tax().doubleValue(),
                    transaction.total().doubleValue(),
                    purchase.items().stream().map(ItemJson::of).toList());
        }
    }

    private Reply list(Request request) {
        var page = purchases.list(request.account(), request.page());
        return Reply.ok(PageJson.of("purchases", page, PurchaseJson::of));
    }

    private Reply show(Request request) {
        var id = request.path("id", PurchaseId::new);
        return database.inTx(tx -> purchases.find(tx, request.account(), id))
                .map(purchase -> Reply.ok(Map.of("purchase", PurchaseJson.of(purchase))))
                .orElseGet(Reply::notFound);
    }

    private Reply record(Request request) {
        var whole = request.json();
        var given = whole.object("purchase");
        if (given instanceof Change.Clear || !whole.has("purchase")) {
            whole.fault("Purchase cannot be blank");
        }
        whole.refuseFaults();
        // Every fault of the nested object is kept in the whole.
        if (!(given instanceof Change.Set<JsonBody>(var body))) {
            throw new IllegalStateException("no purchase and no fault");
        }
        var email = EmailAddress.parse(text(body, "email_address").orElse("").strip());
        if (email.isEmpty()) {
            whole.fault("Email address is invalid");
        }
        var transaction = transaction(whole, body);
        var items = items(whole, body);
        whole.refuseFaults();
        var recorded = purchases.record(request.account(), email.orElseThrow(), transaction, items);
        var json = Map.of("purchase", PurchaseJson.of(recorded.purchase()));
        return recorded.created() ? Reply.created(json) : Reply.ok(json);
    }

    private Purchase.Transaction transaction(JsonBody whole, JsonBody body) {
        var id = text(body, "transaction_id").map(String::strip).filter(text -> !text.isEmpty());
        if (id.isEmpty() && !unread(body, "transaction_id")) {
            whole.fault("Transaction cannot be blank");
        }
        var currency = text(body, "currency").map(code -> code.strip().toUpperCase(Locale.ROOT));
        if (currency.isPresent() && !currency.get().matches("[A-Z]{3}")) {
            whole.fault("Currency must be a 3 letter code");
        }
        return new Purchase.Transaction(
                id.orElse(""),
                text(body, "status")
                        .map(String::strip)
                        .filter(text -> !text.isEmpty())
                        .orElse("paid"),
                currency.orElse("USD"),
                body.instant("transaction_time").nullIsAbsent().over(clock.instant(), clock.instant()),
                amount(body, "subtotal"),
                amount(body, "tax"),
                amount(body, "shipping"),
                amount(body, "discount"),
                amount(body, "total"));
    }

    private static BigDecimal amount(JsonBody body, String name) {
        return body.decimal(name, AMOUNT_MAX.negate(), AMOUNT_MAX, DECIMALS_MAX).over(BigDecimal.ZERO, BigDecimal.ZERO);
    }

    private static List<Purchase.Item> items(JsonBody whole, JsonBody body) {
        var entries = body.objects("products").over(List.of(), List.of());
        if (entries.isEmpty() && !unread(body, "products")) {
            whole.fault("Products cannot be blank");
        }
        if (entries.size() > ITEMS_MAX) {
            whole.fault("Products must be at most " + ITEMS_MAX);
            return List.of();
        }
        var items = new ArrayList<Purchase.Item>();
        for (var entry : entries) {
            items.add(new Purchase.Item(
                    required(whole, entry, "name"),
                    required(whole, entry, "pid"),
                    required(whole, entry, "lid"),
                    Math.toIntExact(entry.integer("quantity", 0, 1_000_000).over(1L, 1L)),
                    amount(entry, "unit_price"),
                    text(entry, "sku").filter(text -> !text.isBlank())));
        }
        unique(whole, items, "pid", Purchase.Item::pid);
        unique(whole, items, "lid", Purchase.Item::lid);
        return items;
    }

    private static void unique(
            JsonBody whole, List<Purchase.Item> items, String name, Function<Purchase.Item, String> key) {
        var seen = new HashSet<String>();
        for (var item : items) {
            var value = key.apply(item);
            if (!value.isEmpty() && !seen.add(value)) {
                whole.fault("Products " + name + " must be unique: " + value);
            }
        }
    }

    private static String required(JsonBody whole, JsonBody body, String name) {
        var text = text(body, name).map(String::strip).orElse("");
        if (text.isEmpty() && !unread(body, name)) {
            whole.fault("Products " + name + " cannot be blank");
        }
        return text;
    }

    // Shops send their ids as numbers, too.
    private static Optional<String> text(JsonBody body, String name) {
        if (body.value(name) instanceof Change.Set<com.fasterxml.jackson.databind.JsonNode>(var node)
                && node.isIntegralNumber()) {
            return Optional.of(node.asText());
        }
        return body.line(name, TEXT_MAX) instanceof Change.Set<String>(var text) ? Optional.of(text) : Optional.empty();
    }

    /// Whether it is there but could not be read, so that its fault is told already.
    private static boolean unread(JsonBody body, String name) {
        return body.value(name) instanceof Change.Set<com.fasterxml.jackson.databind.JsonNode>(var node)
                && !(node.isTextual() && node.textValue().isBlank())
                && !(node.isArray() && node.isEmpty())
                && !node.isIntegralNumber();
    }
}
