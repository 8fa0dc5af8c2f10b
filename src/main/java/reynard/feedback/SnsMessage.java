package reynard.feedback;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// A message of Amazon SNS, which carries what SES reports. It names the certificate that proves it, so where that is
/// from decides everything: only SNS itself, over https.
public final class SnsMessage {
    /// A regional endpoint of SNS and nothing else; no port, no user, no other host that ends in the same.
    private static final Pattern HOST = Pattern.compile("sns\\.[a-z0-9-]{1,40}\\.amazonaws\\.com(\\.cn)?");

    private static final Pattern CERTIFICATE_PATH =
            Pattern.compile("/SimpleNotificationService-[0-9A-Za-z]{1,80}\\.pem");
    private static final List<String> NOTIFICATION =
            List.of("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type");
    private static final List<String> CONFIRMATION =
            List.of("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type");

    private final Payload payload;

    private SnsMessage(Payload payload) {
        this.payload = payload;
    }

    /// Empty when it is no message of SNS.
    public static Optional<SnsMessage> parse(byte[] body) {
        return Payload.parse(body)
                .filter(Payload::isObject)
                .map(SnsMessage::new)
                .filter(message -> message.isNotification() || message.isConfirmation());
    }

    public boolean isNotification() {
        return payload.text("Type").filter("Notification"::equals).isPresent();
    }

    /// SNS asks whether the topic may send to us.
    public boolean isConfirmation() {
        return payload.text("Type").filter("SubscriptionConfirmation"::equals).isPresent();
    }

    public String topic() {
        return payload.text("TopicArn").orElse("");
    }

    /// Where the certificate is; empty when that is not SNS.
    public Optional<URI> certificateUrl() {
        return url("SigningCertURL")
                .filter(url -> url.getRawQuery() == null
                        && CERTIFICATE_PATH.matcher(url.getRawPath()).matches());
    }

    /// What confirms the subscription when it is fetched; empty when that is not SNS.
    public Optional<URI> subscribeUrl() {
        return url("SubscribeURL")
                .filter(url -> Optional.ofNullable(url.getRawQuery())
                        .filter(query -> query.startsWith("Action=ConfirmSubscription&"))
                        .isPresent());
    }

    private Optional<URI> url(String name) {
        return payload.text(name)
                .flatMap(SnsMessage::uri)
                .filter(url -> "https".equals(url.getScheme())
                        && url.getRawUserInfo() == null
                        && url.getPort() == -1
                        && url.getRawFragment() == null
                        && url.getHost() != null
                        && HOST.matcher(url.getHost()).matches());
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /// @param certificate what [#certificateUrl] leads to, in PEM
    public boolean isGenuine(byte[] certificate, Instant now) {
        var algorithm = switch (payload.text("SignatureVersion").orElse("")) {
            case "1" -> "SHA1withRSA";
            case "2" -> "SHA256withRSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return false;
        }
        try {
            var found = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
            found.checkValidity(Date.from(now));
            var signature = Signature.getInstance(algorithm);
            signature.initVerify(found.getPublicKey());
            signature.update(signed().getBytes(StandardCharsets.UTF_8));
            return signature.verify(
                    Base64.getDecoder().decode(payload.text("Signature").orElse("")));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /// Name and value of each signed field that is there, each on a line of its own.
    private String signed() {
        var text = new StringBuilder();
        for (var name : isNotification() ? NOTIFICATION : CONFIRMATION) {
            payload.text(name)
                    .ifPresent(value ->
                            text.append(name).append('\n').append(value).append('\n'));
        }
        return text.toString();
    }

    /// What SES says.
    public List<Report> reports() {
        return payload.text("Message")
                .flatMap(Payload::parse)
                .map(SesReports::read)
                .orElse(List.of());
    }
}
