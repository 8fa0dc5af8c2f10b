package reynard.enrollment;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.id.SubscriberId;
import reynard.segment.Segments;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequence;

/// Who falls under the exclusions of a sequence at this moment.
final class Exclusions {
    private final EnrollmentStore store;
    private final Segments segments;

    Exclusions(EnrollmentStore store, Segments segments) {
        this.store = store;
        this.segments = segments;
    }

    /// For each of the subscribers whom one applies to, the first: by type, segments last, and by id.
    Map<SubscriberId, Rule.Excluded> of(
            Tx tx, AccountId account, Sequence sequence, Collection<SubscriberId> subscribers) {
        var exclusions = sequence.settings().exclusions();
        if (exclusions.isEmpty()) {
            return Map.of();
        }
        var excluded = new HashMap<>(store.excluded(tx, account, sequence.id(), subscribers));
        for (var exclusion : exclusions) {
            if (exclusion.source() == Exclusion.Source.SEGMENT) {
                var id = new SegmentId(exclusion.id());
                segments.find(tx, account, id).ifPresent(segment -> {
                    var rule = new Rule.Excluded(exclusion, segment.name(), java.util.Optional.empty());
                    segments.matching(tx, account, id, subscribers)
                            .forEach(subscriber -> excluded.putIfAbsent(subscriber, rule));
                });
            }
        }
        return excluded;
    }
}
