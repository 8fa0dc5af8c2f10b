package reynard.template.liquid;

import java.util.AbstractList;

/// The whole numbers from one to another, both included; nothing if the end lies before the start. Never materialised:
/// a range of a thousand million costs nothing until somebody walks through it.
final class Range extends AbstractList<Long> {
    final long from;
    final long to;

    Range(long from, long to) {
        this.from = from;
        this.to = to;
    }

    @Override
    public Long get(int index) {
        return from + index;
    }

    @Override
    public Long getLast() {
        return to;
    }

    @Override
    public int size() {
        if (to < from) {
            return 0;
        }
        long distance = to - from;
        return distance < 0 || distance >= Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) distance + 1;
    }

    @Override
    public String toString() {
        return from + ".." + to;
    }
}
