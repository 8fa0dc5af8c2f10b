package reynard.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reynard.id.WebhookDeliveryId;

/// The headers by which a receiver knows that a delivery is ours: Kit's own, and those of Standard Webhooks 1.0.0
/// beside
/// them, so that a verifier of either kind works.
final class Signature {
    private static final String PREFIX = "whsec_";

    private Signature() {}

    /// @param secrets the current one first; each makes a signature
    static Map<String, String> headers(WebhookDeliveryId delivery, byte[] body, List<String> secrets, Instant at) {
        var id = Long.toString(delivery.value());
        var seconds = Long.toString(at.getEpochSecond());
        var headers = new LinkedHashMap<String, String>();
        headers.put("X-Kit-Delivery", id);
        headers.put(
                "X-Kit-Signature",
                "t=" + seconds
                        + secrets.stream()
                                .map(secret -> ",v1=" + HexFormat.of().formatHex(kit(secret, seconds, body)))
                                .collect(Collectors.joining()));
        headers.put("webhook-id", id);
        headers.put("webhook-timestamp", seconds);
        headers.put(
                "webhook-signature",
                secrets.stream()
                        .map(secret -> "v1," + Base64.getEncoder().encodeToString(standard(secret, id, seconds, body)))
                        .collect(Collectors.joining(" ")));
        return headers;
    }

    private static byte[] kit(String secret, String seconds, byte[] body) {
        return hmac(secret.getBytes(StandardCharsets.US_ASCII), seconds + ".", body);
    }

    /// Its key is what the text behind the prefix stands for.
    private static byte[] standard(String secret, String id, String seconds, byte[] body) {
        var key = Base64.getDecoder().decode(secret.substring(PREFIX.length()));
        return hmac(key, id + "." + seconds + ".", body);
    }

    private static byte[] hmac(byte[] key, String before, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            var signed = new ByteArrayOutputStream();
            signed.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
            signed.writeBytes(body);
            return mac.doFinal(signed.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
