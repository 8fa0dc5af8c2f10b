package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.immediate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Reader;
import reynard.testing.TestServer.Sequence;

@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScannerLogsTest {
    private final TestServer server = TestServer.start();
    private Sequence sequence;
    private int readers;

    @BeforeAll
    void write() {
        var links = IntStream.rangeClosed(1, 5)
                .mapToObj(i -> "<a href='https://shop.example/%d'>link%d</a>".formatted(i, i))
                .toList();
        sequence = server.sequence(immediate("Hello").saying(String.join(" ", links)));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /// A request of a log.
    record Line(Duration after, String method, String target, Map<String, String> headers) {}

    /// What happened with one email.
    record Log(String name, List<Line> lines, int opens, int clicks) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Log> logs() {
        var logs = new ArrayList<Log>();
        var lines = new ArrayList<Line>();
        var name = "";
        for (var line : text().lines().skip(5).toList()) {
            if (line.startsWith("# ")) {
                name = line.substring(2);
            } else if (line.startsWith("= ")) {
                var figures = line.split(" ");
                logs.add(new Log(name, List.copyOf(lines), Integer.parseInt(figures[1]), Integer.parseInt(figures[2])));
                lines.clear();
            } else if (!line.isBlank()) {
                lines.add(line(line));
            }
        }
        return logs.stream();
    }

    private static String text() {
        try (var stream = ScannerLogsTest.class.getResourceAsStream("/tracking/scanner-logs.txt")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Line line(String line) {
        var parts = line.split(" +", 5);
        var headers = new LinkedHashMap<String, String>();
        headers.put("User-Agent", parts.length > 4 ? parts[4] : "");
        int equals = parts[3].indexOf('=');
        if (equals > 0) {
            headers.put(parts[3].substring(0, equals), parts[3].substring(equals + 1));
        }
        return new Line(
                Duration.ofMillis(new BigDecimal(parts[0]).movePointRight(3).longValueExact()),
                parts[1],
                parts[2],
                headers);
    }

    private List<Integer> figures() {
        server.settle();
        var stats = sequence.showEmail("Hello").get("stats");
        return List.of(stats.get("opens").asInt(), stats.get("clicks").asInt());
    }

    private static String path(Reader reader, String target) {
        return switch (target) {
            case "picture" -> reader.pixel();
            case "leave" -> {
                var header = reader.lastMail()
                        .at("/headers/List-Unsubscribe")
                        .asText()
                        .strip();
                yield header.substring("<https://mail.example.com".length(), header.length() - 1);
            }
            default -> reader.link(target);
        };
    }

    @ParameterizedTest
    @MethodSource("logs")
    void what_people_do_counts_and_what_machines_do_changes_nothing(Log log) {
        var before = figures();
        var reader = server.subscriber("reader" + readers++ + "@example.org", sequence);
        server.settle();
        var sentAt = server.now();

        for (var line : log.lines()) {
            server.advanceTo(sentAt.plus(line.after()).toString());
            var answer = server.send(line.method(), path(reader, line.target()), null, line.headers());
            assertThat(answer.status()).isEqualTo(line.target().startsWith("link") ? 302 : 200);
        }

        var after = figures();
        assertThat(List.of(after.get(0) - before.get(0), after.get(1) - before.get(1)))
                .containsExactly(log.opens(), log.clicks());
        assertThat(reader.state()).isEqualTo("active");
    }
}
