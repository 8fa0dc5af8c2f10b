package reynard.access;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import reynard.id.AppId;

/// A program that asks accounts for tokens.
///
/// @param clientId names it in requests; no secret
/// @param confidential whether it has a secret to show; a program in a browser or a telephone cannot keep one
/// @param redirectUris where codes may be sent to, compared character by character
public record App(
        AppId id,
        String clientId,
        String name,
        boolean confidential,
        List<String> redirectUris,
        Instant createdAt,
        Optional<Instant> revokedAt) {
    public App {
        redirectUris = List.copyOf(redirectUris);
    }
}
