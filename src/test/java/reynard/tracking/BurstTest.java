package reynard.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BurstTest {
    private static final Instant START = Instant.parse("2026-01-05T12:00:00Z");

    private final List<Burst.Click> clicks = new ArrayList<>();

    private BurstTest click(long delivery, long link, long millis) {
        clicks.add(
                new Burst.Click(new DeliveryId(delivery), new LinkId(link), START.plusMillis(millis), clicks.size()));
        return this;
    }

    @Test
    void three_links_of_one_email_within_two_seconds_are_one() {
        click(1, 1, 0).click(1, 2, 1_000).click(1, 3, 2_000);

        assertThat(Burst.of(clicks)).containsExactlyInAnyOrder(0L, 1L, 2L);
    }

    @Test
    void so_are_ten_in_one_second_in_any_order() {
        for (int i = 9; i >= 0; i--) {
            click(1, i, i * 100L);
        }

        assertThat(Burst.of(clicks)).hasSize(10);
    }

    @Test
    void two_links_are_not_nor_one_link_many_times_nor_links_of_several_emails() {
        click(1, 1, 0)
                .click(1, 2, 1)
                .click(1, 1, 2)
                .click(1, 1, 3)
                .click(2, 3, 4)
                .click(3, 4, 5);

        assertThat(Burst.of(clicks)).isEmpty();
    }

    @Test
    void three_links_one_after_the_other_are_not() {
        click(1, 1, 0).click(1, 2, 1_500).click(1, 3, 3_000).click(1, 4, 4_500);

        assertThat(Burst.of(clicks)).isEmpty();
    }

    @Test
    void clicks_before_and_after_it_are_not_part_of_it() {
        click(1, 1, 0)
                .click(1, 1, 60_000)
                .click(1, 2, 60_100)
                .click(1, 3, 60_200)
                .click(1, 1, 70_000);

        assertThat(Burst.of(clicks)).containsExactlyInAnyOrder(1L, 2L, 3L);
    }
}
