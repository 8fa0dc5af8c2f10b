package reynard.http;

import java.util.Optional;

/// Tells whose credential a request carries.
@FunctionalInterface
public interface Authenticator {
    /// @param apiKey the header `X-Kit-Api-Key` as it came
    Optional<Caller> authenticate(String apiKey);
}
