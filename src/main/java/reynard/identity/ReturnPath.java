package reynard.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import reynard.mail.EmailAddress;
import reynard.mail.Header;

/// The address that a bounce comes back to: one of its own for each delivery (VERP), with a MAC that says we made it.
///
/// Its local part is `b+` and, in base32 without case, the first 6 octets of the account's token, the 16 of the
/// delivery's and 12 of the MAC. No server has to keep upper case for us, and 57 octets fit where 64 may stand.
public final class ReturnPath {
    private static final String PREFIX = "b+";
    private static final int ACCOUNT_BYTES = 6;
    private static final int ACCOUNT_CHARACTERS = 8;
    private static final int DELIVERY_BYTES = 16;
    private static final int MAC_BYTES = 12;
    private static final int BYTES = ACCOUNT_BYTES + DELIVERY_BYTES + MAC_BYTES;
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;
    /// To find and set up an algorithm costs more than to use it once.
    private final Queue<Mac> macs = new ConcurrentLinkedQueue<>();

    private final Optional<String> domain;
    private final boolean toPostmark;

    /// @param secret the installation's; every node has the same
    /// @param domain whose mail comes back to us; empty: the From address is the envelope sender
    /// @param toPostmark Postmark's reports show neither envelope nor headers, but metadata that it was given
    public ReturnPath(byte[] secret, Optional<String> domain, boolean toPostmark) {
        this.key = new SecretKeySpec(secret, "HmacSHA256");
        this.domain = domain;
        this.toPostmark = toPostmark;
    }

    /// The envelope sender of a delivery; empty without a bounce domain. The same whenever it is asked.
    public Optional<EmailAddress> sender(String accountToken, String deliveryToken) {
        return domain.map(name -> new EmailAddress(PREFIX + code(accountToken, deliveryToken), name));
    }

    /// What a relay must be told beside the envelope, so that its reports say which email they are about.
    public List<Header> headers(String accountToken, String deliveryToken) {
        return toPostmark ? List.of(Header.of("X-PM-Metadata-reynard", code(accountToken, deliveryToken))) : List.of();
    }

    /// What stands behind the prefix: for places that carry it beside an address.
    public String code(String accountToken, String deliveryToken) {
        var bytes = new byte[BYTES];
        System.arraycopy(decoded(accountToken), 0, bytes, 0, ACCOUNT_BYTES);
        System.arraycopy(decoded(deliveryToken), 0, bytes, ACCOUNT_BYTES, DELIVERY_BYTES);
        System.arraycopy(mac(accountToken, deliveryToken), 0, bytes, ACCOUNT_BYTES + DELIVERY_BYTES, MAC_BYTES);
        return base32(bytes);
    }

    private static byte[] decoded(String token) {
        return Base64.getUrlDecoder().decode(token);
    }

    /// What an address or a code says, not yet proved.
    ///
    /// @param accountStart what the account's token begins with
    public record Claimed(String accountStart, String deliveryToken, byte[] mac) {}

    /// The delivery that an address names; empty when it is not of our form.
    public Optional<Claimed> read(String address) {
        var local = address.contains("@") ? address.substring(0, address.lastIndexOf('@')) : address;
        return local.regionMatches(true, 0, PREFIX, 0, PREFIX.length())
                ? readCode(local.substring(PREFIX.length()))
                : Optional.empty();
    }

    public Optional<Claimed> readCode(String code) {
        return bytes(code.toLowerCase(Locale.ROOT))
                .map(bytes -> new Claimed(
                        BASE64.encodeToString(Arrays.copyOf(bytes, ACCOUNT_BYTES)),
                        BASE64.encodeToString(Arrays.copyOfRange(bytes, ACCOUNT_BYTES, ACCOUNT_BYTES + DELIVERY_BYTES)),
                        Arrays.copyOfRange(bytes, ACCOUNT_BYTES + DELIVERY_BYTES, BYTES)));
    }

    /// Whether we made it, for this account.
    public boolean isGenuine(Claimed claimed, String accountToken) {
        return MessageDigest.isEqual(claimed.mac(), mac(accountToken, claimed.deliveryToken()));
    }

    /// What names an account where its whole token is too long or too telling.
    public static String accountStart(String accountToken) {
        return accountToken.substring(0, ACCOUNT_CHARACTERS);
    }

    private byte[] mac(String accountToken, String deliveryToken) {
        var idle = macs.poll();
        var mac = idle == null ? keyed() : idle;
        var text = "return-path:" + accountToken + ":" + deliveryToken;
        var code = Arrays.copyOf(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)), MAC_BYTES);
        macs.add(mac);
        return code;
    }

    private Mac keyed() {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    private static String base32(byte[] bytes) {
        var text = new StringBuilder(bytes.length * 8 / 5 + 1);
        int bits = 0;
        int buffer = 0;
        for (byte b : bytes) {
            buffer = (buffer << 8) | (b & 0xFF);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(BASE32.charAt((buffer >> bits) & 31));
            }
        }
        return bits == 0
                ? text.toString()
                : text.append(BASE32.charAt((buffer << (5 - bits)) & 31)).toString();
    }

    private static Optional<byte[]> bytes(String text) {
        if (text.length() != Math.ceilDiv(BYTES * 8, 5)) {
            return Optional.empty();
        }
        var bytes = new byte[BYTES];
        int bits = 0;
        int buffer = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            int value = BASE32.indexOf(text.charAt(i));
            if (value < 0) {
                return Optional.empty();
            }
            buffer = (buffer << 5) | value;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes[at++] = (byte) (buffer >> bits);
            }
        }
        return Optional.of(bytes);
    }
}
