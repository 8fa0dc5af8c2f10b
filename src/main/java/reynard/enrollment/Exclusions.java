package reynard.enrollment;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.id.SubscriberId;
import reynard.segment.Segments;
import reynard.sequence.Exclusion;

/// Who falls under the exclusions at this moment.
final class Exclusions {
    private final EnrollmentStore store;
    private final Segments segments;

    Exclusions(EnrollmentStore store, Segments segments) {
        this.store = store;
        this.segments = segments;
    }

    /// For each of the subscribers whom one applies to, the first by type and id.
    Map<SubscriberId, Rule.Excluded> of(
            Tx tx, AccountId account, Collection<Exclusion> exclusions, Collection<SubscriberId> subscribers) {
        if (exclusions.isEmpty()) {
            return Map.of();
        }
        var excluded = new HashMap<>(store.excluded(tx, account, exclusions, subscribers));
        for (var exclusion : exclusions) {
            if (exclusion.source() == Exclusion.Source.SEGMENT) {
                var id = new SegmentId(exclusion.id());
                segments.find(tx, account, id).ifPresent(segment -> {
                    var rule = new Rule.Excluded(exclusion, segment.name(), Optional.empty());
                    segments.matching(tx, account, id, subscribers)
                            .forEach(subscriber -> excluded.merge(
                                    subscriber,
                                    rule,
                                    BinaryOperator.minBy(Comparator.comparing(Rule.Excluded::exclusion))));
                });
            }
        }
        return excluded;
    }
}
