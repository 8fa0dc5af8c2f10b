package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import reynard.id.AccountId;

/// Where this node reads on in a queue: behind what it has just taken from it.
///
/// PostgreSQL keeps the index entries of what is taken until the next vacuum. Whoever begins at the head of a long
/// queue walks over all of them each time, so beginning there is for once a second. What comes to stand before a
/// bookmark, such as the mail of a sequence that goes on, waits for that.
final class Bookmarks {
    private static final long GOOD_FOR = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<Queue, Bookmark> bookmarks = new HashMap<>();

    Bookmarks(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// What an account has to send of one kind.
    ///
    /// @param kind its [Kind#wireName]
    record Queue(AccountId account, String kind) {}

    /// The order of a queue.
    record Place(Instant nextAttemptAt, long delivery) implements Comparable<Place> {
        /// Before all.
        static final Place HEAD = new Place(Instant.parse("0001-01-01T00:00:00Z"), 0);

        @Override
        public int compareTo(Place other) {
            int byTime = nextAttemptAt.compareTo(other.nextAttemptAt);
            return byTime != 0 ? byTime : Long.compare(delivery, other.delivery);
        }
    }

    /// @param since when the queue was last read from its head
    private record Bookmark(Place place, long since) {}

    /// Behind which place to read on.
    Place of(Queue queue) {
        return places().getOrDefault(queue, Place.HEAD);
    }

    /// Those behind which to read on; all others are read from their heads.
    Map<Queue, Place> places() {
        long now = nanoTime.getAsLong();
        bookmarks.values().removeIf(bookmark -> now - bookmark.since() > GOOD_FOR);
        var places = new HashMap<Queue, Place>();
        bookmarks.forEach((queue, bookmark) -> places.put(queue, bookmark.place()));
        return places;
    }

    /// Up to here the queue is taken, and there is more of it.
    void put(Queue queue, Place place) {
        bookmarks.merge(queue, new Bookmark(place, nanoTime.getAsLong()), (old, _) -> new Bookmark(place, old.since()));
    }

    void remove(Queue queue) {
        bookmarks.remove(queue);
    }

    void clear() {
        bookmarks.clear();
    }
}
