package reynard.subscriber;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reynard.mail.EmailAddress;

/// What addresses of people who were erased are known by: a keyed hash, whose key is not readable in the database. It
/// stands in the list of suppressed addresses where the address stood.
public final class ErasedAddresses {
    private static final String PREFIX = "erased:";

    private final SecretKeySpec key;

    public ErasedAddresses(byte[] secret) {
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    /// @param stored an address as a subscriber has it
    public String key(String stored) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            var hash = mac.doFinal(Suppression.key(stored).getBytes(StandardCharsets.UTF_8));
            return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    String key(EmailAddress address) {
        return key(address.value());
    }
}
