package reynard.tracking;

import static java.util.stream.Collectors.groupingBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import reynard.id.DeliveryId;
import reynard.id.LinkId;

/// Several links of one email followed at once: what a scanner does and no person.
final class Burst {
    /// How near to each other they must be.
    static final Duration WINDOW = Duration.ofSeconds(2);

    private static final int LINKS_MIN = 3;

    private Burst() {}

    record Click(DeliveryId delivery, LinkId link, Instant at, long id) {}

    /// The ids of the clicks that are part of one.
    static Set<Long> of(Collection<Click> clicks) {
        var found = new HashSet<Long>();
        clicks.stream()
                .sorted(Comparator.comparing(Click::at))
                .collect(groupingBy(Click::delivery))
                .values()
                .forEach(ofOne -> find(ofOne, found));
        return found;
    }

    private static void find(List<Click> clicks, Set<Long> found) {
        int first = 0;
        for (int last = 0; last < clicks.size(); last++) {
            while (clicks.get(first).at().plus(WINDOW).isBefore(clicks.get(last).at())) {
                first++;
            }
            var near = clicks.subList(first, last + 1);
            if (near.stream().map(Click::link).distinct().count() >= LINKS_MIN) {
                near.forEach(click -> found.add(click.id()));
            }
        }
    }
}
