package reynard.bulk;

import java.time.Instant;
import java.util.Optional;
import reynard.id.BulkJobId;

/// A request for many things that is worked off in the background.
///
/// @param bytes how long the request was
/// @param done how many of its items are done with, the failed ones too
/// @param created how many of those are people who were not on the list before; counted for tables only
record BulkJob(
        BulkJobId id,
        BulkOperation operation,
        long bytes,
        int items,
        int done,
        int failed,
        int created,
        Instant createdAt,
        Optional<Instant> finishedAt,
        Optional<Callback> callback) {

    String status() {
        if (finishedAt.isPresent()) {
            return "done";
        }
        return done == 0 ? "waiting" : "working";
    }

    /// Who is told when it is done.
    ///
    /// @param status waiting, delivered or failed
    /// @param error why the last try was none
    record Callback(String url, String status, int attempts, Optional<String> error) {}
}
