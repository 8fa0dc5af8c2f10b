package reynard.feedback;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;

/// SendGrid's signed event webhook: ECDSA over the timestamp and the body as it came.
public final class SendgridSignature {
    public static final String SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature";
    public static final String TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp";

    private final PublicKey key;

    /// @param key as SendGrid shows it: X.509 in base64
    /// @throws IllegalArgumentException when it is none
    public SendgridSignature(String key) {
        try {
            this.key = KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(key)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException("not a public key", e);
        }
    }

    public static boolean isKey(String text) {
        try {
            return new SendgridSignature(text).key != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// @param signature the header's value
    /// @param timestamp the header's value
    public boolean isGenuine(String signature, String timestamp, byte[] body, Instant now) {
        if (!Signed.isFresh(timestamp, now)) {
            return false;
        }
        try {
            var ecdsa = Signature.getInstance("SHA256withECDSA");
            ecdsa.initVerify(key);
            ecdsa.update(timestamp.getBytes(StandardCharsets.UTF_8));
            ecdsa.update(body);
            return ecdsa.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
