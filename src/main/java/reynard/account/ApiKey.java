package reynard.account;

import java.time.Instant;
import java.util.Optional;
import reynard.id.ApiKeyId;

/// What is known of a key; the key itself is kept nowhere.
public record ApiKey(ApiKeyId id, String name, Instant createdAt, Optional<Instant> revokedAt) {}
