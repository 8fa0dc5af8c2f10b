package reynard.app;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.access.RateLimit;
import reynard.account.Vault;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.net.Network;
import reynard.net.Proxies;
import reynard.webhook.Reach;

/// How a server is set up.
///
/// @param port 0 for any free one
/// @param databaseUrl JDBC form; empty: the embedded PostgreSQL
/// @param publicUrl what links in emails begin with, without a slash at its end; empty: `http://localhost:port`
/// @param outgoing where mail goes to
/// @param bootstrapApiKey the key of the account that the first start creates; empty: a random one is shown
/// @param clockStart where a virtual clock begins; empty: now
/// @param brakeLimits when sending waits for the operator
/// @param tzdataDir a folder of compiled tz files that is used when its release is the newest
/// @param webhookReach which addresses webhooks may be posted to
/// @param vault seals the secrets in the database; empty: with a key in the data directory
public record Settings(
        String host,
        int port,
        Path dataDir,
        Optional<String> databaseUrl,
        Optional<String> publicUrl,
        Outgoing outgoing,
        Optional<String> bootstrapApiKey,
        Founder founder,
        boolean virtualClock,
        Optional<Instant> clockStart,
        Optional<Path> tzdataDir,
        Policies policies,
        Brake.Limits brakeLimits,
        Reach webhookReach,
        Optional<Vault> vault,
        Returns returns,
        Access access) {

    /// Where mail goes to, and how much of it to one domain.
    ///
    /// @param relays empty: the built-in inbox
    /// @param ehloName what this server calls itself; empty: the name of its machine
    /// @param domainRate how many emails go to one recipient domain in a minute; empty: no such limit
    /// @param dnsServer that is asked where domains lead; empty: those of the machine
    public record Outgoing(
            List<Relay> relays,
            Optional<Integer> domainRate,
            Optional<String> ehloName,
            Optional<InetSocketAddress> dnsServer) {
        public static final Outgoing INBOX =
                new Outgoing(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

        public Outgoing {
            relays = List.copyOf(relays);
        }

        public static Outgoing over(Relay relay) {
            return new Outgoing(List.of(relay), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /// Whether mail stays here.
        public boolean isInbox() {
            return relays.isEmpty();
        }
    }

    /// How mail that cannot be delivered comes back, and what providers report.
    ///
    /// @param domain of the envelope sender; empty: the From address is the envelope sender
    /// @param port of the listener for returned mail; empty: none
    /// @param sesTopics the SNS topics whose notifications are taken
    /// @param sendgridKey the public key of signed event webhooks
    /// @param mailgunKey the webhook signing key
    /// @param postmarkLogin `user:password` of basic authentication
    public record Returns(
            Optional<String> domain,
            String host,
            Optional<Integer> port,
            List<String> sesTopics,
            Optional<String> sendgridKey,
            Optional<String> mailgunKey,
            Optional<String> postmarkLogin) {
        public static final Returns NONE = new Returns(
                Optional.empty(),
                "127.0.0.1",
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        public Returns {
            sesTopics = List.copyOf(sesTopics);
        }
    }

    /// Who may do what, and how often.
    ///
    /// @param rateLimit empty: [RateLimit#DEFAULT] on the system clock, and none on a virtual one, where no
    ///     minute passes by itself
    /// @param apiKeysMayBulk whether an API key opens what in Kit takes a token
    /// @param bulkQueueBytes how much of an account's bulk requests may wait
    /// @param proxies who is believed about where a request comes from
    /// @param watchers who may read the metrics besides this machine
    public record Access(
            Optional<RateLimit> rateLimit,
            boolean apiKeysMayBulk,
            long bulkQueueBytes,
            Proxies proxies,
            List<Network> watchers) {
        public static final Access DEFAULT = new Access(Optional.empty(), false, 300_000_000, Proxies.NONE);

        public Access {
            watchers = List.copyOf(watchers);
        }

        public Access(Optional<RateLimit> rateLimit, boolean apiKeysMayBulk, long bulkQueueBytes, Proxies proxies) {
            this(rateLimit, apiKeysMayBulk, bulkQueueBytes, proxies, List.of());
        }
    }

    /// What the first account starts from.
    public record Founder(String accountName, String email, String timeZone, Optional<String> postalAddress) {}
}
