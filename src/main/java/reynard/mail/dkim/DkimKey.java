package reynard.mail.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;

/// A key that signs for a domain, found by receivers under its selector.
///
/// @param domain as DNS knows it: lower case, A-labels
/// @param publicKey the value of `p=` in the DNS record
public record DkimKey(
        String domain, String selector, DkimAlgorithm algorithm, PrivateKey privateKey, String publicKey) {
    /// Google's floor is 1024; more than 2048 does not fit one string of a TXT record with most DNS providers.
    private static final int RSA_BITS = 2048;

    private static final int ED25519_BYTES = 32;
    /// A TXT record is made of strings of at most this many octets (RFC 1035, 3.3).
    private static final int TXT_STRING_MAX = 255;

    public DkimKey {
        if (!domain.matches("[a-z0-9-]+(\\.[a-z0-9-]+)*")) {
            throw new IllegalArgumentException("domain must be a DNS name in lower case");
        }
        if (!isSelector(selector)) {
            throw new IllegalArgumentException("selector must be letters, digits and hyphens");
        }
    }

    /// One or more labels of letters, digits and hyphens, at most 63 octets in all.
    public static boolean isSelector(String text) {
        return text.length() <= 63 && text.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    }

    /// A new key.
    public static DkimKey generate(String domain, String selector, DkimAlgorithm algorithm, SecureRandom random) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm == DkimAlgorithm.RSA ? "RSA" : "Ed25519");
            generator.initialize(algorithm == DkimAlgorithm.RSA ? RSA_BITS : 255, random);
            var pair = generator.generateKeyPair();
            return new DkimKey(domain, selector, algorithm, pair.getPrivate(), publicKey(algorithm, pair));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA and Ed25519", e);
        }
    }

    /// RSA as its X.509 form, Ed25519 as its bare 32 octets (RFC 8463, 4).
    private static String publicKey(DkimAlgorithm algorithm, KeyPair pair) {
        var encoded = pair.getPublic().getEncoded();
        return Base64.getEncoder()
                .encodeToString(
                        algorithm == DkimAlgorithm.RSA
                                ? encoded
                                : Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length));
    }

    /// A key from what [#secret] gave.
    ///
    /// @throws IllegalArgumentException when it is no key of this algorithm
    public static DkimKey of(String domain, String selector, DkimAlgorithm algorithm, String secret, String publicKey) {
        try {
            var factory = KeyFactory.getInstance(algorithm == DkimAlgorithm.RSA ? "RSA" : "Ed25519");
            var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(secret));
            return new DkimKey(domain, selector, algorithm, factory.generatePrivate(spec), publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a private key", e);
        }
    }

    /// The private key as text: PKCS #8 in base64.
    public String secret() {
        return Base64.getEncoder().encodeToString(privateKey.getEncoded());
    }

    /// Where its DNS record stands.
    public String recordName() {
        return recordName(domain, selector);
    }

    public static String recordName(String domain, String selector) {
        return selector + "._domainkey." + domain;
    }

    /// What its DNS record says.
    public String recordText() {
        return recordText(algorithm, publicKey);
    }

    public static String recordText(DkimAlgorithm algorithm, String publicKey) {
        return "v=DKIM1; k=" + algorithm.keyType() + "; p=" + publicKey;
    }

    /// The record as one line of a zone file, cut into strings that a TXT record can hold.
    public static String zoneLine(String recordName, String recordText) {
        var line = new StringBuilder(recordName).append(". IN TXT (");
        for (int start = 0; start < recordText.length(); start += TXT_STRING_MAX) {
            line.append(" \"")
                    .append(recordText, start, Math.min(recordText.length(), start + TXT_STRING_MAX))
                    .append('"');
        }
        return line.append(" )").toString();
    }

    /// Without the private key.
    @Override
    public String toString() {
        return "DkimKey[" + recordName() + ", " + algorithm.tag() + "]";
    }
}
