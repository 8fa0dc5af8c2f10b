package reynard.signup;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Says inside a form when we have shown it, so that it cannot be sent without having been seen, nor sooner than a
/// person can fill it in.
final class Stamp {
    /// Nobody reads a form and enters an address in less.
    static final Duration FILLING_MIN = Duration.ofSeconds(2);

    static final Duration GOOD_FOR = Duration.ofHours(12);
    private static final int MAC_BYTES = 16;

    private final SecretKeySpec key;

    Stamp(byte[] secret) {
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    String of(String form, Instant shownAt) {
        var seconds = Long.toString(shownAt.getEpochSecond(), 36);
        return seconds + "." + mac(form, seconds);
    }

    /// Whether it is ours, of this form, and of a time that a person would send the form after.
    boolean isGood(String stamp, String form, Instant now) {
        int dot = stamp.indexOf('.');
        if (dot < 1 || dot > 12 || !stamp.substring(0, dot).matches("[0-9a-z]+")) {
            return false;
        }
        var seconds = stamp.substring(0, dot);
        boolean ours = MessageDigest.isEqual(
                mac(form, seconds).getBytes(StandardCharsets.US_ASCII),
                stamp.substring(dot + 1).getBytes(StandardCharsets.UTF_8));
        if (!ours) {
            return false;
        }
        var shownAt = Instant.ofEpochSecond(Long.parseLong(seconds, 36));
        return !now.isBefore(shownAt.plus(FILLING_MIN)) && now.isBefore(shownAt.plus(GOOD_FOR));
    }

    private String mac(String form, String seconds) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            var bytes = mac.doFinal((form + "." + seconds).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, MAC_BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }
}
