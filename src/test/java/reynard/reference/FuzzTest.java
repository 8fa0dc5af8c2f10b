package reynard.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.ApiDocument;
import reynard.testing.ApiDocument.Operation;
import reynard.testing.TestServer;

/// Thousands of requests made from our document, good ones and broken ones: the server never fails, and every answer is
/// as described. Request number n comes from the seed and n alone, but for the ids, which the server gives.
@DisplayNameGeneration(ReplaceUnderscores.class)
class FuzzTest {
    private static final int REQUESTS = Integer.getInteger("reynard.fuzz.requests", 10_000);
    private static final long SEED = Long.getLong("reynard.fuzz.seed", new SplittableRandom().nextLong());
    private static final int CLIENTS = 6;
    private static final long NOBODYS = 999_999_999_999L;
    private static final Pattern ID = Pattern.compile("([^/]+)/\\{([^}]+)}");
    private static final List<String> GARBAGE =
            List.of("0", "-1", "x", "1e3", "9223372036854775808", "%00", "%E2%80%A8", "1;drop", "..%2F..", "%27");

    private record Request(Operation operation, String path, byte @Nullable [] body, String key) {
        @Override
        public String toString() {
            var text = body == null ? "no body" : new String(body, StandardCharsets.UTF_8);
            return operation.verb() + " " + path + "\n" + text.substring(0, Math.min(2_000, text.length()));
        }
    }

    @Test
    void no_request_makes_the_server_fail_and_every_answer_is_as_described() throws InterruptedException {
        var failures = new ConcurrentLinkedQueue<String>();
        var statuses = new ConcurrentHashMap<Integer, AtomicInteger>();
        var succeeded = ConcurrentHashMap.<String>newKeySet();
        try (var server = TestServer.with(Belongings.ACCESS)) {
            var other = Belongings.make(server, server.stranger(), "b@example.org");
            var own = Belongings.make(server, TestServer.API_KEY, "a@example.org");
            var operations = operations(server);
            var next = new AtomicInteger();
            var made = new ConcurrentHashMap<String, Queue<Long>>();
            try (var clients =
                    Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
                for (int client = 0; client < CLIENTS; client++) {
                    clients.execute(() -> {
                        for (int n = next.getAndIncrement(); n < REQUESTS; n = next.getAndIncrement()) {
                            var request = request(n, operations, own, other, made);
                            int status = send(server, n, request, failures, made);
                            statuses.computeIfAbsent(status, _ -> new AtomicInteger())
                                    .incrementAndGet();
                            if (status / 100 == 2) {
                                succeeded.add(request.operation().toString());
                            }
                        }
                    });
                }
            }
            assertThat(failures).as("seed " + SEED).isEmpty();
            // If nearly everything were refused at the door, nothing would have been tried.
            assertThat(succeeded)
                    .as("operations that ever succeeded: " + statuses)
                    .hasSizeGreaterThan(operations.size() * 2 / 3);
        }
    }

    private static List<Operation> operations(TestServer server) {
        var routes = server.routes().stream()
                .map(route -> route.verb() + " " + route.path())
                .toList();
        return ApiDocument.OURS.operations().stream()
                .filter(operation -> routes.contains(operation.toString()))
                // Nothing has come back here.
                .filter(operation -> !operation.path().contains("/feedback/"))
                // A page is for people, and time would go by faster than the people get their mail.
                .filter(operation -> !operation.path().startsWith("/docs/")
                        && !operation.path().equals("/ext/v1/clock/advance"))
                .toList();
    }

    private static Request request(
            int n, List<Operation> operations, Belongings own, Belongings other, Map<String, Queue<Long>> made) {
        var random = new SplittableRandom(SEED + n);
        var generator = new Generator(random, generatorsOwner(random, own, other));
        var operation = generator.pick(operations);
        return new Request(
                operation,
                path(operation, generator, own, other, made) + query(operation, generator),
                body(operation, generator),
                generator.chance(97) ? own.key() : "wrong-key");
    }

    private static Belongings generatorsOwner(SplittableRandom random, Belongings own, Belongings other) {
        return random.nextInt(100) < 90 ? own : other;
    }

