package reynard.demo;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import reynard.demo.Course.Letter;

/// One line of the final table: what became of one letter.
///
/// @param skipped how many by rule
/// @param notReached how many by reason
record Tally(
        Letter letter,
        int sent,
        SortedMap<String, Integer> skipped,
        SortedMap<String, Integer> notReached,
        Optional<Instant> first,
        Optional<Instant> last) {

    /// A line per letter.
    ///
    /// @param fates of each person, one per letter
    static List<Tally> of(Course course, Collection<List<Fate>> fates) {
        var tallies = new ArrayList<Tally>();
        for (var letter : course.letters()) {
            tallies.add(of(
                    letter,
                    fates.stream().map(each -> each.get(letter.number() - 1)).toList()));
        }
        return tallies;
    }

    private static Tally of(Letter letter, List<Fate> fates) {
        var sent = new ArrayList<Instant>();
        var skipped = new TreeMap<String, Integer>();
        var notReached = new TreeMap<String, Integer>();
        for (var fate : fates) {
            switch (fate) {
                case Fate.Sent(var at) -> sent.add(at);
                case Fate.Skipped(var _, var rule) -> skipped.merge(rule, 1, Integer::sum);
                case Fate.NotReached(var why) -> notReached.merge(why, 1, Integer::sum);
            }
        }
        return new Tally(
                letter,
                sent.size(),
                skipped,
                notReached,
                sent.stream().min(Instant::compareTo),
                sent.stream().max(Instant::compareTo));
    }

    int planned() {
        return sent + sum(skipped) + sum(notReached);
    }

    static int sum(SortedMap<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
