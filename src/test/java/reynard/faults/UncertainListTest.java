package reynard.faults;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reynard.db.Database;
import reynard.delivery.smtp.Relay;
import reynard.testing.FakeSmtp;
import reynard.testing.FakeSmtp.Received;
import reynard.testing.FakeSmtp.Verb;
import reynard.testing.ServerProcess;
import reynard.testing.TestDatabase;
import reynard.testing.TestServer;

/// What `GET /ext/v1/deliveries` lists after a kill, held against what the relay knows.
@DisplayNameGeneration(ReplaceUnderscores.class)
@Timeout(60)
class UncertainListTest {
    /// A domain begins with a quarter of them, and each email gets one here.
    private static final int CONNECTIONS = 48;

    /// What the relay does with an email, and what its sequence wants where nobody knows.
    private static final List<String> FATES = Stream.of("answered", "stored", "silent")
            .flatMap(fate -> Stream.of(fate + "-resend", fate + "-hold"))
            .flatMap(fate -> Stream.of(fate + "-1@example.org", fate + "-2@example.org"))
            .toList();

    private static Set<String> those(String... beginnings) {
        return FATES.stream()
                .filter(address -> Stream.of(beginnings).anyMatch(address::startsWith))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void after_a_kill_exactly_those_are_listed_that_the_relay_gets_twice_or_never_answered() throws Exception {
        var database = TestDatabase.fresh(Database::migrate);
        try (var relay = FakeSmtp.start()) {
            enroll(database, relay);
            relay.on(Verb.DOT).to("stored").storing().staysSilent();
            relay.on(Verb.DOT).to("silent").staysSilent();
            kill(database, relay);
            relay.hangUp();
            relay.behave();

            try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
                server.settle();
                var uncertain = listed(server, "uncertain");
                var held = listed(server, "held");
                assertThat(uncertain).isEqualTo(those("stored-resend", "silent-resend"));
                assertThat(held).isEqualTo(those("stored-hold", "silent-hold"));
                assertThat(listed(server, "sent")).isEqualTo(those("answered"));

                server.advance(ofMinutes(2));

                var copies = relay.messages().stream().collect(Collectors.groupingBy(Received::recipient));
                assertThat(copies.keySet()).isEqualTo(without(Set.copyOf(FATES), those("silent-hold")));
                var twice = copies.entrySet().stream()
                        .filter(entry -> entry.getValue().size() == 2)
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
                assertThat(twice).isEqualTo(those("stored-resend")).isSubsetOf(uncertain);
                assertThat(copies.values()).allSatisfy(same -> {
                    assertThat(same).hasSizeLessThanOrEqualTo(2);
                    assertThat(same.stream().map(Received::content).distinct()).hasSize(1);
                });
                assertThat(without(uncertain, twice)).isEqualTo(those("silent-resend"));
                assertThat(listed(server, "uncertain")).isEmpty();
                assertThat(listed(server, "held")).isEqualTo(held);
            }
        } finally {
            TestDatabase.drop(database);
        }
    }

    private static void enroll(String database, FakeSmtp relay) {
        try (var server = TestServer.on(database, Relay.parse(relay.url()))) {
            var resend = server.sequence(immediate("Hello"));
            var hold = server.sequence(immediate("Hello"));
            server.put("/ext/v1/sequences/" + hold.id(), "{\"on_uncertain\":\"hold\"}");
            FATES.forEach(address -> server.subscriber(address, address.contains("hold") ? hold : resend));
        }
    }

    /// A server sends all, and dies when everything has been said that the relay says.
    private static void kill(String database, FakeSmtp relay) throws Exception {
        int marked = those("stored", "silent").size();
        int sent = those("answered").size();
        try (var process = ServerProcess.start(database, relay.url() + "?connections=" + CONNECTIONS);
                var http = HttpClient.newHttpClient();
                var rows = new Rows(database)) {
            var advance = http.sendAsync(
                    Course.request(process, "/ext/v1/clock/advance")
                            .POST(HttpRequest.BodyPublishers.ofString("{\"by\":\"PT0S\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            relay.awaitMessages(sent + those("stored").size());
            while (rows.number("select count(*) from delivery where at_dot and uncertain_at is null") < marked
                    || rows.number("select count(*) from delivery where state = 'sent'") < sent) {
                Course.pause(Duration.ofMillis(10));
            }
            process.kill();
            advance.cancel(true);
        }
    }

    private static Set<String> listed(TestServer server, String state) {
        var addresses = new TreeSet<String>();
        server.get("/ext/v1/deliveries?per_page=1000&state=" + state)
                .at("/deliveries")
                .forEach(row -> addresses.add(
                        server.get("/v4/subscribers/" + row.get("subscriber_id").asLong())
                                .at("/subscriber/email_address")
                                .asText()));
        return addresses;
    }

    private static Set<String> without(Collection<String> all, Collection<String> some) {
        var rest = new TreeSet<>(all);
        rest.removeAll(some);
        return rest;
    }
}
