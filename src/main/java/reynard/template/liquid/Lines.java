package reynard.template.liquid;

import java.util.Arrays;

/// Where the lines of a source start, so that an offset can be told as line and column without keeping the source.
final class Lines {
    private final int[] starts;

    private Lines(int[] starts) {
        this.starts = starts;
    }

    static Lines of(String source) {
        var starts = new int[16];
        int count = 1;
        for (int i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
            }
            starts[count++] = i + 1;
        }
        return new Lines(Arrays.copyOf(starts, count));
    }

    LiquidError error(String problem, int offset) {
        int found = Arrays.binarySearch(starts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new LiquidError(problem, line + 1, offset - starts[line] + 1);
    }
}
