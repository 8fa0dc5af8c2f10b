package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.AccountId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BookmarksTest {
    private static final Bookmarks.Queue QUEUE = new Bookmarks.Queue(new AccountId(1), "sequence");
    private static final Instant NOON = Instant.parse("2026-03-04T12:00:00Z");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Bookmarks bookmarks = new Bookmarks(nanos::get);

    @Test
    void a_queue_without_a_bookmark_is_read_from_its_head() {
        assertThat(bookmarks.of(QUEUE)).isEqualTo(Bookmarks.Place.HEAD);
        assertThat(bookmarks.places()).isEmpty();
    }

    @Test
    void a_queue_is_read_on_from_where_it_was_left() {
        var place = new Bookmarks.Place(NOON, 7);
        bookmarks.put(QUEUE, place);
        assertThat(bookmarks.of(QUEUE)).isEqualTo(place);
        assertThat(bookmarks.of(new Bookmarks.Queue(new AccountId(1), "broadcast")))
                .isEqualTo(Bookmarks.Place.HEAD);
    }

    @Test
    void once_a_second_it_is_read_from_its_head_however_often_the_bookmark_moves() {
        bookmarks.put(QUEUE, new Bookmarks.Place(NOON, 1));
        nanos.addAndGet(Duration.ofMillis(600).toNanos());
        bookmarks.put(QUEUE, new Bookmarks.Place(NOON, 2));
        nanos.addAndGet(Duration.ofMillis(600).toNanos());
        assertThat(bookmarks.of(QUEUE)).isEqualTo(Bookmarks.Place.HEAD);
    }

    @Test
    void places_stand_by_their_time_and_then_by_their_id() {
        assertThat(new Bookmarks.Place(NOON, 9)).isLessThan(new Bookmarks.Place(NOON.plusMillis(1), 1));
        assertThat(new Bookmarks.Place(NOON, 1)).isLessThan(new Bookmarks.Place(NOON, 2));
        assertThat(Bookmarks.Place.HEAD).isLessThan(new Bookmarks.Place(Instant.EPOCH, 1));
    }
}
