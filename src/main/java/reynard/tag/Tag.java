package reynard.tag;

import java.time.Instant;
import reynard.id.TagId;

/// A label; its name is unique in the account without regard to case.
public record Tag(TagId id, String name, Instant createdAt) {}
