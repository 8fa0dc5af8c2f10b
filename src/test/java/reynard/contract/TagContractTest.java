package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.contract.Shape.PAGINATION;
import static reynard.contract.Shape.SUBSCRIBER;
import static reynard.contract.Shape.TAG;
import static reynard.contract.Shape.assertError;
import static reynard.contract.Shape.assertShape;
import static reynard.testing.TestServer.json;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TagContractTest {
    private static final String TAGGED = "{'subscriber':{" + SUBSCRIBER + ",'tagged_at':'instant'}}";

    private final TestServer server = TestServer.start();

    @AfterAll
    void stop() {
        server.close();
    }

    /// Each test has an account of its own.
    @BeforeEach
    void begin() {
        server.useKey(server.stranger());
    }

    @Test
    void a_tag_is_201_and_the_same_name_again_200_without_case() {
        var created = server.post("/v4/tags", json("{'name':' Completed '}"));
        server.advance(Duration.ofHours(1));
        var again = server.post("/v4/tags", json("{'name':'COMPLETED'}"));

        assertShape(created, 201, "{'tag':{" + TAG + "}}");
        assertThat(created.at("/tag/name").asText()).isEqualTo("Completed");
        assertShape(again, 200, "{'tag':{" + TAG + "}}");
        assertThat(again.body()).isEqualTo(created.body());
    }

    @Test
    void a_name_must_say_something_on_one_line() {
        for (var body : new String[] {"{}", "{'name':null}", "{'name':''}", "{'name':' '}", "[]", ""}) {
            assertError(server.post("/v4/tags", json(body)), 422, "Name can't be blank");
        }
        for (var name :
                new String[] {"5", "true", "[]", "'a\\r\\nb'", "'a\\u0000'", "'\\ud800'", "'" + "x".repeat(256) + "'"
                }) {
            var answer = server.post("/v4/tags", json("{'name':" + name + "}"));
            assertThat(answer.status()).as(name).isEqualTo(422);
            assertThat(answer.errors()).hasSize(1).allMatch(error -> error.startsWith("name "));
        }
        assertThat(server.get("/v4/tags").body().get("tags")).isEmpty();
    }

    @Test
    void tags_are_listed_newest_first_with_a_count_when_asked() {
        long a = server.tag("Tag A");
        server.tag("Tag B");
        server.subscriber("a@example.org").getsTag(a);
        var gone = server.subscriber("b@example.org");
        gone.getsTag(a);
        gone.unsubscribes();

        assertShape(server.get("/v4/tags"), 200, "{'tags':[{" + TAG + "}]," + PAGINATION + "}");
        var counted = server.get("/v4/tags?include=subscriber_count");
        assertShape(counted, 200, "{'tags':[{" + TAG + ",'subscriber_count':'int'}]," + PAGINATION + "}");
        assertThat(counted.each("tags", "name")).containsExactly("Tag B", "Tag A");
        assertThat(counted.each("tags", "subscriber_count")).containsExactly("0", "1");
    }

    @Test
    void tagging_is_201_and_again_200_with_the_first_time() {
        var path = "/v4/tags/" + server.tag("VIP") + "/subscribers";
        var reader = server.subscriber("alice@example.org");

        var first = server.post(path, json("{'email_address':'ALICE@example.org'}"));
        server.advance(Duration.ofHours(1));
        var byId = server.post(path + "/" + reader.id(), "");
        var other = server.post(path + "/" + server.subscriber("b@example.org").id(), "[]");

        assertShape(first, 201, TAGGED);
        assertShape(byId, 200, TAGGED);
        assertThat(byId.body()).isEqualTo(first.body());
        assertShape(other, 201, TAGGED);
        assertThat(other.at("/subscriber/tagged_at").asText())
                .isEqualTo(server.now().toString());
    }

    @Test
    void untagging_by_id_query_or_body_is_204_also_when_the_tag_was_not_worn() {
        long tag = server.tag("VIP");
        var path = "/v4/tags/" + tag + "/subscribers";
        var reader = server.subscriber("alice+1@example.org");

        reader.getsTag(tag);
        assertThat(server.delete(path + "/" + reader.id()).status()).isEqualTo(204);
        assertThat(server.delete(path + "/" + reader.id()).status()).isEqualTo(204);
        reader.getsTag(tag);
        assertThat(server.delete(path + "?email_address=alice%2B1@example.org").status())
                .isEqualTo(204);
        reader.getsTag(tag);
        assertThat(server.send("DELETE", path, json("{'email_address':'alice+1@example.org'}"))
                        .status())
                .isEqualTo(204);
        assertThat(server.get("/v4/tags?include=subscriber_count").each("tags", "subscriber_count"))
                .containsExactly("0");
    }

    @Test
    void who_or_what_is_not_there_is_404_and_no_address_at_all_422() {
        var path = "/v4/tags/" + server.tag("VIP") + "/subscribers";
        var reader = server.subscriber("a@example.org");

        for (var missing : new String[] {"/v4/tags/999999/subscribers/" + reader.id(), path + "/999999"}) {
            assertError(server.post(missing, "{}"), 404, "Not Found");
            assertError(server.delete(missing), 404, "Not Found");
        }
        assertError(server.post(path, json("{'email_address':'x@example.org'}")), 404, "Not Found");
        assertError(server.delete(path + "?email_address=x@example.org"), 404, "Not Found");
        assertError(server.post("/v4/tags/999999/subscribers", "{}"), 404, "Not Found");
        for (var body : new String[] {"{}", "{'email_address':null}", "{'email_address':' '}", ""}) {
            assertError(
                    server.post(path, json(body)),
                    422,
                    "Either subscriber id or email address is required to tag subscriber");
            assertError(
                    server.send("DELETE", path, json(body)),
                    422,
                    "Either subscriber id or email address is required to remove tag from subscriber");
        }
    }
}
