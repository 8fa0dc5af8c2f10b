package reynard.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.db.Database;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class CustomFieldsApiTest {
    private final TestServer server = TestServer.at("2026-03-02T10:00:00Z");
    private final long city = server.field("City");

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_relabelled_field_changes_its_key_and_keeps_name_and_values() {
        long ann = server.subscriber("ann@example.org").id();
        server.put("/v4/subscribers/" + ann, "{\"fields\":{\"city\":\"Rome\"}}");

        var relabelled = server.put("/v4/custom_fields/" + city, "{\"label\":\"Home Town\"}");

        assertThat(relabelled.status()).isEqualTo(200);
        assertThat(relabelled.at("/custom_field"))
                .hasToString("{\"id\":%d,\"name\":\"ck_field_%d_city\",\"key\":\"home_town\",\"label\":\"Home Town\"}"
                        .formatted(city, city));
        assertThat(server.get("/v4/subscribers/%d".formatted(ann)).at("/subscriber/fields"))
                .hasToString("{\"home_town\":\"Rome\"}");
    }

    @Test
    void a_label_that_is_blank_or_anothers_is_refused() {
        server.field("Zip Code");

        assertThat(server.put("/v4/custom_fields/" + city, "{\"label\":\"\"}").errors())
                .containsExactly("Label can't be blank");
        assertThat(server.put("/v4/custom_fields/" + city, "{\"label\":\"ZIP-code\"}")
                        .errors())
                .containsExactly("Label has already been taken");
        assertThat(server.put("/v4/custom_fields/" + city, "{\"label\":\"CITY\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.put("/v4/custom_fields/999999", "{\"label\":\"x\"}").status())
                .isEqualTo(404);
    }

    @Test
    void a_deleted_field_takes_its_values_along_and_leaves_the_others() {
        long zip = server.field("Zip");
        long ann = server.subscriber("ann@example.org").id();
        server.put("/v4/subscribers/" + ann, "{\"fields\":{\"city\":\"Rome\",\"zip\":\"00100\"}}");
        server.useKey(server.stranger());
        assertThat(server.delete("/v4/custom_fields/%d".formatted(city)).status())
                .isEqualTo(404);
        server.useKey(TestServer.API_KEY);

        assertThat(server.delete("/v4/custom_fields/%d".formatted(city)).status())
                .isEqualTo(204);

        assertThat(server.get("/v4/subscribers/%d".formatted(ann)).at("/subscriber/fields"))
                .hasToString("{\"zip\":\"00100\"}");
        try (var database = Database.open(server.databaseUrl(), 1)) {
            assertThat(database.<String>inTx(tx -> tx.query("select s.fields::text from subscriber s")
                            .mapTo(String.class)
                            .one()))
                    .isEqualTo("{\"%d\": \"00100\"}".formatted(zip));
        }
        assertThat(server.delete("/v4/custom_fields/%d".formatted(city)).status())
                .isEqualTo(404);
    }
}
