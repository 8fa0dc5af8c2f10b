package reynard.app;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import reynard.account.Accounts;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.delivery.Exchanges;
import reynard.delivery.Relays;
import reynard.delivery.Sender;
import reynard.enrollment.Brake;
import reynard.enrollment.Walker;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.net.Network;

/// Figures of this node for whoever watches it, in Prometheus' text form. What the database knows is asked for when
/// somebody looks.
final class MetricsEndpoints {
    private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final List<Delivery.State> UNRESOLVED = List.of(Delivery.State.UNCERTAIN, Delivery.State.HELD);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Accounts accounts;
    private final Deliveries deliveries;
    private final Walker walker;
    private final Sender sender;
    private final Relays relays;
    private final Brake brake;
    private final InstantSource clock;
    private final List<Network> watchers;
    private volatile Look look = new Look(0, 0, Map.of(), false);

    /// What the database knew when somebody looked last.
    ///
    /// @param senderLag since when the oldest email waits that may be sent, in seconds
    /// @param walkerLag since when the reader waits who is due longest
    /// @param unresolved deliveries of all accounts
    private record Look(double senderLag, double walkerLag, Map<Delivery.State, Long> unresolved, boolean paused) {}

    MetricsEndpoints(
            Accounts accounts,
            Deliveries deliveries,
            Walker walker,
            Sender sender,
            Exchanges exchanges,
            Relays relays,
            Brake brake,
            InstantSource clock,
            List<Network> watchers) {
        this.accounts = accounts;
        this.deliveries = deliveries;
        this.walker = walker;
        this.sender = sender;
        this.relays = relays;
        this.brake = brake;
        this.clock = clock;
        this.watchers = watchers;
        gauge("reynard.sender.lag.seconds", "How long the oldest email waits that may be sent", Look::senderLag);
        gauge("reynard.walker.lag.seconds", "How long the reader waits who is due longest", Look::walkerLag);
        gauge("reynard.sending.paused", "1 while all sending waits for the operator", it -> it.paused() ? 1 : 0);
        for (var state : UNRESOLVED) {
            Gauge.builder(
                            "reynard.deliveries.unresolved",
                            this,
                            it -> it.look.unresolved().getOrDefault(state, 0L))
                    .description("Emails of which nobody knows whether they arrived, or that wait for a person")
                    .tag("state", state.wireName())
                    .register(registry);
        }
        connections("busy", Sender::busyConnections);
        connections("idle", Sender::idleConnections);
        FunctionCounter.builder("reynard.emails.accepted", sender, Sender::accepted)
                .description("Emails that a relay has accepted")
                .register(registry);
        Gauge.builder("reynard.hosts.down", exchanges, Exchanges::down)
                .description("Hosts of recipients that are left out for a while")
                .register(registry);
        relays.conditions().forEach(this::relay);
        List.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ProcessorMetrics(), new UptimeMetrics())
                .forEach(binder -> binder.bindTo(registry));
    }

    private void gauge(String name, String description, ToDoubleFunction<Look> value) {
        Gauge.builder(name, this, it -> value.applyAsDouble(it.look))
                .description(description)
                .register(registry);
    }

    private void connections(String use, ToDoubleFunction<Sender> count) {
        Gauge.builder("reynard.connections", sender, count)
                .description("Open connections to relays")
                .tag("use", use)
                .register(registry);
    }

    private void relay(Relays.Condition known) {
        var name = known.relay().toString();
        relayGauge(
                "reynard.relay.up",
                "0 while a relay is taken for down",
                name,
                it -> it.down().isPresent() ? 0 : 1);
        relayGauge(
                "reynard.relay.refused.domains",
                "From domains whose mail a relay refuses again and again",
                name,
                it -> it.refused().size());
    }

    private void relayGauge(String name, String description, String relay, ToDoubleFunction<Relays.Condition> value) {
        Gauge.builder(name, this, it -> value.applyAsDouble(it.condition(relay)))
                .description(description)
                .tag("relay", relay)
                .register(registry);
    }

    private Relays.Condition condition(String relay) {
        return relays.conditions().stream()
                .filter(it -> it.relay().toString().equals(relay))
                .findFirst()
                .orElseThrow();
    }

    void register(Routes routes) {
        routes.open(Routes.Verb.GET, "/metrics", this::metrics);
    }

    private Reply metrics(Request request) {
        if (!mayWatch(request)) {
            return Reply.error(403, "The metrics are for this machine and the networks of --metrics-allow");
        }
        var now = clock.instant();
        look = new Look(
                lag(sender.oldestDueAt(), now),
                lag(walker.nextDueAt(), now),
                unresolved(),
                brake.standstill().isPresent());
        relays.conditions()
                .forEach(it -> it.attempts()
                        .keySet()
                        .forEach(word -> attempts(it.relay().toString(), word)));
        return new Reply(200, new Reply.Bytes(TYPE, registry.scrape(TYPE).getBytes(StandardCharsets.UTF_8)), Map.of());
    }

    /// Whoever comes by a proxy on this machine that nobody has named is not from this machine.
    private boolean mayWatch(Request request) {
        var address = InetAddress.ofLiteral(request.address());
        boolean isHere = address.isLoopbackAddress()
                && request.header("X-Forwarded-For").isEmpty()
                && request.header("Forwarded").isEmpty();
        return isHere || watchers.stream().anyMatch(network -> network.contains(address));
    }

    private static double lag(Optional<Instant> since, Instant now) {
        return since.map(at -> Math.max(0, Duration.between(at, now).toMillis() / 1_000.0))
                .orElse(0.0);
    }

    private Map<Delivery.State, Long> unresolved() {
        var sums = new EnumMap<Delivery.State, Long>(Delivery.State.class);
        accounts.all()
                .forEach(account ->
                        deliveries.unresolved(account).forEach((state, count) -> sums.merge(state, count, Long::sum)));
        return sums;
    }

    private void attempts(String relay, String word) {
        FunctionCounter.builder(
                        "reynard.attempts",
                        this,
                        it -> it.condition(relay).attempts().getOrDefault(word, 0L))
                .description("Attempts to send an email, by how they ended")
                .tag("relay", relay)
                .tag("outcome", word)
                .register(registry);
    }
}
