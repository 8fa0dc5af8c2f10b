package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AccountId;

/// The letters that kept ones are told from: each is kept once, and as long as one needs it.
final class Sources {
    /// Who has been told so long ago that one is kept asks again.
    private static final Duration TRUSTED = Duration.ofHours(1);
    /// Longer than anybody trusts that one is kept.
    private static final Duration UNUSED = Duration.ofDays(2);

    private final DeliveryStore store;
    private final Map<Key, Instant> kept = new ConcurrentHashMap<>();

    private record Key(AccountId account, String source) {}

    Sources(DeliveryStore store) {
        this.store = store;
    }

    /// Those that may not be kept yet. They are to be kept by the transaction that needs them, and [#areKept] told of
    /// once it is committed.
    List<Delta.Source> unkept(AccountId account, Collection<DeliveryStore.Marking> markings, Instant now) {
        return markings.stream()
                .map(DeliveryStore.Marking::source)
                .flatMap(Optional::stream)
                .distinct()
                .filter(source -> !isTrusted(kept.get(new Key(account, source.id())), now))
                // In one order, so that two nodes do not wait for each other.
                .sorted(Comparator.comparing(Delta.Source::id))
                .toList();
    }

    private static boolean isTrusted(@Nullable Instant since, Instant now) {
        return since != null && now.isBefore(since.plus(TRUSTED));
    }

    void areKept(AccountId account, List<Delta.Source> sources, Instant now) {
        if (!sources.isEmpty()) {
            kept.values().removeIf(since -> !isTrusted(since, now));
            sources.forEach(source -> kept.put(new Key(account, source.id()), now));
        }
    }

    /// Forgets those that no letter needs any more.
    ///
    /// @return how many
    int sweep(Tx tx, AccountId account, Instant now) {
        return store.dropSources(tx, account, now.minus(UNUSED));
    }
}
