package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reynard.delivery.smtp.Relay;
import reynard.delivery.smtp.ReplyClass;
import reynard.delivery.smtp.SendOutcome;
import reynard.delivery.smtp.Stage;
import reynard.id.DeliveryId;

/// The relays that mail goes to: which one takes which email, and which takes none at present.
///
/// A relay that names From domains takes mail from those and from what is below them, one that names none takes the
/// mail of all others. Among several, an email's own number decides by their weights: so it comes back to the same one
/// when it is tried again, as greylists want it. What a relay does not take at present goes to another that may, or
/// waits without an attempt being charged.
///
/// Among several, each holds at most its own share of what is claimed: one that is up and slow leaves the others
/// their mail, and takes what it has come to.
///
/// Whether a relay is down, and whether it refuses a From domain, is known to this process alone. Safe for many
/// threads.
public final class Relays {
    private static final Logger LOG = LoggerFactory.getLogger(Relays.class);
    private static final Duration DOWN_FIRST = Duration.ofSeconds(15);
    private static final Duration DOWN_LONGEST = Duration.ofMinutes(5);
    private static final Duration REFUSED = Duration.ofMinutes(15);
    private static final Duration TURN_LEAST = Duration.ofSeconds(1);
    private static final Duration TURN_MOST = Duration.ofMinutes(10);
    private static final double SAMPLE_WEIGHT = 0.2;

    /// How many emails are held for each connection: one is sent, another waits, and two more make a claim worth it.
    private static final int AHEAD = 4;
    /// How many wait at the most, whatever the number of connections: each is a letter in memory.
    private static final int AHEAD_MAX = 512;

    private final Map<Relay, Used> relays = new LinkedHashMap<>();

    private static final class Used {
        private final Relay relay;
        private final Breaker down = new Breaker(DOWN_FIRST, DOWN_LONGEST);
        private final Map<String, Breaker> refused = new LinkedHashMap<>();
        private final Optional<Pace> pace;
        /// How many it may hold, sent or waiting for a connection; without a limit where nobody else wants them.
        private final int share;
        private int held;
        /// How many attempts ended so, since the start.
        private final Map<String, Long> attempts = new TreeMap<>();
        /// How long it holds one, on average.
        private double seconds;
        /// When the last of those will have had its turn that found it full.
        private Instant booked = Instant.EPOCH;

        private Used(Relay relay, boolean alone) {
            this.relay = relay;
            this.share = alone ? Integer.MAX_VALUE : held(relay);
            this.pace = relay.terms().perMinute().map(Pace::new);
        }

        private Breaker refused(String fromDomain) {
            return refused.computeIfAbsent(fromDomain, _ -> new Breaker(REFUSED, REFUSED));
        }

        private boolean takes(String fromDomain, Instant now) {
            return down.passes(now)
                    && refused(fromDomain).passes(now)
                    && pace.map(it -> it.room(now) > 0).orElse(true);
        }

        /// When it may take mail from this domain again.
        private Instant takesAt(String fromDomain, boolean full, Instant now) {
            var at = pace.map(it -> it.at(now)).orElse(now);
            for (var breaker : List.of(down, refused(fromDomain))) {
                var probeAt = breaker.tripped().map(Breaker.Tripped::probeAt).orElse(now);
                at = probeAt.isAfter(at) ? probeAt : at;
            }
            return full ? later(at, later(booked, now.plus(TURN_LEAST))) : at;
        }

        /// The same, and the turn is taken.
        private Instant turn(String fromDomain, boolean full, Instant now) {
            var at = takesAt(fromDomain, full, now);
            if (full) {
                var next = at.plusMillis(Math.round(1_000 * seconds / share));
                booked = next.isAfter(now.plus(TURN_MOST)) ? booked : next;
            }
            return at;
        }

        private static Instant later(Instant one, Instant other) {
            return one.isBefore(other) ? other : one;
        }
    }

    public Relays(List<Relay> relays) {
        if (relays.isEmpty()) {
            throw new IllegalArgumentException("there must be a relay");
        }
        relays.forEach(relay -> this.relays.put(relay, new Used(relay, relays.size() == 1)));
    }

    /// Which way an email goes.
    sealed interface Choice {
        record Chosen(Relay relay) implements Choice {}

        /// None takes it before then.
        record Wait(Instant until) implements Choice {}

