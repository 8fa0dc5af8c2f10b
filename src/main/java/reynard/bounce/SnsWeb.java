package reynard.bounce;

import java.io.IOException;
import java.net.URI;

/// Fetches what SNS offers on its own endpoints: its certificates, and the confirmation of a subscription.
@FunctionalInterface
public interface SnsWeb {
    /// @param url of SNS; see [reynard.feedback.SnsMessage]
    /// @throws IOException when it is not to be had
    byte[] get(URI url) throws IOException;
}
