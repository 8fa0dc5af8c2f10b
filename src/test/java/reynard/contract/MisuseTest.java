package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reynard.testing.TestServer;

/// What is well-formed and yet not for its sender to say: somebody else's fields, the way back of who has left, headers
/// in names, columns in orders, and hosts.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MisuseTest {
    private final TestServer server = TestServer.start();
    private final long tag = server.tag("Tag");
    private final long form = server.form("Form", "hosted");
    private final TestServer.Sequence sequence =
            server.sequence(TestServer.immediate("Hi").saying("<p>Hi</p>"));

    @AfterAll
    void stop() {
        server.close();
    }

    private static final String OURS = ",'id':1,'account_id':2,'created_at':'1999-01-01T00:00:00Z',"
            + "'updated_at':'1999-01-01T00:00:00Z','confirmed_at':'1999-01-01T00:00:00Z','is_admin':true,"
            + "'is_verified':true,'status':'confirmed','subscriber_count':9}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v4/subscribers              | {'email_address':'mass@example.org'            | subscriber
            /v4/tags                     | {'name':'Mass'                                 | tag
            /v4/custom_fields            | {'label':'Mass'                                | custom_field
            /v4/sequences                | {'name':'Mass'                                 | sequence
            /v4/broadcasts               | {'subject':'Mass','content':'<p>Mass</p>'      | broadcast
            /v4/snippets                 | {'name':'Mass','snippet_type':'inline','content':'Mass' | snippet
            /ext/v1/forms                | {'name':'Mass','type':'embed'                  | form
            /ext/v1/segments             | {'name':'Mass','filter':[]                     | segment
            /ext/v1/sending_addresses    | {'email_address':'mass@tea.example','from_name':'Mass' | sending_address
            /ext/v1/link_triggers        | {'name':'Mass','url':'https://a.example/','tag_id':TAG | link_trigger
            """)
    void what_only_the_server_says_is_not_taken_from_a_body(String path, String body, String root) {
        var answer = server.post(path, json(body.replace("TAG", "" + tag) + OURS));

        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        var made = answer.at("/" + root);
        assertThat(made.at("/id").asLong()).isGreaterThan(2);
        assertThat(made.toString()).doesNotContain("1999-01-01").doesNotContain("is_admin");
        assertThat(made.at("/is_verified").asBoolean()).isFalse();
        assertThat(made.at("/subscriber_count").asLong()).isZero();
        assertThat(server.get("/v4/account").raw().body()).doesNotContain("1999-01-01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancelled", "bounced", "complained"})
    void nobody_who_has_left_comes_back_by_a_program(String state) {
        var email = state + "@example.org";
        var reader = server.subscriber(email, state);
        var person = Map.of("email_address", email, "state", "active");

        server.post("/v4/subscribers", text(person));
        server.put("/v4/subscribers/" + reader.id(), text(person));
        server.post("/v4/forms/" + form + "/subscribers", text(person));
        server.post("/v4/forms/" + form + "/subscribers/" + reader.id(), text(person));
        server.post("/v4/tags/" + tag + "/subscribers", text(person));
        server.post(sequence.path() + "/subscribers", text(person));
        server.post("/ext/v1/subscribers/" + reader.id() + "/confirm", "{}");
        server.useToken(server.token());
        server.post("/v4/bulk/subscribers", text(Map.of("subscribers", List.of(person))));
        var tea = Map.of("name", "Tea", "pid", "1", "lid", "1", "quantity", 1, "unit_price", 1);
        server.post(
                "/v4/purchases",
                text(Map.of(
                        "purchase",
                        Map.of("email_address", email, "transaction_id", email, "products", List.of(tea)))));
        server.useKey(TestServer.API_KEY);

        assertThat(reader.state()).isEqualTo(state);
        server.settle();
        assertThat(reader.mail()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bob\\r\\nBcc: v@example.org",
                "Bob\\nBcc: v@example.org",
                "Bob\\rx",
                "Bob\\u0000",
                "Bob\\u000bx",
                "Bob\\u0085x",
                "Bob\\u2028x",
                "Bob\\u2029x",
                "Bob\\ud800"
            })
    void a_control_is_refused_wherever_an_author_writes_a_line_for_a_header(String value) {
        for (var request : Map.of(
                        "POST " + sequence.path() + "/emails",
                        "{'subject':'%s','content':'x','delay_value':1,'delay_unit':'days'}",
                        "PUT " + sequence.path() + "/emails/" + sequence.email("Hi"),
                        "{'subject':'%s'}",
                        "POST /v4/broadcasts",
                        "{'subject':'%s','content':'x'}",
                        "POST /ext/v1/sending_addresses",
                        "{'email_address':'b@tea.example','from_name':'%s'}",
                        "PUT /ext/v1/account",
                        "{'name':'%s'}",
                        "PUT /ext/v1/forms/" + form,
                        "{'name':'%s'}")
                .entrySet()) {
            var route = request.getKey().split(" ");
            var answer =
                    server.send(route[0], route[1], json(request.getValue()).formatted(value));
            assertThat(answer.status()).as(request.getKey() + " " + value).isIn(400, 422);
        }
    }

    @Test
    void a_readers_name_is_one_word_of_a_header_whatever_is_in_it() {
        var greeting = server.sequence(
                TestServer.immediate("Hello {{ subscriber.first_name }}!").saying("<p>Hello</p>"));
        var names = new LinkedHashMap<String, String>();
        names.put("crlf", "Bob\r\nBcc: v@example.org\r\n\r\nbody");
        names.put("separators", "Bob\u000b\u0085\u2028x");
        names.put("truncated", "Bob\u760a\u560d");
        names.put("percent", "Bob%0d%0aBcc: v@example.org");
        names.put("long", "B".repeat(2_000));
        names.forEach((local, name) -> {
            var email = local + "@example.org";
            server.post("/v4/subscribers", text(Map.of("email_address", email, "first_name", name)));
            server.subscriber(email, greeting);
        });
        server.settle();

        for (var local : names.keySet()) {
            var mail = server.subscriber(local + "@example.org").lastMail();
            assertThat(mail.at("/headers/Bcc").isMissingNode()).as(local).isTrue();
            assertThat(mail.at("/subject").asText())
                    .as(local)
                    .startsWith("Hello B")
                    .endsWith("!");
            var head = mail.at("/raw").asText().split("\r?\n\r?\n", 2)[0];
            assertThat(head.split("\r?\n"))
                    .as(local)
                    .allSatisfy(line -> assertThat(line).hasSizeLessThan(999).matches("[A-Za-z-]+: ?.*|[ \t].*"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id;drop table subscriber", "'", "id desc", "(select 1)", "account_id", "1", "email"})
    void an_order_is_one_of_a_list(String order) {
        var encoded = java.net.URLEncoder.encode(order, java.nio.charset.StandardCharsets.UTF_8);
        for (var query : List.of("sort_field=" + encoded, "sort_order=" + encoded)) {
            var answer = server.get("/v4/subscribers?" + query);
            assertThat(answer.status()).as(query).isEqualTo(422);
            assertThat(answer.errors()).hasSize(1);
        }
        for (var name : List.of("sort_field", "sort_order")) {
            var answer = server.post("/v4/subscribers/filter", text(Map.of(name, order, "all", List.of())));
            assertThat(answer.status()).as(name).isEqualTo(422);
        }
    }

    @Test
    void links_begin_with_the_public_address_whatever_host_a_request_names() {
        var headers = "X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nX-Forwarded-Proto: gopher\r\n";
        for (var path : List.of(
                "/v4/forms",
                "/v4/forms?type=hosted",
                "/v4/account",
                "/v4/oauth/authorize?client_id=x&response_type=code",
                "/",
                "/login",
                "/sequences/",
                "/docs/api",
                "/openapi.json")) {
            var answer = RawHttp.sendAs(server, "evil.example", "GET " + path, headers);
            assertThat(answer.status()).as(path).isLessThan(500);
            assertThat(answer.head() + answer.body()).as(path).doesNotContain("evil.example");
        }
        RawHttp.sendAs(
                server,
                "evil.example",
                "POST " + sequence.path() + "/subscribers/"
                        + server.subscriber("h@example.org").id(),
                headers);
        server.settle();
        assertThat(server.subscriber("h@example.org").lastMail().at("/raw").asText())
                .contains("https://mail.example.com/")
                .doesNotContain("evil.example");
    }

    @Test
    void a_parameter_that_is_given_twice_is_refused() {
        for (var path : List.of(
                "/v4/subscribers?per_page=1&per_page=2",
                "/v4/subscribers?email_address=a@example.org&email_address=b@example.org",
                "/v4/tags?after=x&after=y",
                "/ext/v1/deliveries?subscriber_id=1&subscriber_id=2",
                "/ext/v1/inbox?to=a@example.org&to=b@example.org")) {
            assertThat(server.get(path).status()).as(path).isEqualTo(422);
        }
        var twice = server.post("/v4/tags", json("{'name':'One','name':'Two'}"));
        assertThat(twice.status()).isEqualTo(400);
    }
}
