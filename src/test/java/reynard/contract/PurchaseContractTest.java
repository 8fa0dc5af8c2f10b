package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.json;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PurchaseContractTest {
    private static final String PURCHASE = """
            {'id':'int','transaction_id':'text','subscriber_id':'int','status':'text','email_address':'text',
             'currency':'text','transaction_time':'instant','subtotal':'any','discount':'any','tax':'any',
             'total':'any','products':[{'quantity':'int','lid':'text','unit_price':'any','sku':'text?',
             'name':'text','pid':'text'}]}
            """;
    private static final String TWO_GAMES = """
            {'purchase':{'email_address':'buyer@example.org','transaction_id':'796-92-4892','status':'paid',
              'subtotal':78.66,'tax':7.87,'shipping':0,'discount':5.0,'total':81.53,'currency':'usd',
              'transaction_time':'2023-02-17T11:43:55Z','products':[
                {'name':'Teapot','pid':'804','lid':'811','quantity':1,'unit_price':23.22,'sku':'T-1'},
                {'name':'Cup','pid':'833','lid':'766','quantity':2,'unit_price':'32.22'}]}}
            """;

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
        server.useToken(server.token());
    }

    @Test
    void a_purchase_of_a_subscriber_is_201_and_read_back_the_same() {
        var buyer = server.subscriber("Buyer@example.org");

        var created = server.post("/v4/purchases", json(TWO_GAMES));

        assertShape(created, 201, "{'purchase':" + PURCHASE + "}");
        assertThat(created.at("/purchase/subscriber_id").asLong()).isEqualTo(buyer.id());
        assertThat(created.at("/purchase/email_address").asText()).isEqualTo("Buyer@example.org");
        assertThat(created.at("/purchase/currency").asText()).isEqualTo("USD");
        assertThat(created.at("/purchase/total").asDouble()).isEqualTo(81.53);
        assertThat(created.at("/purchase/products/0/name").asText()).isEqualTo("Teapot");
        assertThat(created.at("/purchase/products/1/sku").isNull()).isTrue();
        var id = created.at("/purchase/id").asLong();
        assertThat(server.get("/v4/purchases/" + id).body()).isEqualTo(created.body());
        assertShape(server.get("/v4/purchases"), 200, "{'purchases':[" + PURCHASE + "]," + PAGINATION + "}");
    }

    @Test
    void a_buyer_who_is_new_comes_onto_the_list() {
        server.post("/v4/purchases", json(TWO_GAMES));

        assertThat(server.get("/v4/subscribers?email_address=buyer@example.org").each("subscribers", "state"))
                .containsExactly("active");
    }

    @Test
    void the_same_transaction_again_is_200_and_replaces_what_was_known() {
        var first = server.post("/v4/purchases", json(TWO_GAMES));
        var again = server.post("/v4/purchases", json(TWO_GAMES.replace("'paid'", "'refunded'")));

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.at("/purchase/id")).isEqualTo(first.at("/purchase/id"));
        assertThat(again.at("/purchase/products")).hasSize(2);
        assertThat(server.get("/v4/purchases").each("purchases", "status")).containsExactly("refunded");
    }

    @Test
    void purchases_are_listed_newest_first_page_by_page() {
        for (int i = 1; i <= 3; i++) {
            server.post("/v4/purchases", json(TWO_GAMES.replace("796-92-4892", "t" + i)));
        }

        var first = server.get("/v4/purchases?per_page=2&include_total_count=true");
        var cursor = first.at("/pagination/end_cursor").asText();

        assertThat(first.each("purchases", "transaction_id")).containsExactly("t3", "t2");
        assertThat(first.at("/pagination/total_count").asLong()).isEqualTo(3);
        assertThat(server.get("/v4/purchases?per_page=2&after=" + cursor).each("purchases", "transaction_id"))
                .containsExactly("t1");
    }

    @Test
    void every_fault_of_a_purchase_is_told_at_once() {
        assertError(server.post("/v4/purchases", "{}"), 422, "Purchase cannot be blank");
        assertError(
                server.post("/v4/purchases", json("{'purchase':{'currency':'euro'}}")),
                422,
                "Email address is invalid",
                "Transaction cannot be blank",
                "Currency must be a 3 letter code",
                "Products cannot be blank");
        var twice = TWO_GAMES.replace("'833'", "'804'").replace("'766'", "'811'");
        assertError(
                server.post("/v4/purchases", json(twice)),
                422,
                "Products pid must be unique: 804",
                "Products lid must be unique: 811");
        for (var amount : new String[] {"'many'", "true", "1e300", "[]"}) {
            assertThat(server.post("/v4/purchases", json(TWO_GAMES.replace("78.66", amount)))
                            .status())
                    .as(amount)
                    .isEqualTo(422);
        }
        assertThat(server.get("/v4/purchases").at("/purchases")).isEmpty();
    }

    @Test
    void another_accounts_purchase_is_404() {
        var id =
                server.post("/v4/purchases", json(TWO_GAMES)).at("/purchase/id").asLong();
        server.useKey(server.stranger());
        server.useToken(server.token());

        assertError(server.get("/v4/purchases/" + id), 404, "Not Found");
        assertThat(server.get("/v4/purchases").at("/purchases")).isEmpty();
    }

    @Test
    void a_key_does_not_open_them() {
        server.useKey(server.stranger());

        for (var answer : List.of(
                server.get("/v4/purchases"),
                server.get("/v4/purchases/1"),
                server.post("/v4/purchases", json(TWO_GAMES)))) {
            assertError(answer, 401, "The access token is invalid");
        }
    }
}
