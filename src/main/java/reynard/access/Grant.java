package reynard.access;

import java.time.Instant;
import java.util.Optional;
import reynard.id.AppId;
import reynard.id.GrantId;

/// What an account lets somebody do in its name, until it is revoked.
///
/// @param app empty for a token that the account made itself
/// @param expiresAt when its last token ends; empty for one that does not end by itself
public record Grant(
        GrantId id,
        String name,
        Optional<AppId> app,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt) {}
