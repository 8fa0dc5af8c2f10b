package reynard.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import reynard.access.RateLimit;
import reynard.account.ApiKeys;
import reynard.account.Vault;
import reynard.app.Settings;
import reynard.db.DatabaseUrl;
import reynard.delivery.smtp.Relay;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.mail.EmailAddress;
import reynard.net.Proxies;
import reynard.tzdata.TzData;
import reynard.webhook.Reach;

/// The one list of settings: each has a flag and a variable `REYNARD_…`; the flag wins.
final class SettingsOptions {
    /// Read by `bin/`, before this program starts.
    private static final Set<String> OF_THE_SCRIPTS = Set.of("REYNARD_JAVA_OPTS", "REYNARD_JAR", "REYNARD_SHARED");

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    private static final int DNS_PORT = 53;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "${env:REYNARD_HOST:-127.0.0.1}",
            description = "Address to listen on; 0.0.0.0 for all. REYNARD_HOST (127.0.0.1)")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "${env:REYNARD_PORT:-8080}",
            description = "Port to listen on; 0 for any free one. REYNARD_PORT (8080)")
    private String port = "";

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "${env:REYNARD_DATA_DIR:-./data}",
            description = "Where the embedded PostgreSQL keeps its data. REYNARD_DATA_DIR (./data)")
    private Path dataDir = Path.of("data");

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            defaultValue = "${env:REYNARD_DATABASE_URL}",
            description = "A PostgreSQL 15 or newer, as jdbc:postgresql:… or postgresql://user:password@host/name; "
                    + "without it the embedded one is used. REYNARD_DATABASE_URL")
    private @Nullable String databaseUrl;

    @Option(
            names = "--public-url",
            paramLabel = "URL",
            defaultValue = "${env:REYNARD_PUBLIC_URL}",
            description = "What the links in emails begin with. REYNARD_PUBLIC_URL (http://localhost:PORT)")
    private @Nullable String publicUrl;

    @Option(
            names = "--smtp-url",
            paramLabel = "URL",
            defaultValue = "${env:REYNARD_SMTP_URL}",
            description = "The relay that mail goes to: smtp://user:password@host:587 or smtps://…; without it mail "
                    + "stays in the built-in inbox. Several, with spaces between them, share the mail by ?weight=2 and "
                    + "?from=example.com; ?rate=600 is how many emails one gets in a minute. REYNARD_SMTP_URL")
    private @Nullable String smtpUrl;

    @Option(
            names = "--domain-rate",
            paramLabel = "EMAILS",
            defaultValue = "${env:REYNARD_DOMAIN_RATE}",
            description = "How many emails go to one recipient domain in a minute, at most. REYNARD_DOMAIN_RATE "
                    + "(no limit)")
    private @Nullable String domainRate;

    @Option(
            names = "--ehlo-name",
            paramLabel = "NAME",
            defaultValue = "${env:REYNARD_EHLO_NAME}",
            description =
                    "What this server calls itself when it sends; without a relay it must lead to its address and "
                            + "back. REYNARD_EHLO_NAME (the name of the machine)")
    private @Nullable String ehloName;

    @Option(
            names = "--dns-server",
            paramLabel = "ADDRESS",
            defaultValue = "${env:REYNARD_DNS_SERVER}",
            description = "Which DNS server is asked, such as 127.0.0.1. REYNARD_DNS_SERVER (those of the machine)")
    private @Nullable String dnsServer;

    @Option(
            names = "--bootstrap-api-key",
            paramLabel = "KEY",
            defaultValue = "${env:REYNARD_BOOTSTRAP_API_KEY}",
            description = "The key of the account that the first start creates, instead of a random one. "
                    + "REYNARD_BOOTSTRAP_API_KEY")
    private @Nullable String bootstrapApiKey;

    @Option(
            names = "--account-name",
            paramLabel = "NAME",
            defaultValue = "${env:REYNARD_ACCOUNT_NAME:-My newsletter}",
            description = "The name of the account that the first start creates. REYNARD_ACCOUNT_NAME (My newsletter)")
    private String accountName = "";

    @Option(
            names = "--account-email",
            paramLabel = "ADDRESS",
            defaultValue = "${env:REYNARD_ACCOUNT_EMAIL:-author@example.com}",
            description = "Its owner's login and first sending address. REYNARD_ACCOUNT_EMAIL (author@example.com)")
    private String accountEmail = "";

    @Option(
            names = "--account-time-zone",
            paramLabel = "ZONE",
            defaultValue = "${env:REYNARD_ACCOUNT_TIME_ZONE:-America/New_York}",
            description = "Its time zone, the default of new sequences. REYNARD_ACCOUNT_TIME_ZONE (America/New_York)")
    private String accountTimeZone = "";

    @Option(
            names = "--postal-address",
            paramLabel = "TEXT",
            defaultValue = "${env:REYNARD_POSTAL_ADDRESS}",
            description = "The postal address that its emails show. REYNARD_POSTAL_ADDRESS")
    private @Nullable String postalAddress;

    @Option(
            names = "--clock",
            paramLabel = "KIND",
            defaultValue = "${env:REYNARD_CLOCK:-system}",
            description = "system, or virtual: time stands still and is moved by POST /ext/v1/clock/advance. "
                    + "REYNARD_CLOCK (system)")
    private String clock = "";

    @Option(
            names = "--clock-start",
            paramLabel = "INSTANT",
            defaultValue = "${env:REYNARD_CLOCK_START}",
            description = "Where a virtual clock begins on an empty database, such as 2026-11-30T18:00:00Z. "
                    + "REYNARD_CLOCK_START (now)")
    private @Nullable String clockStart;

    @Option(
            names = "--tzdata-dir",
            paramLabel = "DIR",
            defaultValue = "${env:REYNARD_TZDATA_DIR}",
            description = "A folder of compiled tz files, used when its release is the newest. REYNARD_TZDATA_DIR")
    private @Nullable Path tzdataDir;

    @Option(
            names = "--policy-inserted",
            paramLabel = "POLICY",
            defaultValue = "${env:REYNARD_POLICY_INSERTED:-forward_only}",
            description = "What becomes of an email that is inserted before a subscriber's place: forward_only (they "
                    + "do not get it) or send_now. REYNARD_POLICY_INSERTED (forward_only)")
    private String policyInserted = "";

    @Option(
            names = "--policy-completing",
            paramLabel = "POLICY",
            defaultValue = "${env:REYNARD_POLICY_COMPLETING:-everyone}",
            description = "Who is done after a sequence's last email: everyone, or automation_only (all others stay "
                    + "and get what is added later). REYNARD_POLICY_COMPLETING (everyone)")
    private String policyCompleting = "";

    @Option(
            names = "--asleep-after",
            paramLabel = "HOURS",
            defaultValue = "${env:REYNARD_ASLEEP_AFTER:-24}",
            description = "After so many hours without a server, and with an email overdue, sending waits for "
                    + "bin/reynard resume: the database may be restored from a backup. 0: never. "
                    + "REYNARD_ASLEEP_AFTER (24)")
    private String asleepAfter = "";

    @Option(
            names = "--asleep-overdue",
            paramLabel = "EMAILS",
            defaultValue = "${env:REYNARD_ASLEEP_OVERDUE:-100}",
            description = "So many overdue emails make it wait after one hour already. REYNARD_ASLEEP_OVERDUE (100)")
    private String asleepOverdue = "";

    @Option(
            names = "--webhook-allow",
            paramLabel = "NETWORKS",
            defaultValue = "${env:REYNARD_WEBHOOK_ALLOW}",
            description = "Networks that are not public and yet may be posted to by webhooks, such as "
                    + "10.1.0.0/16,::1/128. REYNARD_WEBHOOK_ALLOW")
    private @Nullable String webhookAllow;

    @Option(
            names = "--secret-key",
            paramLabel = "KEY",
            defaultValue = "${env:REYNARD_SECRET_KEY}",
            description = "What the secrets in the database are sealed with: 32 bytes in base64; more, after commas, "
                    + "open what older keys have sealed. REYNARD_SECRET_KEY (secret.key in the data directory)")
    private @Nullable String secretKey;

    @Mixin
    private ReturnsOptions returns = new ReturnsOptions();

    @Option(
            names = "--rate-limit",
            paramLabel = "LIMIT",
            defaultValue = "${env:REYNARD_RATE_LIMIT}",
            description = "Requests in a rolling minute: a number for each API key and token, kit (120 for a key, 600 "
                    + "for a token) or off. REYNARD_RATE_LIMIT (6000; off on a virtual clock)")
    private @Nullable String rateLimit;

    @Option(
            names = "--api-keys-may-bulk",
            paramLabel = "BOOLEAN",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "${env:REYNARD_API_KEYS_MAY_BULK:-false}",
            description = "true: API keys open the operations that in Kit take an OAuth token, /v4/bulk and "
                    + "/v4/purchases. REYNARD_API_KEYS_MAY_BULK (false)")
    private String apiKeysMayBulk = "";

    @Option(
            names = "--bulk-queue-mb",
            paramLabel = "MB",
            defaultValue = "${env:REYNARD_BULK_QUEUE_MB:-300}",
            description = "How much of the bulk requests of one app and account may wait, in millions of bytes. "
                    + "REYNARD_BULK_QUEUE_MB (300)")
    private String bulkQueueMb = "";

    @Option(
            names = "--trusted-proxies",
            paramLabel = "NETWORKS",
            defaultValue = "${env:REYNARD_TRUSTED_PROXIES}",
            description = "Proxies before this server, such as 127.0.0.1,10.0.0.0/8, that are believed when they say "
                    + "by X-Forwarded-For whose request they hand on. REYNARD_TRUSTED_PROXIES")
    private @Nullable String trustedProxies;

    @Option(
            names = "--metrics-allow",
            paramLabel = "NETWORKS",
            defaultValue = "${env:REYNARD_METRICS_ALLOW}",
            description = "Who may read /metrics besides this machine, such as 10.0.0.0/8. REYNARD_METRICS_ALLOW")
    private @Nullable String metricsAllow;

    /// The settings, or a sentence that names the one at fault.
    Settings settings() {
        return settings(System.getenv());
    }

    /// @param environment where a variable that nobody knows is looked for; values come from the options
    Settings settings(Map<String, String> environment) {
        refuseUnknown(environment);
        return new Settings(
                host,
                port(),
                dataDir.toAbsolutePath().normalize(),
                given(databaseUrl).map(url -> checked("--database-url", () -> DatabaseUrl.toJdbc(url))),
                given(publicUrl).map(this::publicUrl),
                new Settings.Outgoing(
                        given(smtpUrl)
                                .map(urls -> checked("--smtp-url", () -> Relay.parseAll(urls)))
                                .orElse(List.of()),
                        given(domainRate).map(rate -> number("--domain-rate", rate, 1)),
                        given(ehloName).map(this::ehloName),
                        given(dnsServer).map(address -> checked("--dns-server", () -> dnsServer(address)))),
                given(bootstrapApiKey).map(this::apiKey),
                founder(),
                virtualClock(),
                given(clockStart).map(this::instant),
                Optional.ofNullable(tzdataDir),
                new Policies(
                        oneOf("--policy-inserted", policyInserted, Policies.Inserted.class),
                        oneOf("--policy-completing", policyCompleting, Policies.Completing.class)),
                new Brake.Limits(
                        Duration.ofHours(number("--asleep-after", asleepAfter, 0)),
                        number("--asleep-overdue", asleepOverdue, 1)),
                given(webhookAllow)
                        .map(networks -> checked("--webhook-allow", () -> Reach.parse(networks)))
                        .orElse(Reach.PUBLIC),
                given(secretKey).map(key -> checked("--secret-key", () -> Vault.of(key))),
                returns.returns(this::fault),
                new Settings.Access(
                        given(rateLimit).map(this::rateLimit),
                        apiKeysMayBulk(),
                        bulkQueueBytes(),
                        given(trustedProxies)
                                .map(networks -> checked("--trusted-proxies", () -> Proxies.parse(networks)))
                                .orElse(Proxies.NONE),
                        given(metricsAllow)
                                .map(networks -> checked("--metrics-allow", () -> Proxies.parse(networks)))
                                .map(Proxies::trusted)
                                .orElse(List.of())));
    }

    private RateLimit rateLimit(String text) {
        return switch (text) {
            case "kit" -> RateLimit.KIT;
            case "off" -> RateLimit.OFF;
            default -> {
                if (!text.matches("[1-9][0-9]{0,8}")) {
                    throw fault("--rate-limit", "must be kit, off or a number from 1: " + text);
                }
                yield RateLimit.each(Integer.parseInt(text));
            }
        };
    }

    private boolean apiKeysMayBulk() {
        return switch (apiKeysMayBulk) {
            case "true" -> true;
            case "false" -> false;
            default -> throw fault("--api-keys-may-bulk", "must be true or false: " + apiKeysMayBulk);
        };
    }

    private long bulkQueueBytes() {
        if (!bulkQueueMb.matches("[1-9][0-9]{0,8}")) {
            throw fault("--bulk-queue-mb", "must be a number from 1: " + bulkQueueMb);
        }
        return Long.parseLong(bulkQueueMb) * 1_000_000;
    }

    private void refuseUnknown(Map<String, String> environment) {
        var known = new TreeSet<>(OF_THE_SCRIPTS);
        for (var option : spec.options()) {
            known.add(variable(option.longestName()));
        }
        for (var name : environment.keySet()) {
            if (name.startsWith("REYNARD_") && !known.contains(name)) {
                throw fault("unknown setting " + name);
            }
        }
    }

    private static String variable(String flag) {
        return "REYNARD_" + flag.substring(2).toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    private static Optional<String> given(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    private int port() {
        if (port.matches("[0-9]{1,5}") && Integer.parseInt(port) <= 65_535) {
            return Integer.parseInt(port);
        }
        throw fault("--port", "must be a number from 0 to 65535: " + port);
    }

    private int number(String flag, String text, int min) {
        if (text.matches("[0-9]{1,6}") && Integer.parseInt(text) >= min) {
            return Integer.parseInt(text);
        }
        throw fault(flag, "must be a whole number, at least " + min + ": " + text);
    }

    private String publicUrl(String url) {
        if (!url.matches("https?://[^\\s/?#@]+(/[^\\s?#]*)?")) {
            throw fault("--public-url", "must be a URL such as https://mail.example.org: " + url);
        }
        return url.replaceAll("/+$", "");
    }

    private static InetSocketAddress dnsServer(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), DNS_PORT);
    }

    private String ehloName(String name) {
        if (!name.matches("[A-Za-z0-9.:\\[\\]-]{1,253}")) {
            throw fault("--ehlo-name", "must be a host name such as mail.example.org: " + name);
        }
        return name;
    }

    private String apiKey(String key) {
        if (key.length() < ApiKeys.KEY_CHARACTERS_MIN || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw fault(
                    "--bootstrap-api-key",
                    "must be at least " + ApiKeys.KEY_CHARACTERS_MIN + " characters of printable ASCII");
        }
        return key;
    }

    private Settings.Founder founder() {
        if (EmailAddress.parse(accountEmail).isEmpty()) {
            throw fault("--account-email", "must be an email address: " + accountEmail);
        }
        if (accountName.isBlank()) {
            throw fault("--account-name", "must not be blank");
        }
        if (TzData.newest(Optional.ofNullable(tzdataDir)).find(accountTimeZone).isEmpty()) {
            throw fault("--account-time-zone", "must be an IANA time zone: " + accountTimeZone);
        }
        return new Settings.Founder(accountName, accountEmail, accountTimeZone, given(postalAddress));
    }

    private boolean virtualClock() {
        return switch (clock) {
            case "system" -> false;
            case "virtual" -> true;
            default -> throw fault("--clock", "must be system or virtual: " + clock);
        };
    }

    /// A constant by its name in lower case.
    private <E extends Enum<E>> E oneOf(String flag, String name, Class<E> constants) {
        return Arrays.stream(constants.getEnumConstants())
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> fault(
                        flag,
                        "must be one of "
                                + Arrays.stream(constants.getEnumConstants())
                                        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))
                                + ": " + name));
    }

    private Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw fault("--clock-start", "must be an instant such as 2026-11-30T18:00:00Z: " + text);
        }
    }

    private <T> T checked(String flag, java.util.function.Supplier<T> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException e) {
            throw fault(flag, String.valueOf(e.getMessage()));
        }
    }

    private ParameterException fault(String flag, String rule) {
        return fault(flag + " (" + variable(flag) + ") " + rule);
    }

    private ParameterException fault(String sentence) {
        CommandLine commandLine = spec.commandLine();
        return new ParameterException(commandLine, sentence);
    }
}
