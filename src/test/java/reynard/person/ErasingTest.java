package reynard.person;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.days;
import static reynard.testing.TestServer.immediate;
import static reynard.testing.TestServer.json;
import static reynard.testing.TestServer.text;

import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeReceiver;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ErasingTest {
    private static final String ADDRESS = "zerlina.quux@example.org";
    private static final String NAME = "Zerlina";

    private final TestServer server = TestServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    /// Somebody of whom everything is known that can be.
    private Reader somebody() {
        server.post("/v4/subscribers", text(Map.of("email_address", ADDRESS, "first_name", NAME)));
        var reader = server.subscriber(ADDRESS);
        server.field("Dog");
        server.put("/v4/subscribers/" + reader.id(), json("{'fields':{'dog':'Zerlinas Bello'}}"));
        reader.getsTag(server.tag("Friend"));
        long form = server.form("Form", "hosted");
        server.post(
                "/v4/forms/" + form + "/subscribers/" + reader.id(),
                json("{'referrer':'https://blog.example/?utm_source=Zerlina'}"));
        server.post("/ext/v1/subscribers/" + reader.id() + "/consents", json("{'statement':'Zerlina said so'}"));
        var tea = Map.of("name", "Tea", "pid", "1", "lid", "1", "quantity", 1, "unit_price", 9.5);
        server.useToken(server.token());
        server.post(
                "/v4/purchases",
                text(Map.of(
                        "purchase",
                        Map.of("email_address", ADDRESS, "transaction_id", "t1", "products", List.of(tea)))));
        server.useKey(TestServer.API_KEY);
        var sequence = server.sequence(immediate("Hello").saying("<p>Dear {{ first_name }}</p>"), days("Later", 2));
        reader.joins(sequence);
        server.settle();
        return reader;
    }

    private List<String> wherever(String... needles) throws SQLException {
        var found = new ArrayList<String>();
        try (var connection = DriverManager.getConnection(server.databaseUrl());
                var statement = connection.createStatement()) {
            var columns = new ArrayList<String[]>();
            try (var rows = statement.executeQuery("""
                    select c.table_name, c.column_name, c.data_type
                      from information_schema.columns c
                      join information_schema.tables t using (table_schema, table_name)
                     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
                    """)) {
                while (rows.next()) {
                    columns.add(new String[] {rows.getString(1), rows.getString(2), rows.getString(3)});
                }
            }
            for (var column : columns) {
                for (var needle : needles) {
                    var text = column[2].equals("bytea")
                            ? "encode(\"" + column[1] + "\", 'escape')"
                            : "\"" + column[1] + "\"::text";
                    try (var rows = statement.executeQuery("select count(*) from \"" + column[0]
                            + "\" where position(lower('" + needle + "') in lower(" + text + ")) > 0")) {
                        rows.next();
                        if (rows.getInt(1) > 0) {
                            found.add(column[0] + "." + column[1] + ": " + needle);
                        }
                    }
                }
            }
        }
        return found;
    }

    @Test
    void nothing_is_left_of_who_is_erased_but_what_says_not_who_they_were() throws SQLException {
        try (var receiver = FakeReceiver.start()) {
            server.post(
                    "/v4/webhook_endpoints",
                    text(Map.of(
                            "name",
                            "Hook",
                            "url",
                            receiver.url(),
                            "events",
                            List.of("subscriber.created", "subscriber.unsubscribed", "subscriber.tag_added"))));
            var other = server.subscriber("other@example.org");
            var reader = somebody();
            server.advance(ofSeconds(90));
            assertThat(wherever(ADDRESS, NAME)).hasSizeGreaterThan(6);

            assertThat(server.delete("/ext/v1/subscribers/" + reader.id()).status())
                    .isEqualTo(204);

            assertThat(wherever(ADDRESS, NAME)).isEmpty();
            assertThat(server.get("/v4/subscribers/" + reader.id()).status()).isEqualTo(404);
            assertThat(other.state()).isEqualTo("active");
            server.advance(ofDays(3));
            assertThat(wherever(ADDRESS, NAME)).isEmpty();
        }
    }

    private String people(String first, int count, String more) {
        var people = new ArrayList<Map<String, String>>();
        people.add(Map.of("email_address", first, "first_name", NAME));
        IntStream.rangeClosed(1, count - 1)
                .forEach(i -> people.add(Map.of("email_address", "r" + i + "@example.org", "first_name", "R" + i)));
        return text(Map.of("subscribers", people)).replaceFirst("}$", more + "}");
    }

    @Test
    void requests_for_many_forget_who_is_erased_and_go_on_for_the_others() throws SQLException {
        try (var receiver = FakeReceiver.start()) {
            receiver.then(FakeReceiver.status(500));
            server.useToken(server.token());
            server.post("/v4/bulk/subscribers", people(ADDRESS, 101, ",\"callback_url\":\"" + receiver.url() + "\""));
            server.settle();
            var reader = server.subscriber(ADDRESS);
            var taggings = Collections.nCopies(101, Map.of("subscriber_id", reader.id(), "tag_id", 99));
            server.post("/v4/bulk/tags/subscribers", text(Map.of("taggings", taggings)));
            server.settle();
            server.post("/v4/bulk/subscribers", people("not." + ADDRESS, 101, ""));
            server.post("/v4/bulk/subscribers", people(ADDRESS, 1_001, ""));
            server.post("/v4/bulk/tags/subscribers", text(Map.of("taggings", taggings)));
            assertThat(wherever(ADDRESS, "\"subscriber_id\":" + reader.id()))
                    .contains(
                            "bulk_step.items: " + ADDRESS,
                            "bulk_step.results: " + ADDRESS,
                            "bulk_step.items: \"subscriber_id\":" + reader.id(),
                            "bulk_step.failures: \"subscriber_id\":" + reader.id());

            assertThat(server.delete("/ext/v1/subscribers/" + reader.id()).status())
                    .isEqualTo(204);

            assertThat(wherever("\"" + ADDRESS, "\"subscriber_id\":" + reader.id()))
                    .isEmpty();
            server.advance(Duration.ofHours(1));
            assertThat(wherever("\"" + ADDRESS, "\"subscriber_id\":" + reader.id()))
                    .isEmpty();
            assertThat(server.get("/v4/subscribers?status=all&email_address=" + ADDRESS)
                            .at("/subscribers"))
                    .isEmpty();
            assertThat(server.get("/v4/subscribers?status=all&email_address=not." + ADDRESS)
                            .at("/subscribers"))
                    .hasSize(1);
            assertThat(server.get("/v4/subscribers?status=all&email_address=r1000@example.org")
                            .at("/subscribers"))
                    .hasSize(1);
            var jobs = server.get("/ext/v1/bulk_jobs");
            assertThat(jobs.each("bulk_jobs", "status")).containsOnly("done");
            assertThat(jobs.each("bulk_jobs", "failed")).containsExactly("101", "1", "0", "101", "0");
            assertThat(server.get("/ext/v1/bulk_jobs/"
                                    + jobs.at("/bulk_jobs/1/id").asLong())
                            .at("/bulk_job/failures")
                            .toString())
                    .isEqualTo(json("[{'errors':['The subscriber was erased'],'subscriber':{'first_name':null,"
                            + "'email_address':null,'state':null,'created_at':null}}]"));
            assertThat(receiver.last().json().path("subscribers")).hasSize(100);
        }
    }

    @Test
    void what_somebody_opened_and_clicked_is_counted_no_more_once_they_are_erased() {
        var sequence = server.sequence(immediate("Hello").saying("<p><a href='https://tea.example/'>Tea</a></p>"));
        var stays = server.subscriber("stays@example.org", sequence);
        var goes = server.subscriber(ADDRESS, sequence);
        server.settle();
        server.advance(Duration.ofHours(1));
        for (var reader : List.of(stays, goes)) {
            reader.opens();
            reader.follows("Tea");
        }
        server.settle();
        assertThat(violations()).isEmpty();

        assertThat(server.delete("/ext/v1/subscribers/" + goes.id()).status()).isEqualTo(204);

        assertThat(violations()).isEmpty();
        assertThat(sequence.showEmail("Hello").at("/stats/open_rate").asDouble())
                .isEqualTo(sequence.showEmail("Hello").at("/stats/click_rate").asDouble())
                .isPositive();
    }

    private List<String> violations() {
        return server.violations().stream().map(Object::toString).toList();
    }

    @Test
    void while_an_email_is_on_its_way_to_them_they_wait_and_are_erased_after_it() throws SQLException {
        try (var relay = FakeSmtp.start();
                var sending = TestServer.with(Relay.parse(relay.url()))) {
            var sequence = sending.sequence(immediate("Hello"));
            var reader = sending.subscriber(ADDRESS, sequence);
            var opened = new CountDownLatch(1);
            var greeting = relay.on(Verb.EHLO);
            relay.on(Verb.MAIL, 250, "2.1.0 go on").after(opened);
            var settling = CompletableFuture.runAsync(sending::settle);
            greeting.awaitAnswered();

            var first = sending.delete("/ext/v1/subscribers/" + reader.id());
            var second = sending.delete("/ext/v1/subscribers/" + reader.id());

            assertThat(List.of(first.status(), second.status())).containsOnly(202);
            assertThat(first.at("/erasure").toString())
                    .isEqualTo(second.at("/erasure").toString())
                    .isEqualTo(json("{'state':'waiting','asked_at':'2026-01-05T12:00:00Z'}"));
            assertThat(reader.state()).isEqualTo("cancelled");

            opened.countDown();
            settling.join();

            assertThat(sending.get("/v4/subscribers/" + reader.id()).status()).isEqualTo(404);
            assertThat(relay.messages()).isEmpty();
        }
    }

    @Test
    void the_link_of_an_email_still_leads_out_after_its_reader_was_erased() {
        var reader = somebody();
        var header = reader.lastMail().at("/headers/List-Unsubscribe").asText().strip();
        var path = header.substring("<https://mail.example.com".length(), header.length() - 1);
        server.delete("/ext/v1/subscribers/" + reader.id());

        for (var method : List.of("POST", "GET")) {
            var answer = server.send(
                    method,
                    path,
                    method.equals("GET") ? null : "List-Unsubscribe=One-Click".getBytes(StandardCharsets.US_ASCII),
                    Map.of("Content-Type", "application/x-www-form-urlencoded"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.raw().body()).contains("You are unsubscribed");
        }
    }

    @Test
    void nobody_adds_an_erased_address_again_without_its_owner() {
        var reader = somebody();
        server.delete("/ext/v1/subscribers/" + reader.id());

        var again = server.subscriber("Zerlina.Quux@EXAMPLE.org");

        assertThat(again.state()).isEqualTo("cancelled");
    }

    @Test
    void erasing_twice_or_somebody_unknown_is_404() {
        var reader = server.subscriber(ADDRESS);

        assertThat(server.delete("/ext/v1/subscribers/" + reader.id()).status()).isEqualTo(204);
        assertThat(server.delete("/ext/v1/subscribers/" + reader.id()).status()).isEqualTo(404);
    }

    @Test
    void an_export_has_everything_as_JSON_and_as_CSV() {
        var reader = somebody();

        var export =
                server.get("/ext/v1/subscribers/" + reader.id() + "/export").at("/export");

        assertThat(export.at("/profile/0/email_address").asText()).isEqualTo(ADDRESS);
        assertThat(export.at("/profile/0/fields/dog").asText()).isEqualTo("Zerlinas Bello");
        assertThat(export.at("/tags/0/name").asText()).isEqualTo("Friend");
        assertThat(export.at("/forms/0/referrer").asText()).contains("utm_source");
        assertThat(export.at("/emails/0/state").asText()).isEqualTo("sent");
        assertThat(export.at("/attempts/0/outcome").asText()).isEqualTo("accepted");
        assertThat(export.at("/sequences/0/state").asText()).isEqualTo("waiting");
        assertThat(export.at("/consents/0/statement").asText()).isEqualTo("Zerlina said so");
        assertThat(export.at("/purchases/0/products/0/name").asText()).isEqualTo("Tea");
        server.put("/v4/subscribers/" + reader.id(), json("{'first_name':'=HYPERLINK(1)'}"));
        var csv = server.get("/ext/v1/subscribers/" + reader.id() + "/export?format=csv");
        assertThat(csv.raw().headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8");
        assertThat(csv.raw().body())
                .startsWith("section,row,name,value")
                .contains("profile,1,email_address," + ADDRESS)
                .contains("profile,1,first_name,'=HYPERLINK(1)");
        assertThat(server.get("/ext/v1/subscribers/99/export").status()).isEqualTo(404);
        assertThat(server.get("/ext/v1/subscribers/" + reader.id() + "/export?format=xml")
                        .status())
                .isEqualTo(422);
    }
}
