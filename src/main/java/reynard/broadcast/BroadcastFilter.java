package reynard.broadcast;

import java.time.Instant;
import java.util.Optional;

/// Which broadcasts a list shows. Those that have not begun to be sent are neither after nor before anything.
public record BroadcastFilter(Optional<String> status, Optional<Instant> sentAfter, Optional<Instant> sentBefore) {}
