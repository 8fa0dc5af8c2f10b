package reynard.cli;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import reynard.app.Settings;
import reynard.feedback.SendgridSignature;
import reynard.mail.EmailAddress;

/// The settings about mail that comes back.
final class ReturnsOptions {
    private static final Pattern TOPIC = Pattern.compile("arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+");

    @Option(
            names = "--bounce-domain",
            paramLabel = "DOMAIN",
            defaultValue = "${env:REYNARD_BOUNCE_DOMAIN}",
            description = "Bounces come back to an address of this domain, one per email; its MX must lead to the "
                    + "listener for returned mail. REYNARD_BOUNCE_DOMAIN (the From address)")
    private @Nullable String bounceDomain;

    @Option(
            names = "--bounce-host",
            paramLabel = "ADDRESS",
            defaultValue = "${env:REYNARD_BOUNCE_HOST:-127.0.0.1}",
            description = "Address that the listener for returned mail binds to. REYNARD_BOUNCE_HOST (127.0.0.1)")
    private String bounceHost = "";

    @Option(
            names = "--bounce-port",
            paramLabel = "PORT",
            defaultValue = "${env:REYNARD_BOUNCE_PORT}",
            description = "Port that takes returned mail by SMTP and LMTP; 0 for any free one. "
                    + "REYNARD_BOUNCE_PORT (no listener)")
    private @Nullable String bouncePort;

    @Option(
            names = "--ses-topics",
            paramLabel = "ARNS",
            defaultValue = "${env:REYNARD_SES_TOPICS}",
            description = "SNS topics of Amazon SES, separated by commas, whose notifications POST /feedback/ses "
                    + "takes. REYNARD_SES_TOPICS")
    private @Nullable String sesTopics;

    @Option(
            names = "--sendgrid-key",
            paramLabel = "KEY",
            defaultValue = "${env:REYNARD_SENDGRID_KEY}",
            description = "Public key of SendGrid's signed event webhook, for POST /feedback/sendgrid. "
                    + "REYNARD_SENDGRID_KEY")
    private @Nullable String sendgridKey;

    @Option(
            names = "--mailgun-key",
            paramLabel = "KEY",
            defaultValue = "${env:REYNARD_MAILGUN_KEY}",
            description = "Mailgun's HTTP webhook signing key, for POST /feedback/mailgun. REYNARD_MAILGUN_KEY")
    private @Nullable String mailgunKey;

    @Option(
            names = "--postmark-login",
            paramLabel = "USER:PASSWORD",
            defaultValue = "${env:REYNARD_POSTMARK_LOGIN}",
            description =
                    "The basic authentication that Postmark's webhooks carry to POST /feedback/postmark, at least "
                            + "20 characters. REYNARD_POSTMARK_LOGIN")
    private @Nullable String postmarkLogin;

    /// @param fault makes the sentence about the flag at fault
    Settings.Returns returns(BiFunction<String, String, ParameterException> fault) {
        return new Settings.Returns(
                given(bounceDomain).map(domain -> domain(domain, fault)),
                bounceHost,
                given(bouncePort).map(port -> port(port, fault)),
                given(sesTopics).map(topics -> topics(topics, fault)).orElse(List.of()),
                given(sendgridKey).map(key -> sendgridKey(key, fault)),
                given(mailgunKey),
                given(postmarkLogin).map(login -> login(login, fault)));
    }

    private static Optional<String> given(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    private static String domain(String text, BiFunction<String, String, ParameterException> fault) {
        return EmailAddress.parse("b@" + text)
                .map(EmailAddress::asciiDomain)
                .orElseThrow(() -> fault.apply("--bounce-domain", "must be a domain: " + text));
    }

    private static int port(String text, BiFunction<String, String, ParameterException> fault) {
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65_535) {
            return Integer.parseInt(text);
        }
        throw fault.apply("--bounce-port", "must be a number from 0 to 65535: " + text);
    }

    private static List<String> topics(String text, BiFunction<String, String, ParameterException> fault) {
        var topics = Stream.of(text.split(",")).map(String::strip).toList();
        for (var topic : topics) {
            if (!TOPIC.matcher(topic).matches()) {
                throw fault.apply(
                        "--ses-topics", "must be ARNs such as arn:aws:sns:eu-west-1:123456789012:bounces: " + topic);
            }
        }
        return topics;
    }

    private static String sendgridKey(String key, BiFunction<String, String, ParameterException> fault) {
        if (!SendgridSignature.isKey(key)) {
            throw fault.apply("--sendgrid-key", "must be the verification key that SendGrid shows");
        }
        return key;
    }

    private static String login(String login, BiFunction<String, String, ParameterException> fault) {
        if (login.indexOf(':') < 1 || login.length() < 20) {
            throw fault.apply("--postmark-login", "must be user:password, at least 20 characters");
        }
        return login;
    }
}
