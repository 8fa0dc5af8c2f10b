package reynard.purchase;

import static reynard.db.Rows.instant;
import static reynard.db.Rows.optionalText;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import reynard.db.Listing;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.ProductId;
import reynard.id.PurchaseId;
import reynard.id.SubscriberId;

/// Every statement of the room. Purchases are read without their items, which a page reads together.
final class PurchaseStore {
    private static final Listing<Purchase> NEWEST = new Listing<>(
            """
            select p.id, p.transaction_id, p.subscriber_id, s.email_address, p.status, p.currency, p.transaction_time,
                   p.subtotal, p.tax, p.shipping, p.discount, p.total
              from purchase p
              join subscriber s on s.account_id = :account and s.id = p.subscriber_id
             where p.account_id = :account
            """, Listing.Order.DESCENDING, List.of(Listing.Key.number("p.id", "id")), (row, _) -> purchase(row));

    Page<Purchase> list(Tx tx, AccountId account, PageRequest page) {
        return NEWEST.read(tx, Map.of("account", account), page);
    }

    java.util.Optional<Purchase> find(Tx tx, AccountId account, PurchaseId id) {
        return tx.query("""
                        select p.id, p.transaction_id, p.subscriber_id, s.email_address, p.status, p.currency,
                               p.transaction_time, p.subtotal, p.tax, p.shipping, p.discount, p.total
                          from purchase p
                          join subscriber s on s.account_id = :account and s.id = p.subscriber_id
                         where p.account_id = :account and p.id = :id
                        """)
                .bind("account", account)
                .bind("id", id)
                .map((row, _) -> purchase(row))
                .findOne();
    }

    record Written(PurchaseId id, boolean created) {}

    Written put(
            Tx tx,
            AccountId account,
            PurchaseId id,
            SubscriberId subscriber,
            Purchase.Transaction transaction,
            Instant now) {
        return tx.query("""
                        insert into purchase
                               (account_id, id, transaction_id, subscriber_id, status, currency, transaction_time,
                                subtotal, tax, shipping, discount, total, created_at)
                        values (:account, :id, :transaction, :subscriber, :status, :currency, :at,
                                :subtotal, :tax, :shipping, :discount, :total, :now)
                        on conflict (account_id, transaction_id) do update
                           set subscriber_id = excluded.subscriber_id, status = excluded.status,
                               currency = excluded.currency, transaction_time = excluded.transaction_time,
                               subtotal = excluded.subtotal, tax = excluded.tax, shipping = excluded.shipping,
                               discount = excluded.discount, total = excluded.total
                        returning id, (xmax = 0) as created
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("transaction", transaction.transactionId())
                .bind("subscriber", subscriber)
                .bind("status", transaction.status())
                .bind("currency", transaction.currency())
                .bind("at", transaction.at())
                .bind("subtotal", transaction.subtotal())
                .bind("tax", transaction.tax())
                .bind("shipping", transaction.shipping())
                .bind("discount", transaction.discount())
                .bind("total", transaction.total())
                .bind("now", now)
                .map((row, _) -> new Written(new PurchaseId(row.getLong("id")), row.getBoolean("created")))
                .one();
    }

    void insertProduct(Tx tx, AccountId account, ProductId id, String pid, String name, Instant now) {
        tx.update("""
                        insert into product (account_id, id, pid, name, created_at)
                        values (:account, :id, :pid, :name, :now)
                        on conflict do nothing
                        """)
                .bind("account", account)
                .bind("id", id)
                .bind("pid", pid)
                .bind("name", name)
                .bind("now", now)
                .execute();
    }

    Map<String, ProductId> products(Tx tx, AccountId account, Collection<String> pids) {
        var found = new HashMap<String, ProductId>();
        tx.query("select p.pid, p.id from product p where p.account_id = :account and p.pid = any(:pids)")
                .bind("account", account)
                .bind("pids", pids.toArray(String[]::new))
                .map((row, _) -> Map.entry(row.getString("pid"), new ProductId(row.getLong("id"))))
                .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
        return found;
    }

    void replaceItems(
            Tx tx, AccountId account, PurchaseId purchase, List<Purchase.Item> items, Map<String, ProductId> products) {
        tx.update("delete from purchase_product where account_id = :account and purchase_id = :purchase")
                .bind("account", account)
                .bind("purchase", purchase)
                .execute();
        if (items.isEmpty()) {
            return;
        }
        var batch = tx.batch("""
                insert into purchase_product
                       (account_id, purchase_id, position, product_id, lid, name, quantity, unit_price, sku)
                values (:account, :purchase, :position, :product, :lid, :name, :quantity, :unitPrice, :sku)
                """);
        for (int position = 0; position < items.size(); position++) {
            var item = items.get(position);
            batch.bind("account", account)
                    .bind("purchase", purchase)
                    .bind("position", position)
                    .bind("product", products.get(item.pid()))
                    .bind("lid", item.lid())
                    .bind("name", item.name())
                    .bind("quantity", item.quantity())
                    .bind("unitPrice", item.unitPrice())
                    .bind("sku", item.sku().orElse(null))
                    .add();
        }
        batch.execute();
    }

    Map<PurchaseId, List<Purchase.Item>> items(Tx tx, AccountId account, Collection<PurchaseId> purchases) {
        var found = new HashMap<PurchaseId, List<Purchase.Item>>();
        tx.query("""
                        select i.purchase_id, i.lid, i.name, i.quantity, i.unit_price, i.sku, p.pid
                          from purchase_product i
                          join product p on p.account_id = :account and p.id = i.product_id
                         where i.account_id = :account and i.purchase_id = any(:purchases)
                         order by i.purchase_id, i.position
                        """)
                .bind("account", account)
                .bind("purchases", purchases.stream().map(PurchaseId::value).toArray(Long[]::new))
                .map((row, _) -> Map.entry(
                        new PurchaseId(row.getLong("purchase_id")),
                        new Purchase.Item(
                                row.getString("name"),
                                row.getString("pid"),
                                row.getString("lid"),
                                row.getInt("quantity"),
                                row.getBigDecimal("unit_price"),
                                optionalText(row, "sku"))))
                .forEach(entry -> found.computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
                        .add(entry.getValue()));
        return found;
    }

    private static Purchase purchase(ResultSet row) throws SQLException {
        return new Purchase(
                new PurchaseId(row.getLong("id")),
                new SubscriberId(row.getLong("subscriber_id")),
                row.getString("email_address"),
                new Purchase.Transaction(
                        row.getString("transaction_id"),
                        row.getString("status"),
                        row.getString("currency"),
                        instant(row, "transaction_time"),
                        row.getBigDecimal("subtotal"),
                        row.getBigDecimal("tax"),
                        row.getBigDecimal("shipping"),
                        row.getBigDecimal("discount"),
                        row.getBigDecimal("total")),
                List.of());
    }
}
