package reynard.feedback;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Mailgun's signature inside the body: HMAC over a timestamp and a token. The rest of the body is not signed, so the
/// token may count only once, which [Report#key] sees to.
public final class MailgunSignature {
    private final SecretKeySpec key;

    public MailgunSignature(String key) {
        this.key = new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    public boolean isGenuine(Payload body, Instant now) {
        var signature = body.at("signature");
        var timestamp = signature.text("timestamp").orElse("");
        var token = signature.text("token").orElse("");
        return Signed.isFresh(timestamp, now)
                && token.length() >= 32
                && Signed.isSame(mac(timestamp + token), signature.lower("signature"));
    }

    private String mac(String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of()
                    .formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)))
                    .toLowerCase(Locale.ROOT);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }
}
