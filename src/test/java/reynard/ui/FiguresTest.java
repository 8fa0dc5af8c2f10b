package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.AccountId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FiguresTest {
    private static final AccountId SMALL = new AccountId(1);
    private static final AccountId LARGE = new AccountId(2);

    private final Queue<Runnable> behind = new ArrayDeque<>();
    private final AtomicLong nanos = new AtomicLong(Duration.ofDays(1).toNanos());
    private final Figures figures =
            new Figures(account -> account.equals(LARGE), Duration.ZERO, behind::add, nanos::get);
    private int counted;

    private int count() {
        return ++counted;
    }

    @Test
    void a_small_account_is_counted_whenever_it_is_asked_for() {
        assertThat(figures.get(SMALL, Integer.class, 0, this::count)).hasValue(1);
        assertThat(figures.get(SMALL, Integer.class, 0, this::count)).hasValue(2);
        assertThat(behind).isEmpty();
    }

    @Test
    void a_large_account_is_counted_once_for_all_who_ask_and_shown_as_it_was() {
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).isEmpty();
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).isEmpty();
        behind.remove().run();
        assertThat(behind).isEmpty();
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).hasValue(1);

        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).hasValue(1);
        behind.remove().run();
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).hasValue(2);
        assertThat(figures.get(LARGE, Integer.class, 7, this::count)).isEmpty();
    }

    @Test
    void what_fails_is_tried_again_when_it_is_asked_for_again() {
        assertThat(figures.get(LARGE, Integer.class, 0, () -> {
                    throw new IllegalStateException("no database");
                }))
                .isEmpty();
        behind.remove().run();

        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).isEmpty();
        behind.remove().run();
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).hasValue(1);
    }

    @Test
    void what_was_counted_long_ago_is_not_shown_any_more() {
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).isEmpty();
        behind.remove().run();
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());

        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).isEmpty();
        behind.remove().run();
        assertThat(figures.get(LARGE, Integer.class, 0, this::count)).hasValue(2);
    }
}