    private static String path(
            Operation operation, Generator generator, Belongings own, Belongings other, Map<String, Queue<Long>> made) {
        var path = new StringBuilder();
        var ids = ID.matcher(operation.path());
        while (ids.find()) {
            // What is deleted is something that an earlier request has made, so that the rest has something to ask for.
            boolean deleted = operation.verb().equals("DELETE")
                    && ids.end() == operation.path().length()
                    && !ids.group(1).equals("subscribers");
            if (deleted) {
                var spare = made.getOrDefault(ids.group(1), new ConcurrentLinkedQueue<>())
                        .poll();
                ids.appendReplacement(path, ids.group(1) + "/" + (spare == null ? NOBODYS : spare));
                continue;
            }
            var id = operation.needsCredential() ? id(ids.group(1), ids.group(2), generator, own, other) : "token";
            ids.appendReplacement(path, Matcher.quoteReplacement(ids.group(1) + "/" + id));
        }
        return ids.appendTail(path).toString().replaceAll("\\{[^}]+}", "x");
    }

    private static String id(String noun, String parameter, Generator generator, Belongings own, Belongings other) {
        if (generator.chance(90)) {
            return Long.toString(own.id(noun, parameter));
        }
        return generator.chance(50)
                ? Long.toString(generator.chance(50) ? other.id(noun, parameter) : generator.number(1_000))
                : generator.pick(GARBAGE);
    }

    private static String query(Operation operation, Generator generator) {
        var parts = new ArrayList<String>();
        for (var parameter : ApiDocument.OURS.parameters(operation)) {
            boolean required = parameter.path("required").asBoolean();
            if (!parameter.path("in").asText().equals("query") || !(required || generator.chance(30))) {
                continue;
            }
            var value = generator.chance(75) ? generator.valid(parameter.path("schema")) : generator.hostile();
            parts.add(
                    parameter.path("name").asText() + "=" + encoded(value.isValueNode() ? value.asText() : "" + value));
        }
        if (generator.chance(3) && !parts.isEmpty()) {
            parts.add(parts.getFirst());
        }
        if (generator.chance(3)) {
            parts.add("unknown=" + encoded(generator.hostile().asText()));
        }
        return parts.isEmpty() ? "" : "?" + String.join("&", parts);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static byte @Nullable [] body(Operation operation, Generator generator) {
        var schema = ApiDocument.OURS.requestSchema(operation);
        if (schema.isEmpty()) {
            return generator.chance(90) ? null : "[]".getBytes(StandardCharsets.UTF_8);
        }
        var valid = generator.valid(schema.get());
        if (generator.chance(55)) {
            return bytes(valid.toString());
        }
        if (generator.chance(60)) {
            return bytes(generator.broken(valid).toString());
        }
        if (generator.chance(40)) {
            return bytes(generator.hostile().toString());
        }
        var text = valid.toString();
        var cut = bytes(text.substring(0, (int) generator.number(text.length() + 1L)));
        if (cut.length > 0 && generator.chance(50)) {
            cut[(int) generator.number(cut.length)] = (byte) generator.number(256);
        }
        return cut;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int send(
            TestServer server, int n, Request request, Queue<String> failures, Map<String, Queue<Long>> made) {
        try {
            var answer = server.send(
                    request.operation().verb(), request.path(), request.body(), Map.of("X-Kit-Api-Key", request.key()));
            if (answer.status() >= 500) {
                failures.add(n + ": " + answer.status() + " " + answer.raw().body() + " for " + request);
            }
            if (answer.status() == 201 && !request.operation().path().endsWith("}")) {
                var path = request.operation().path();
                made.computeIfAbsent(path.substring(path.lastIndexOf('/') + 1), _ -> new ConcurrentLinkedQueue<>())
                        .add(answer.body()
                                .path(answer.body().fieldNames().next())
                                .path("id")
                                .asLong());
            }
            return answer.status();
        } catch (AssertionError | RuntimeException e) {
            failures.add(n + ": " + e.getMessage() + " for " + request);
            return 0;
        }
    }
}
