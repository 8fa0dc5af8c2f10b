package reynard.tracking;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

/// The tokens of links and pixels: they say which email of whom it is and where to go, to us alone, and cannot be made
/// by anybody else.
///
/// A token is encrypted under its own MAC (a synthetic initialization vector as in RFC 5297, with HMAC-SHA-256 cut to
/// 128 bits and AES-128 in counter mode), then written in base64url. Nothing has to be looked up to know whether it is
/// ours.
final class LinkSeal {
    private static final int MAC_BYTES = 16;
    private static final int ID_BYTES = 6;
    private static final int OPEN_BYTES = 2 * ID_BYTES;
    private static final int LINK_BYTES = 3 * ID_BYTES;
    private static final long ID_MAX = (1L << (8 * ID_BYTES)) - 1;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final SecretKeySpec macKey;
    private final SecretKeySpec cipherKey;
    /// To find and set up an algorithm costs more than to use it for one token.
    private final Queue<Press> presses = new ConcurrentLinkedQueue<>();

    /// @param secret the installation's; every node has the same
    LinkSeal(byte[] secret) {
        var key = new SecretKeySpec(secret, "HmacSHA256");
        this.macKey = new SecretKeySpec(mac(key, "tracking: mac".getBytes(StandardCharsets.US_ASCII)), "HmacSHA256");
        this.cipherKey = new SecretKeySpec(
                mac(key, "tracking: cipher".getBytes(StandardCharsets.US_ASCII)), 0, MAC_BYTES, "AES");
    }

    /// An email that was opened.
    record Opened(AccountId account, DeliveryId delivery) {}

    /// A link of an email that was followed.
    sealed interface Followed {
        AccountId account();

        DeliveryId delivery();

        /// To an address that is kept, because everybody's email leads to it.
        record Kept(AccountId account, DeliveryId delivery, LinkId link) implements Followed {}

        /// To an address that this email alone has.
        record Own(AccountId account, DeliveryId delivery, String url) implements Followed {}
    }

    String open(AccountId account, DeliveryId delivery) {
        return seal('o', ids(OPEN_BYTES, account.value(), delivery.value()).array());
    }

    Optional<Opened> readOpen(String token) {
        return unseal('o', token)
                .filter(content -> content.length == OPEN_BYTES)
                .map(content -> {
                    var buffer = ByteBuffer.wrap(content);
                    return new Opened(new AccountId(id(buffer)), new DeliveryId(id(buffer)));
                });
    }

    String link(AccountId account, DeliveryId delivery, LinkId link) {
        return seal(
                'c',
                ids(LINK_BYTES, account.value(), delivery.value(), link.value()).array());
    }

    String own(AccountId account, DeliveryId delivery, String url) {
        var address = url.getBytes(StandardCharsets.UTF_8);
        return seal(
                'c',
                ids(OPEN_BYTES + address.length, account.value(), delivery.value())
                        .put(address)
                        .array());
    }

    /// An address is never as short as an id, so the length tells them apart.
    Optional<Followed> readLink(String token) {
        return unseal('c', token)
                .filter(content -> content.length >= LINK_BYTES)
                .map(content -> {
                    var buffer = ByteBuffer.wrap(content);
                    var account = new AccountId(id(buffer));
                    var delivery = new DeliveryId(id(buffer));
                    return content.length == LINK_BYTES
                            ? new Followed.Kept(account, delivery, new LinkId(id(buffer)))
                            : new Followed.Own(
                                    account,
                                    delivery,
                                    new String(
                                            content, OPEN_BYTES, content.length - OPEN_BYTES, StandardCharsets.UTF_8));
                });
    }

    private static ByteBuffer ids(int bytes, long... ids) {
        var buffer = ByteBuffer.allocate(bytes);
        for (long id : ids) {
            if (id < 0 || id > ID_MAX) {
                throw new IllegalArgumentException("an id for a link must fit into 48 bits: " + id);
            }
            buffer.putShort((short) (id >> 32)).putInt((int) id);
        }
        return buffer;
    }

    private static long id(ByteBuffer buffer) {
        return ((buffer.getShort() & 0xFFFFL) << 32) | (buffer.getInt() & 0xFFFF_FFFFL);
    }

    private String seal(char kind, byte[] content) {
        return pressing(press -> {
            var mac = press.mac(kind, content);
            var token = Arrays.copyOf(mac, MAC_BYTES + content.length);
            System.arraycopy(press.ciphered(mac, content), 0, token, MAC_BYTES, content.length);
            return ENCODER.encodeToString(token);
        });
    }

    private Optional<byte[]> unseal(char kind, String token) {
        byte[] bytes;
        try {
            bytes = DECODER.decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        // Several texts decode to the same bytes; only one of them is ours.
        if (bytes.length <= MAC_BYTES || !ENCODER.encodeToString(bytes).equals(token)) {
            return Optional.empty();
        }
        return pressing(press -> {
            var mac = Arrays.copyOf(bytes, MAC_BYTES);
            var content = press.ciphered(mac, Arrays.copyOfRange(bytes, MAC_BYTES, bytes.length));
            return MessageDigest.isEqual(mac, press.mac(kind, content)) ? Optional.of(content) : Optional.empty();
        });
    }

    private <T> T pressing(Function<Press, T> work) {
        var idle = presses.poll();
        var press = idle == null ? new Press() : idle;
        var result = work.apply(press);
        presses.add(press);
        return result;
    }

    private static byte[] mac(SecretKeySpec key, byte[] text) {
        return keyed(key).doFinal(text);
    }

    private static Mac keyed(SecretKeySpec key) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    /// Makes one token at a time.
    private final class Press {
        private final Mac mac = keyed(macKey);
        private final Cipher cipher;

        Press() {
            try {
                cipher = Cipher.getInstance("AES/CTR/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has AES in counter mode", e);
            }
        }

        byte[] mac(char kind, byte[] content) {
            mac.update((byte) kind);
            return Arrays.copyOf(mac.doFinal(content), MAC_BYTES);
        }

        /// Its own inverse.
        byte[] ciphered(byte[] counter, byte[] content) {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, cipherKey, new IvParameterSpec(counter));
                return cipher.doFinal(content);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("AES in counter mode takes any text", e);
            }
        }
    }
}