        /// None is for mail from this domain.
        record Nowhere() implements Choice {}
    }

    List<Relay> all() {
        return List.copyOf(relays.keySet());
    }

    /// How many emails may be on their way at a time.
    int connections() {
        return relays.keySet().stream().mapToInt(Relay::connections).sum();
    }

    /// How many emails may be held at a time, sent or waiting for a connection.
    int held() {
        return relays.keySet().stream().mapToInt(Relays::held).sum();
    }

    private static int held(Relay relay) {
        return relay.connections() + Math.min((AHEAD - 1) * relay.connections(), AHEAD_MAX);
    }

    /// Chooses a relay; once the email is sent or not, [#left] must follow.
    synchronized Choice choose(DeliveryId delivery, String fromDomain, Instant now) {
        var fitting = fitting(fromDomain);
        if (fitting.isEmpty()) {
            return new Choice.Nowhere();
        }
        return fitting.stream()
                .filter(used -> !isFull(used, now) && used.takes(fromDomain, now))
                .max(Comparator.comparingDouble(used -> score(delivery, used.relay)))
                .<Choice>map(used -> {
                    used.down.trying(now);
                    used.refused(fromDomain).trying(now);
                    used.pace.ifPresent(pace -> pace.take(now));
                    used.held++;
                    return new Choice.Chosen(used.relay);
                })
                .orElseGet(() -> new Choice.Wait(fitting.stream()
                        .min(Comparator.comparing(used -> used.takesAt(fromDomain, isFull(used, now), now)))
                        .map(used -> used.turn(fromDomain, isFull(used, now), now))
                        .orElseThrow()));
    }

    /// The relay does not hold the email any more that [#choose] gave it.
    synchronized void left(Relay relay, Duration took) {
        var used = used(relay);
        used.held--;
        used.seconds += SAMPLE_WEIGHT * (took.toMillis() / 1_000.0 - used.seconds);
    }

    /// The least that is worth claiming while one of several relays holds half of its share or less, and the others may
    /// be full; empty when there is none.
    synchronized OptionalInt worthClaiming() {
        return relays.values().stream()
                .filter(used -> relays.size() > 1 && used.held <= used.share / 2)
                .mapToInt(used -> used.share / 2)
                .min();
    }

    /// Whether it holds its share. That of relays that are down is nobody's.
    private boolean isFull(Used used, Instant now) {
        return used.held >= used.share
                && relays.values().stream().anyMatch(other -> other != used && other.down.passes(now));
    }

    private List<Used> fitting(String fromDomain) {
        var named = relays.values().stream()
                .filter(used -> used.relay.terms().names(fromDomain))
                .toList();
        return named.isEmpty()
                ? relays.values().stream()
                        .filter(used -> used.relay.terms().fromDomains().isEmpty())
                        .toList()
                : named;
    }

    /// The highest of these wins: each as often as its weight says, and the same for an email whatever the others do.
    private static double score(DeliveryId delivery, Relay relay) {
        long mixed = mixed(delivery.value() * 31 + relay.toString().hashCode());
        double between0And1 = ((mixed >>> 11) + 0.5) / (1L << 53);
        return -relay.terms().weight() / Math.log(between0And1);
    }

