package reynard.enrollment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.tzdata.TzData;

/// Loads plans. The emails of a plan version never change, so they are kept; the sequence itself is read each time.
final class Plans {
    private static final int KEPT_MAX = 1_000;

    private record Key(AccountId account, SequenceId sequence, long planVersion) {}

    private final Sequences sequences;
    private final TzData tzData;
    private final Policies policies;
    private final Map<Key, List<SequenceEmail>> outlines =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, List<SequenceEmail>> eldest) {
                    return size() > KEPT_MAX;
                }
            });

    Plans(Sequences sequences, TzData tzData, Policies policies) {
        this.sequences = sequences;
        this.tzData = tzData;
        this.policies = policies;
    }

    /// The plan as it is, which no edit changes before the transaction ends; empty when the sequence is deleted.
    Optional<Plan> inForce(Tx tx, AccountId account, SequenceId id) {
        return sequences.findForShare(tx, account, id).map(sequence -> plan(tx, account, sequence));
    }

    /// The tz release that plans are made with.
    String tzdata() {
        return tzData.version();
    }

    /// The plan as it is at this moment; empty when the sequence is deleted.
    Optional<Plan> now(Tx tx, AccountId account, SequenceId id) {
        // Not kept: without the lock, the emails may be newer than the version read before them.
        return sequences.find(tx, account, id).map(sequence -> plan(sequence, sequences.outline(tx, account, id)));
    }

    /// The plan after an edit of the sequence or of some of its emails. Nothing is written.
    Plan edited(Plan plan, Sequence sequence, Collection<SequenceEmail> edited) {
        var after = new HashMap<SequenceEmailId, SequenceEmail>();
        edited.forEach(email -> after.put(email.id(), email));
        return plan(
                sequence,
                plan.emails().stream()
                        .map(email -> after.getOrDefault(email.id(), email))
                        .toList());
    }

    private Plan plan(Tx tx, AccountId account, Sequence sequence) {
        var key = new Key(account, sequence.id(), sequence.planVersion());
        var outline = outlines.get(key);
        if (outline == null) {
            outline = new ArrayList<>(sequences.outline(tx, account, sequence.id()));
            outlines.put(key, outline);
        }
        return plan(sequence, outline);
    }

    private Plan plan(Sequence sequence, List<SequenceEmail> outline) {
        var name = sequence.settings().timeZone();
        var zone = tzData.find(name).orElseThrow(() -> new IllegalStateException("the tz data lacks " + name));
        return new Plan(sequence, zone, tzData.version(), outline, policies);
    }
}
