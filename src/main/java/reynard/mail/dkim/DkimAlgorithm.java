package reynard.mail.dkim;

import java.util.Locale;

/// The two ways to sign. RSA is the one that every receiver checks; Ed25519 comes beside it and never alone.
public enum DkimAlgorithm {
    RSA("rsa-sha256", "SHA256withRSA"),
    ED25519("ed25519-sha256", "Ed25519");

    private final String tag;
    private final String jdkName;

    DkimAlgorithm(String tag, String jdkName) {
        this.tag = tag;
        this.jdkName = jdkName;
    }

    /// The value of `a=` in a signature.
    public String tag() {
        return tag;
    }

    /// The value of `k=` in a DNS record.
    public String keyType() {
        return name().toLowerCase(Locale.ROOT);
    }

    String jdkName() {
        return jdkName;
    }
}