    /// Each bit of the result depends on each bit of the number (the finalizer of SplitMix64).
    private static long mixed(long number) {
        long z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /// How many emails are worth claiming now; a whole number that is never reached when nothing limits it.
    synchronized int room(Instant now) {
        long room = 0;
        for (var used : relays.values()) {
            if (used.down.passes(now)) {
                boolean probing = used.down.tripped().isPresent();
                int paced = used.pace.map(pace -> pace.room(now)).orElse(Integer.MAX_VALUE);
                room += probing ? Math.min(1, paced) : paced;
            }
        }
        return Math.clamp(room, 0, Integer.MAX_VALUE);
    }

    /// When there is room; now if there is.
    synchronized Instant roomAt(Instant now) {
        return relays.values().stream()
                .map(used -> {
                    var paced = used.pace.map(pace -> pace.at(now)).orElse(now);
                    var probeAt =
                            used.down.tripped().map(Breaker.Tripped::probeAt).orElse(now);
                    return probeAt.isAfter(paced) ? probeAt : paced;
                })
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /// Whether a relay has tripped since it was chosen.
    synchronized boolean isDown(Relay relay) {
        return used(relay).down.tripped().filter(tripped -> !tripped.probing()).isPresent();
    }

    /// How a try ended that [#choose] had let pass.
    synchronized void ended(Relay relay, String fromDomain, SendOutcome outcome, Instant now) {
        var used = used(relay);
        used.attempts.merge(word(outcome), 1L, Long::sum);
        if (relay.isDirect()) {
            // What one host does says nothing about the others.
            return;
        }
        switch (outcome) {
            case SendOutcome.Accepted _ -> {
                up(used);
                if (used.refused(fromDomain).succeeded()) {
                    LOG.info("{} takes mail from {} again", relay, fromDomain);
                }
            }
            case SendOutcome.Deferred(var stage, var reply) -> refused(used, fromDomain, stage, reply, now);
            case SendOutcome.Rejected(var stage, var reply) -> refused(used, fromDomain, stage, reply, now);
            case SendOutcome.Broken(var stage, var cause) -> {
                if (stage.compareTo(Stage.MAIL) < 0) {
                    down(used, cause, now);
                }
            }
            // The relay is there. What it said, if anything, was no refusal.
            case SendOutcome.Unsupported _ -> up(used);
            case SendOutcome.Stale _, SendOutcome.Unconfirmed _ -> {}
        }
    }

    /// One word for how an attempt ended; a refusal by whose fault it was.
    private static String word(SendOutcome outcome) {
        return switch (outcome) {
            case SendOutcome.Accepted _ -> "accepted";
            case SendOutcome.Unconfirmed _ -> "unconfirmed";
            case SendOutcome.Broken _, SendOutcome.Stale _ -> "broken";
            case SendOutcome.Unsupported _ -> "unsupported";
            case SendOutcome.Deferred(var stage, var reply) -> word(stage, reply);
            case SendOutcome.Rejected(var stage, var reply) -> word(stage, reply);
        };
    }

    private static String word(Stage stage, reynard.delivery.smtp.Reply reply) {
        return ReplyClass.of(stage, reply).name().toLowerCase(Locale.ROOT);
    }

    private static void refused(
            Used used, String fromDomain, Stage stage, reynard.delivery.smtp.Reply reply, Instant now) {
        if (stage.compareTo(Stage.MAIL) < 0) {
            down(used, reply.toString(), now);
            return;
        }
        up(used);
        if (ReplyClass.of(stage, reply) == ReplyClass.SENDER_FAULT
                && used.refused(fromDomain).failed(reply.toString(), now)) {
            LOG.error("{} refuses mail from {}, which waits now: {}", used.relay, fromDomain, reply);
        }
    }

    private static void down(Used used, String cause, Instant now) {
        if (used.down.failed(cause, now)) {
            LOG.error("{} is down, and its mail waits: {}", used.relay, cause);
        }
    }

    private static void up(Used used) {
        if (used.down.succeeded()) {
            LOG.info("{} is up again", used.relay);
        }
    }

    private Used used(Relay relay) {
        return Optional.ofNullable(relays.get(relay))
                .orElseThrow(() -> new IllegalArgumentException("not one of the relays: " + relay));
    }

    /// How a relay is doing.
    ///
    /// @param down why and since when it takes nothing; empty: it takes mail
    /// @param refused the same for the From domains that it refuses
    /// @param attempts since the start, by how they ended
    public record Condition(
            Relay relay, Optional<Trouble> down, Map<String, Trouble> refused, Map<String, Long> attempts) {
        public Condition {
            refused = Map.copyOf(refused);
            attempts = Map.copyOf(attempts);
        }
    }

    /// @param cause its last words
    /// @param probeAt when one email is tried again
    public record Trouble(Instant since, String cause, Instant probeAt) {}

    /// How each is doing, in the order of the settings.
    public synchronized List<Condition> conditions() {
        Function<Breaker.Tripped, Trouble> trouble =
                tripped -> new Trouble(tripped.since(), tripped.cause(), tripped.probeAt());
        var conditions = new ArrayList<Condition>();
        for (var used : relays.values()) {
            var refused = new LinkedHashMap<String, Trouble>();
            used.refused.forEach(
                    (domain, breaker) -> breaker.tripped().map(trouble).ifPresent(found -> refused.put(domain, found)));
            conditions.add(new Condition(used.relay, used.down.tripped().map(trouble), refused, used.attempts));
        }
        return conditions;
    }
}
