package reynard.model;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import reynard.testing.TestServer;

/// Random histories, from a seed, lived through by the model and a server at once and compared after every step of the
/// clock. A history in which they differ is cut down to what still shows the difference.
public final class Histories {
    private static final int STEPS = 6;
    private static final int OPS_MAX = 6;
    private static final Duration UNTIL_ALL_IS_OVER = Duration.ofDays(120);
    private static final int SHORTENING_MAX = 80;

    private Histories() {}

    /// What the clock does, the same for all histories of a batch.
    private record Tape(Instant start, List<Duration> steps) {
        static Tape of(Random random) {
            // Two years, so that clocks change in some of them.
            var start = Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(random.nextInt(2 * 365 * 24)));
            var steps = new ArrayList<Duration>();
            for (int i = 0; i < STEPS; i++) {
                steps.add(
                        random.nextBoolean()
                                ? Duration.ofMinutes(30L * random.nextInt(1, 60))
                                : Duration.ofHours(24L * random.nextInt(1, 5)));
            }
            return new Tape(start, steps);
        }
    }

    /// What is done before each step of the clock, and at last.
    private record History(List<List<Op>> ops) {
        History without(int step, int op) {
            var fewer = new ArrayList<List<Op>>();
            for (int i = 0; i < ops.size(); i++) {
                var some = new ArrayList<>(ops.get(i));
                if (i == step) {
                    some.remove(op);
                }
                fewer.add(some);
            }
            return new History(fewer);
        }

        History upTo(int step) {
            var fewer = new ArrayList<List<Op>>();
            for (int i = 0; i < ops.size(); i++) {
                fewer.add(i <= step ? ops.get(i) : List.of());
            }
            return new History(fewer);
        }
    }

    /// Lives through a batch of histories on one server.
    ///
    /// @return how the model and the server differ, and by what; empty when they agree
    public static Optional<String> differ(long seed, int count) {
        var tape = Tape.of(new Random(seed));
        var histories = new ArrayList<History>();
        for (int i = 0; i < count; i++) {
            histories.add(new History(new ArrayList<>()));
        }
        var failure = live(tape, histories, Optional.of(seed));
        return failure.map(found -> {
            var shortest = shortened(tape, found);
            return "seed " + seed + ", history " + found.number() + " of " + count + ":\n" + told(tape, shortest);
        });
    }

    private record Failure(int number, int step, History history, String what) {}

    private static Failure shortened(Tape tape, Failure found) {
        int tries = 0;
        var cut = again(tape, found.history().upTo(found.step()));
        if (cut.isEmpty()) {
            return found;
        }
        var shortest = cut.get();
        for (int step = shortest.history().ops().size() - 1; step >= 0; step--) {
            for (int op = shortest.history().ops().get(step).size() - 1; op >= 0 && tries < SHORTENING_MAX; op--) {
                tries++;
                var without = again(tape, shortest.history().without(step, op));
                if (without.isPresent()) {
                    shortest = without.get();
                }
            }
        }
        return shortest;
    }

    private static Optional<Failure> again(Tape tape, History history) {
        return live(tape, List.of(history), Optional.empty());
    }

    private static String told(Tape tape, Failure failure) {
        var text = new StringBuilder();
        var at = tape.start();
        for (int step = 0; step < failure.history().ops().size(); step++) {
            text.append(at).append('\n');
            failure.history()
                    .ops()
                    .get(step)
                    .forEach(op -> text.append("    ").append(op).append('\n'));
            at = step < STEPS ? at.plus(tape.steps().get(step)) : at;
        }
        return text.append(failure.what()).toString();
    }

    /// @param seed of the batch: what is done is made up on the way; empty: as the histories have it
    private static Optional<Failure> live(Tape tape, List<History> histories, Optional<Long> seed) {
        // Who differs has left the database as it should not be, so it is looked at here.
        try (var server = TestServer.at(tape.start().toString()).unaudited()) {
            var lives = new ArrayList<Life>();
            var generators = new ArrayList<Generator>();
            for (int i = 0; i < histories.size(); i++) {
                var life = new Life("h" + i, server, tape.start());
                lives.add(life);
                generators.add(new Generator(new Random(seed.orElse(0L) * 1_000 + i), life.model()));
            }
            for (int step = 0; step <= STEPS; step++) {
                for (int i = 0; i < lives.size(); i++) {
                    var history = histories.get(i);
                    try {
                        if (seed.isPresent()) {
                            history.ops().add(new ArrayList<>());
                        }
                        act(lives.get(i), history, step, seed.isPresent() ? generators.get(i) : null);
                    } catch (Life.Difference e) {
                        return Optional.of(failure(lives, histories, i, step, e.getMessage()));
                    }
                }
                var by = step < STEPS ? tape.steps().get(step) : UNTIL_ALL_IS_OVER;
                server.advance(by);
                for (var life : lives) {
                    life.model().advance(life.model().now.plus(by));
                }
                var failed = compare(server, lives, histories, step);
                if (failed.isPresent()) {
                    return failed;
                }
            }
            var violations = server.violations();
            if (!violations.isEmpty()) {
                return Optional.of(failure(lives, histories, 0, STEPS, "the auditor finds " + violations));
            }
            return Optional.empty();
        }
    }

    private static void act(
            Life life, History history, int step, @org.jspecify.annotations.Nullable Generator generator) {
        if (generator == null) {
            if (step < history.ops().size()) {
                history.ops().get(step).forEach(life::act);
            }
        } else {
            var ops = history.ops().get(step);
            if (step == 0) {
                for (var op : generator.beginning()) {
                    ops.add(op);
                    life.act(op);
                }
            }
            for (int more = generator.count(OPS_MAX); more > 0; more--) {
                var op = generator.next();
                ops.add(op);
                life.act(op);
            }
        }
        if (generator == null || step == STEPS || generator.isCurious()) {
            life.ask();
        }
    }

    private static Failure failure(
            List<Life> lives,
            List<History> histories,
            int number,
            int step,
            @org.jspecify.annotations.Nullable String what) {
        return new Failure(
                number,
                step,
                histories.get(number),
                what + "\n" + lives.get(number).legend());
    }

    private static Optional<Failure> compare(TestServer server, List<Life> lives, List<History> histories, int step) {
        var stored = Stored.read(server);
        for (int i = 0; i < lives.size(); i++) {
            var life = lives.get(i);
            try {
                same("standings", stored.standings(life), life.standings());
                same("ledger", stored.ledger(life), life.ledger());
                life.compareForetold();
                if (step == STEPS) {
                    life.compareInboxes();
                }
            } catch (Life.Difference e) {
                return Optional.of(
                        failure(lives, histories, i, step, "at " + life.model().now + ": " + e.getMessage()));
            }
        }
        return Optional.empty();
    }

    private static void same(String what, Object server, Object model) {
        if (!server.equals(model)) {
            throw new Life.Difference(what + " differ\n  server " + server + "\n  model  " + model);
        }
    }

    /// Where everybody stands on the server, and what it has done.
    private record Stored(Map<Long, Map<String, String>> standings, Map<Long, List<String>> ledger) {
        static Stored read(TestServer server) {
            var standings = new HashMap<Long, Map<String, String>>();
            var ledger = new HashMap<Long, List<String>>();
            try (var connection = DriverManager.getConnection(server.databaseUrl());
                    var statement = connection.createStatement()) {
                try (var rows = statement.executeQuery("""
                        select sequence_id, subscriber_id, run, state, parked_because, next_email_id, due_at
                          from enrollment
                        """)) {
                    while (rows.next()) {
                        var state = rows.getString("state");
                        var standing = switch (state) {
                            case "waiting" ->
                                "waiting for " + rows.getLong("next_email_id") + " at "
                                        + rows.getObject("due_at", OffsetDateTime.class)
                                                .toInstant();
                            case "parked" -> rows.getString("parked_because");
                            default -> state;
                        };
                        standings
                                .computeIfAbsent(rows.getLong(1), _ -> new TreeMap<>())
                                .put(
                                        rows.getLong(1) + "/" + rows.getLong(2),
                                        "run " + rows.getInt("run") + " " + standing);
                    }
                }
                try (var rows = statement.executeQuery("""
                        select sequence_id, subscriber_id, run, sequence_email_id, state, settled_at from delivery
                        """)) {
                    while (rows.next()) {
                        ledger.computeIfAbsent(rows.getLong(1), _ -> new ArrayList<>())
                                .add(rows.getLong(1) + "/" + rows.getLong(2) + " run " + rows.getInt(3) + " email "
                                        + rows.getLong(4) + " " + rows.getString(5) + " "
                                        + rows.getObject(6, OffsetDateTime.class)
                                                .toInstant());
                    }
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return new Stored(standings, ledger);
        }

        Map<String, String> standings(Life life) {
            var own = new TreeMap<String, String>();
            standings.forEach((sequence, members) -> {
                if (life.owns(sequence)) {
                    own.putAll(members);
                }
            });
            return own;
        }

        List<String> ledger(Life life) {
            var own = new ArrayList<String>();
            ledger.forEach((sequence, rows) -> {
                if (life.owns(sequence)) {
                    own.addAll(rows);
                }
            });
            return own.stream().sorted().toList();
        }
    }
}
