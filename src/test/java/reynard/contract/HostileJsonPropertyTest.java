package reynard.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import reynard.testing.TestServer;

/// Thousands of bodies, valid and broken, to everything that takes one: the server never fails, and what it refuses it
/// refuses with JSON.
class HostileJsonPropertyTest {
    private static final List<String> FIELDS = List.of(
            "name",
            "label",
            "email_address",
            "first_name",
            "state",
            "fields",
            "role",
            "subject",
            "preview_text",
            "content",
            "delay_value",
            "delay_unit",
            "send_days",
            "send_hour",
            "time_zone",
            "email_template_id",
            "published",
            "position",
            "active",
            "repeat",
            "hold",
            "exclude_subscriber_sources",
            "type",
            "ids",
            "anything");
    private static final List<String> LIKELY = List.of(
            "null",
            "true",
            "false",
            "0",
            "1",
            "-1",
            "9",
            "24",
            "2.0",
            "1e400",
            "9223372036854775807",
            "9223372036854775808",
            "1e-7",
            "\"\"",
            "\" \"",
            "\"x\"",
            "\"days\"",
            "\"hours\"",
            "\"monday\"",
            "\"active\"",
            "\"cancelled\"",
            "\"Etc/UTC\"",
            "\"a@example.org\"",
            "\"author@example.com\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"a\\r\\nb\"",
            "\"🦊\"",
            "\"{{ x\"",
            "\"'; drop table tag; --\"",
            "[]",
            "{}",
            "[\"monday\"]",
            "[null]",
            "{\"role\":1e400}",
            "{\"role\":null}",
            "{\"role\":[]}",
            "[{\"type\":\"tag\",\"ids\":[1]}]",
            "{\"\":\"\"}");

    private static @Nullable TestServer server;
    private static final List<String> ROUTES = new ArrayList<>();

    @BeforeContainer
    static void start() {
        var started = TestServer.start();
        server = started;
        started.field("Role");
        var sequence = started.sequence(TestServer.immediate("Hello"));
        long tag = started.tag("VIP");
        long subscriber = started.subscriber("z@example.org").id();
        ROUTES.addAll(List.of(
                "POST /v4/subscribers",
                "PUT /v4/subscribers/" + subscriber,
                "POST /v4/subscribers/" + subscriber + "/unsubscribe",
                "POST /v4/custom_fields",
                "POST /v4/tags",
                "POST /v4/tags/" + tag + "/subscribers",
                "DELETE /v4/tags/" + tag + "/subscribers",
                "POST /v4/tags/" + tag + "/subscribers/" + subscriber,
                "POST /v4/sequences",
                "PUT " + sequence.path(),
                "POST " + sequence.path() + "/subscribers",
                "POST " + sequence.path() + "/subscribers/" + subscriber,
                "POST " + sequence.path() + "/emails",
                "PUT " + sequence.path() + "/emails/" + sequence.email("Hello")));
    }

    @AfterContainer
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.BOUNDED)
    void no_body_makes_the_server_fail(@ForAll("bodies") String body) {
        for (var route : ROUTES) {
            var parts = route.split(" ", 2);
            var answer = java.util.Objects.requireNonNull(server).send(parts[0], parts[1], body);
            assertThat(answer.status()).as(route + " " + body).isLessThan(500);
            if (answer.status() >= 400) {
                assertThat(answer.errors()).as(route + " " + body).isNotEmpty().noneMatch(String::isBlank);
                assertThat(answer.raw().body()).doesNotContain("Exception", "at reynard");
            }
        }
    }

    @Provide
    Arbitrary<String> bodies() {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(8, objects(values())),
                net.jqwik.api.Tuple.of(1, values()),
                net.jqwik.api.Tuple.of(1, broken()));
    }

    private static Arbitrary<String> values() {
        Arbitrary<String> texts = Arbitraries.strings().ofMaxLength(30).map(HostileJsonPropertyTest::quoted);
        Arbitrary<String> numbers = Arbitraries.longs().map(String::valueOf);
        Arbitrary<String> leaves = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(6, Arbitraries.of(LIKELY)),
                net.jqwik.api.Tuple.of(2, texts),
                net.jqwik.api.Tuple.of(1, numbers));
        return Arbitraries.lazyOf(() -> leaves, () -> leaves, () -> objects(leaves), () -> arrays(leaves));
    }

    private static Arbitrary<String> objects(Arbitrary<String> values) {
        return Combinators.combine(Arbitraries.of(FIELDS), values)
                .as((name, value) -> quoted(name) + ":" + value)
                .list()
                .ofMaxSize(8)
                .uniqueElements(member -> member.substring(0, member.indexOf(':')))
                .map(members -> members.stream().collect(Collectors.joining(",", "{", "}")));
    }

    private static Arbitrary<String> arrays(Arbitrary<String> values) {
        return values.list().ofMaxSize(4).map(items -> items.stream().collect(Collectors.joining(",", "[", "]")));
    }

    private static Arbitrary<String> broken() {
        return Combinators.combine(
                        objects(Arbitraries.of(LIKELY)), Arbitraries.integers().between(0, 100))
                .as((text, percent) -> text.substring(0, text.length() * percent / 100));
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(unit -> {
            if (unit == '"' || unit == '\\' || unit < ' ' || (unit >= 0xD800 && unit <= 0xDFFF)) {
                quoted.append("\\u%04x".formatted(unit));
            } else {
                quoted.append((char) unit);
            }
        });
        return quoted.append('"').toString();
    }
}
