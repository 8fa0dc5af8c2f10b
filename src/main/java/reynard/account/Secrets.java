package reynard.account;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;

/// Makes the secrets that are shown once, and what is kept of them.
public final class Secrets {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    // 19 MiB, 2 passes, 1 lane: the first of the equivalent settings that OWASP's password storage page lists.
    private static final Argon2Function ARGON2 = Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID);

    private Secrets() {}

    /// 128 random bits as 22 characters that may stand in a URL and before the @ of an address.
    public static String token() {
        return random(16);
    }

    /// An API key: a prefix that secret scanners know it by, 192 random bits, and a checksum that tells a mistyped key
    /// from a revoked one.
    static String apiKey() {
        return secret("reynard_");
    }

    /// 192 random bits behind a prefix, with a checksum.
    public static String secret(String prefix) {
        var secret = prefix + random(24);
        return secret + checksum(secret);
    }

    /// By which the row of a secret is found: a quarter of the hash, which says nothing of the secret.
    public static String keyId(byte[] hash) {
        return HexFormat.of().formatHex(Arrays.copyOf(hash, 8));
    }

    /// A webhook's signing secret: 256 random bits behind the prefix that verifiers expect (Standard Webhooks 1.0.0).
    public static String webhookSecret() {
        return "whsec_" + key();
    }

    /// 256 random bits in base64.
    public static String key() {
        var random = new byte[32];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    static String password() {
        return random(12);
    }

    /// So many random octets, in the characters of [#token].
    public static String random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return BASE64.encodeToString(random);
    }

    private static String checksum(String text) {
        var crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    public static byte[] sha256(String text) {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] sha256(byte[] octets) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(octets);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// The hash of a password that nobody has, made when it is first asked for.
    static final class Nobody {
        static final String HASH = passwordHash(random(24));

        private Nobody() {}
    }

    // Each check takes 19 MiB; no more than these at once, whoever tries.
    private static final Semaphore CHECKS = new Semaphore(2);

    static boolean isPassword(String password, String hash) {
        CHECKS.acquireUninterruptibly();
        try {
            return Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash));
        } finally {
            CHECKS.release();
        }
    }

    static String passwordHash(String password) {
        return Password.hash(password).addRandomSalt(16).with(ARGON2).getResult();
    }
}
