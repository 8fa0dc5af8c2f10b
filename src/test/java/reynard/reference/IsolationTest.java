package reynard.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.json;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.testing.ApiDocument;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// What belongs to one account does not exist for another: for every operation of our document and every id in its
/// path.
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IsolationTest {
    private static final Pattern ID = Pattern.compile("([^/]+)/\\{([^}]+)}");
    private static final long NOBODYS = 999_999_999_999L;

    private final TestServer server = TestServer.with(Belongings.ACCESS);
    private final Belongings theirs = Belongings.make(server, TestServer.API_KEY, "a@example.org");
    private final Belongings mine = Belongings.make(server, server.stranger(), "b@example.org");
    private Map<String, String> before = Map.of();

    @BeforeAll
    void remember() {
        before = everythingOfTheirs();
    }

    @AfterAll
    void nothing_of_theirs_has_changed() {
        try (server) {
            assertThat(everythingOfTheirs()).isEqualTo(before);
        }
    }

    /// The rows of each table that belong to the first account.
    private Map<String, String> everythingOfTheirs() {
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            var account = "(select account_id from subscriber where id = " + theirs.id("subscribers") + ")";
            var tables = new ArrayList<String>();
            try (var rows = statement.executeQuery("""
                    select table_name from information_schema.columns
                     where column_name = 'account_id' and table_schema = current_schema()
                     order by table_name
                    """)) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            var everything = new TreeMap<String, String>();
            for (var table : tables) {
                try (var rows =
                        statement.executeQuery("select coalesce(string_agg(t::text, E'\\n' order by t::text), '')"
                                + " from " + table + " t where account_id = " + account)) {
                    rows.next();
                    everything.put(table, rows.getString(1));
                }
            }
            assertThat(everything).containsKeys("subscriber", "sequence", "enrollment", "delivery", "tag");
            return everything;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Operations with ids in their path, once for each way in which some of them are the other account's.
    List<Foreign> foreign() {
        var routes = server.routes().stream()
                .map(route -> route.verb() + " " + route.path())
                .toList();
        var foreign = new ArrayList<Foreign>();
        for (var operation : ApiDocument.OURS.operations()) {
            var ids = ID.matcher(operation.path()).results().toList();
            // What came back for an email is tried where it comes in.
            if (operation.path().contains("/feedback/")) {
                continue;
            }
            if (ids.isEmpty() || !operation.needsCredential() || !routes.contains(operation.toString())) {
                continue;
            }
            for (int which = 1; which < 1 << ids.size(); which++) {
                foreign.add(new Foreign(operation, which));
            }
        }
        return foreign;
    }

    /// @param which bit n is set where id n of the path is the other account's
    record Foreign(ApiDocument.Operation operation, int which) {
        String path(Belongings mine, Belongings theirs, boolean nobodys) {
            var path = new StringBuilder();
            var ids = ID.matcher(operation.path());
            for (int n = 0; ids.find(); n++) {
                boolean isForeign = (which & 1 << n) != 0;
                long id = (isForeign ? theirs : mine).id(ids.group(1), ids.group(2));
                ids.appendReplacement(path, ids.group(1) + "/" + (isForeign && nobodys ? NOBODYS : id));
            }
            return ids.appendTail(path).toString();
        }

        @Override
        public String toString() {
            return operation + " " + Integer.toBinaryString(which);
        }
    }

    @ParameterizedTest
    @MethodSource("foreign")
    void what_belongs_to_another_is_404_like_what_belongs_to_nobody(Foreign foreign) {
        var operation = foreign.operation();
        byte @Nullable [] body = operation.verb().equals("GET")
                ? null
                : ApiDocument.OURS
                        .requestSchema(operation)
                        .map(schema -> new Generator(new SplittableRandom(1), mine)
                                .valid(schema)
                                .toString())
                        .orElse("{}")
                        .getBytes(StandardCharsets.UTF_8);
        var query = operation.path().endsWith("/why") ? "?sequence_id=" + mine.id("sequences") : "";

        var others = send(operation.verb(), foreign.path(mine, theirs, false) + query, body);
        var nobodys = send(operation.verb(), foreign.path(mine, theirs, true) + query, body);

        assertThat(others.status()).as(others.raw().body()).isEqualTo(404);
        assertThat(others.errors()).containsExactly("Not Found");
        assertThat(nobodys.raw().body()).isEqualTo(others.raw().body());
        assertThat(headers(nobodys)).isEqualTo(headers(others));
    }

    private Answer send(String verb, String path, byte @Nullable [] body) {
        return server.send(verb, path, body, Map.of("X-Kit-Api-Key", mine.key()));
    }

    private Answer get(String path) {
        return server.send("GET", path, null, Map.of("X-Kit-Api-Key", mine.key()));
    }

    private Answer send(String verb, String path, String body) {
        return send(verb, path, json(body).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, List<String>> headers(Answer answer) {
        var headers = new TreeMap<>(answer.raw().headers().map());
        headers.remove("date");
        // Whether the server had read the whole body when it answered says nothing about whose the thing is.
        headers.remove("connection");
        return headers;
    }

    @Test
    void ids_of_another_in_a_body_are_not_found_and_never_linked() {
        long tag = theirs.id("tags");
        for (var body : List.of(
                "{'name':'S','email_template_id':" + theirs.id("email_templates") + "}",
                "{'name':'S','exclude_subscriber_sources':[{'type':'tag','ids':[" + tag + "]}]}",
                "{'name':'S','exclude_subscriber_sources':[{'type':'form','ids':[" + theirs.id("forms") + "]}]}",
                "{'name':'S','exclude_subscriber_sources':[{'type':'segment','ids':[" + theirs.id("segments") + "]}]}",
                "{'name':'S','exclude_subscriber_sources':[{'type':'sequence','ids':[" + theirs.id("sequences") + ","
                        + mine.id("sequences") + "]}]}")) {
            var answer = send("POST", "/v4/sequences", body);
            assertThat(answer.status()).as(body).isEqualTo(422);
            assertThat(answer.errors()).as(body).hasSize(1).allMatch(error -> error.contains("not found"));
        }
        for (var condition : List.of(
                "{'type':'tag','id':" + tag + "}",
                "{'type':'form','id':" + theirs.id("forms") + "}",
                "{'type':'sequence','id':" + theirs.id("sequences") + "}",
                "{'type':'custom_field','id':" + theirs.id("custom_fields") + ",'comparison':'has_value'}")) {
            for (var path : List.of("/ext/v1/segments", "/ext/v1/segments/preview")) {
                var answer = send("POST", path, "{'name':'S','filter':[{'any':[" + condition + "]}]}");
                assertThat(answer.status()).as(condition).isEqualTo(422);
                assertThat(answer.errors()).as(condition).hasSize(1).allMatch(error -> error.contains("not found"));
            }
        }
        var email = send(
                "PUT",
                "/v4/sequences/" + mine.id("sequences") + "/emails/" + mine.id("emails"),
                "{'email_template_id':" + theirs.id("email_templates") + "}");
        assertThat(email.status()).isEqualTo(422);
        var filtered = send(
                "POST",
                "/v4/subscribers/filter",
                "{'all':[{'type':'tags','any':[{'type':'ids','matching':[" + tag + "]}]}]}");
        assertThat(filtered.body().path("subscribers")).isEmpty();
    }

    @Test
    void ids_of_another_among_many_fail_and_ones_own_are_done() {
        var foreign = Map.of(
                "tags/subscribers",
                "{'taggings':[{'tag_id':%1$d,'subscriber_id':%4$d},{'tag_id':%3$d,'subscriber_id':%2$d},"
                        + "{'tag_id':%3$d,'subscriber_id':%4$d}]}",
                "custom_fields/subscribers",
                "{'custom_field_values':[{'subscriber_id':%4$d,'subscriber_custom_field_id':%5$d,'value':'x'},"
                        + "{'subscriber_id':%2$d,'subscriber_custom_field_id':%6$d,'value':'x'},"
                        + "{'subscriber_id':%4$d,'subscriber_custom_field_id':%6$d,'value':'x'}],"
                        + "'callback_url':null}",
                "forms/subscribers",
                "{'additions':[{'form_id':%7$d,'subscriber_id':%4$d},{'form_id':%8$d,'subscriber_id':%2$d},"
                        + "{'form_id':%8$d,'subscriber_id':%4$d}]}");
        foreign.forEach((path, body) -> {
            var answer = send(
                    "POST",
                    "/v4/bulk/" + path,
                    body.formatted(
                            theirs.id("tags"),
                            theirs.id("subscribers"),
                            mine.id("tags"),
                            mine.id("subscribers"),
                            theirs.id("custom_fields"),
                            mine.id("custom_fields"),
                            theirs.id("forms"),
                            mine.id("forms")));
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.at("/failures")).as(path).hasSize(2);
            assertThat(answer.body().elements().next()).as(path).hasSize(1);
            answer.at("/failures")
                    .forEach(failure -> assertThat(failure.at("/errors/0").asText())
                            .as(path)
                            .endsWith(" does not exist"));
        });
        var deleted = send("DELETE", "/v4/bulk/tags", "{'tags':[{'id':%d}]}".formatted(theirs.id("tags")));
        assertThat(deleted.at("/failures/0/errors/0").asText()).isEqualTo("Tag does not exist");
        var untagged = send(
                "DELETE",
                "/v4/bulk/tags/subscribers",
                "{'taggings':[{'tag_id':%d,'subscriber_id':%d}]}"
                        .formatted(theirs.id("tags"), theirs.id("subscribers")));
        assertThat(untagged.at("/failures")).hasSize(1);
    }

    @Test
    void addresses_of_another_are_not_found() {
        for (var path : List.of(
                "/v4/tags/" + mine.id("tags"),
                "/v4/forms/" + mine.id("forms"),
                "/v4/landing_pages/" + mine.id("landing_pages"),
                "/v4/sequences/" + mine.id("sequences"))) {
            var answer = send("POST", path + "/subscribers", "{'email_address':'" + theirs.address() + "'}");
            assertThat(answer.status()).as(path).isEqualTo(404);
        }
        assertThat(send(
                                "DELETE",
                                "/v4/tags/" + mine.id("tags") + "/subscribers?email_address=" + theirs.address(),
                                "{}")
                        .status())
                .isEqualTo(404);
        assertThat(get("/v4/subscribers?email_address=" + theirs.address())
                        .body()
                        .path("subscribers"))
                .isEmpty();
    }

    @Test
    void ids_of_another_in_a_query_find_nothing() {
        for (var query : List.of(
                "subscriber_id=" + theirs.id("subscribers"),
                "sequence_id=" + theirs.id("sequences"),
                "sequence_email_id=" + theirs.id("emails"))) {
            assertThat(get("/ext/v1/deliveries?" + query).body().path("deliveries"))
                    .as(query)
                    .isEmpty();
        }
        var why = "/ext/v1/subscribers/" + mine.id("subscribers") + "/why?sequence_id=";
        assertThat(get(why + theirs.id("sequences")).status()).isEqualTo(404);
        assertThat(get(why + mine.id("sequences") + "&email_id=" + theirs.id("emails"))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_cursor_of_another_shows_ones_own_only() {
        var lists = ApiDocument.OURS.operations().stream()
                .filter(operation ->
                        operation.verb().equals("GET") && !operation.path().contains("{"))
                .filter(operation ->
                        operation.node().at("/parameters").toString().contains("/After"))
                .filter(operation -> server.routes().stream()
                        .anyMatch(route -> operation.toString().equals(route.verb() + " " + route.path())))
                .map(ApiDocument.Operation::path)
                .toList();
        assertThat(lists).contains("/v4/subscribers", "/v4/tags", "/ext/v1/deliveries");
        for (var list : lists) {
            var others = server.send("GET", list, null, Map.of("X-Kit-Api-Key", theirs.key()));
            var plural = others.body().fieldNames().next();
            var own = get(list).body().path(plural).toString();
            if (others.body().path(plural).isEmpty()) {
                continue;
            }
            for (var way : List.of("after", "before")) {
                var cursor = others.at("/pagination/start_cursor").asText();
                var page = get(list + "?" + way + "=" + encoded(cursor));
                assertThat(page.status()).as(list).isEqualTo(200);
                page.body().path(plural).forEach(row -> assertThat(own).as(list).contains(row.toString()));
            }
        }
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
