package reynard.enrollment;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.id.SubscriberId;
import reynard.segment.Segments;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequence;

/// Who does not get a sequence's emails, as of now: one source that applies is enough.
final class Exclusions {
    private final EnrollmentStore store;
    private final Segments segments;

    Exclusions(EnrollmentStore store, Segments segments) {
        this.store = store;
        this.segments = segments;
    }

    /// For each subscriber who is excluded the first source that applies to them, by type and id.
    Map<SubscriberId, Exclusion> judge(
            Tx tx, AccountId account, Sequence sequence, Collection<SubscriberId> subscribers) {
        var sources = sequence.settings().exclusions();
        if (sources.isEmpty()) {
            return Map.of();
        }
        var excluded = new HashMap<>(store.excluded(tx, account, sequence.id(), subscribers));
        for (var source : sources) {
            if (source.source() == Exclusion.Source.SEGMENT) {
                segments.matching(tx, account, new SegmentId(source.id()), subscribers)
                        .forEach(subscriber ->
                                excluded.merge(subscriber, source, BinaryOperator.minBy(Exclusion::compareTo)));
            }
        }
        return excluded;
    }
}
