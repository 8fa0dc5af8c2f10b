package reynard.delivery;

import java.util.function.Supplier;

/// The addresses under which readers reach this server.
///
/// @param publicUrl what they begin with, without a slash at its end; known once the server listens
public record Links(Supplier<String> publicUrl) {
    /// Where a reader leaves. The token in the path is all that it takes (RFC 8058, 3.1).
    public String unsubscribe(String accountToken, String deliveryToken) {
        return publicUrl.get() + "/u/" + accountToken + "/" + deliveryToken;
    }
}
