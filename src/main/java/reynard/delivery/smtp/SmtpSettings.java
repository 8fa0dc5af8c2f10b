package reynard.delivery.smtp;

import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/// How we present ourselves to every relay, how patient we are, and whose certificates we believe.
///
/// `ehloName` is our host name, or an address literal such as `[192.0.2.1]`.
public record SmtpSettings(String ehloName, Timeouts timeouts, SSLContext trust) {

    public SmtpSettings {
        if (ehloName.isEmpty() || !ehloName.chars().allMatch(unit -> unit > ' ' && unit < 0x7F)) {
            throw new IllegalArgumentException("the EHLO name must be printable ASCII without spaces: " + ehloName);
        }
    }

    /// The RFC's timeouts and the certificates that this Java trusts.
    public static SmtpSettings withDefaults(String ehloName) {
        try {
            return new SmtpSettings(ehloName, Timeouts.DEFAULT, SSLContext.getDefault());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }
}
