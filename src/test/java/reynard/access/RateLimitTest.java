package reynard.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import reynard.app.Settings;
import reynard.db.Database;
import reynard.net.Proxies;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RateLimitTest {
    private final TestServer server = TestServer.with(
            new Settings.Access(Optional.of(RateLimit.KIT), false, 300_000_000, Proxies.parse("127.0.0.1")));
    private String key = "";

    @BeforeEach
    void begin() {
        key = server.stranger();
        server.useKey(key);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static Answer call(TestServer server, Map<String, String> credential) {
        return server.send("GET", "/v4/tags", null, credential);
    }

    private Map<String, String> byKey() {
        return Map.of("X-Kit-Api-Key", key);
    }

    private static int passed(TestServer server, Map<String, String> credential, int calls) {
        int passed = 0;
        for (int i = 0; i < calls; i++) {
            passed += call(server, credential).status() == 200 ? 1 : 0;
        }
        return passed;
    }

    @Test
    void a_key_has_120_requests_until_the_minute_has_moved_on() {
        assertThat(passed(server, byKey(), 120)).isEqualTo(120);

        var refused = call(server, byKey());
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.errors()).containsExactly("Rate limit exceeded. Please try again later.");
        var retryAfter = refused.raw().headers().firstValue("Retry-After").orElseThrow();
        assertThat(Integer.parseInt(retryAfter)).isBetween(60, 61);

        var other = Map.of("X-Kit-Api-Key", TestServer.API_KEY);
        assertThat(call(server, other).status()).as("another key").isEqualTo(200);
        server.useKey(TestServer.API_KEY);
        server.advance(Duration.ofSeconds(59));
        assertThat(call(server, byKey()).status()).isEqualTo(429);
        server.advance(Duration.ofSeconds(2));
        assertThat(passed(server, byKey(), 121)).isEqualTo(120);
    }

    @Test
    void a_token_has_600() {
        var token = Map.of("Authorization", "Bearer " + server.token());

        assertThat(passed(server, token, 610)).isEqualTo(600);
        assertThat(call(server, byKey()).status())
                .as("the key of the same account")
                .isEqualTo(200);
    }

    @Test
    void the_minute_moves_on_and_does_not_begin_anew() {
        assertThat(passed(server, byKey(), 60)).isEqualTo(60);
        server.useKey(TestServer.API_KEY);
        server.advance(Duration.ofSeconds(40));
        assertThat(passed(server, byKey(), 100)).isEqualTo(60);
        server.advance(Duration.ofSeconds(22));
        assertThat(passed(server, byKey(), 100)).isBetween(58, 60);
    }

    @Test
    void two_nodes_count_together() {
        try (var other = server.another()) {
            int passed = 0;
            for (int i = 0; i < 80; i++) {
                passed += passed(server, byKey(), 1) + passed(other, byKey(), 1);
            }
            assertThat(passed).isEqualTo(120);
        }
    }

    @Test
    void five_hundred_wrong_keys_from_one_address_are_401_and_then_429_and_good_keys_still_open() {
        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 1_000; i++) {
            statuses.add(call(server, Map.of("X-Kit-Api-Key", "wrong-key-" + i)).status());
        }

        assertThat(statuses.subList(0, 500)).containsOnly(401);
        assertThat(statuses.subList(500, 1_000)).containsOnly(429);
        assertThat(call(server, Map.of("Authorization", "Bearer wrong")).status())
                .isEqualTo(429);
        assertThat(call(server, Map.of("X-Kit-Api-Key", "wrong", "X-Forwarded-For", "203.0.113.9"))
                        .status())
                .as("somebody else behind the same proxy")
                .isEqualTo(401);
        assertThat(call(server, Map.of()).status())
                .as("no credential is no guess")
                .isEqualTo(401);
        assertThat(call(server, byKey()).status()).isEqualTo(200);
    }

    @Test
    void far_from_the_limit_a_request_costs_no_statement_of_its_own() {
        var statements = new ArrayList<String>();
        try (var database = Database.open(server.databaseUrl(), 2)) {
            database.watch(statements::add);
            var rations = new Rations(database);
            var ration = new Ration(6_000, Duration.ofMinutes(1));
            var now = Instant.parse("2030-01-01T00:00:00Z");
            for (int i = 0; i < 1_000; i++) {
                assertThat(rations.take("busy", ration, now.plusMillis(i * 10L)))
                        .isInstanceOf(Rations.Taking.Taken.class);
            }
        }
        assertThat(statements).hasSizeLessThan(50);
    }

    @Test
    void many_nodes_never_hand_out_more_than_there_is_in_any_minute() {
        try (var database = Database.open(server.databaseUrl(), 2)) {
            var nodes = List.of(new Rations(database), new Rations(database), new Rations(database));
            var ration = new Ration(50, Duration.ofMinutes(1));
            var start = Instant.parse("2031-01-01T00:00:00Z");
            var taken = new ArrayList<Instant>();
            for (int i = 0; i < 1_200; i++) {
                var now = start.plusMillis(i * 250L);
                if (nodes.get(i % 3).take("shared", ration, now) instanceof Rations.Taking.Taken) {
                    taken.add(now);
                }
            }
            // What is taken five seconds early counts five seconds early.
            var minute = Duration.ofSeconds(55);
            for (int i = 0; i + 50 < taken.size(); i++) {
                assertThat(Duration.between(taken.get(i), taken.get(i + 50))).isGreaterThan(minute);
            }
            assertThat(taken).hasSizeBetween(200, 255);
        }
    }

    @Test
    void what_no_longer_counts_is_forgotten() {
        try (var database = Database.open(server.databaseUrl(), 2)) {
            var rations = new Rations(database);
            var ration = new Ration(2, Duration.ofMinutes(1));
            var now = Instant.parse("2029-01-01T00:00:00Z");
            rations.take("old", ration, now);
            rations.take("old", ration, now);
            assertThat(rations.take("old", ration, now)).isInstanceOf(Rations.Taking.Refused.class);

            rations.sweep(now.plusSeconds(30));
            assertThat(rations.take("old", ration, now.plusSeconds(30))).isInstanceOf(Rations.Taking.Refused.class);
            assertThat(rations.sweep(now.plusSeconds(120))).isPositive();
            assertThat(rations.take("old", ration, now.plusSeconds(120))).isInstanceOf(Rations.Taking.Taken.class);
        }
    }

    @Test
    void neighbours_in_one_network_count_as_one() {
        assertThat(Rations.network("192.0.2.7")).isEqualTo("192.0.2.7");
        assertThat(Rations.network("[2001:db8:0:1:1:2:3:4]")).isEqualTo(Rations.network("2001:db8:0:1::9%eth0"));
        assertThat(Rations.network("2001:db8:0:2::9")).isNotEqualTo(Rations.network("2001:db8:0:1::9"));
        assertThat(Rations.network("::ffff:192.0.2.7")).isEqualTo("192.0.2.7");
        assertThat(Rations.network("nonsense:")).isEqualTo("nonsense:");
    }
}
