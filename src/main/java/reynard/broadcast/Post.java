package reynard.broadcast;

import java.time.Instant;
import java.util.Optional;
import reynard.id.PostId;

/// The version of a broadcast on the web.
///
/// @param slug names it in its account's addresses since it was seen for the first time
/// @param appearsAt when it is to be seen; empty while nobody has said so
/// @param appearedAt since when it is to be seen
public record Post(PostId id, Optional<String> slug, Optional<Instant> appearsAt, Optional<Instant> appearedAt) {}
