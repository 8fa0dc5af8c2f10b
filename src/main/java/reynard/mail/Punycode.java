package reynard.mail;

/// Unicode labels in letters, digits and hyphens (RFC 3492). Encoding only.
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;

    private Punycode() {}

    /// The label itself if it is ASCII, else its A-label, `xn--` and the encoded form.
    static String label(String label) {
        var out = new StringBuilder();
        label.chars().filter(unit -> unit < 0x80).forEach(unit -> out.append((char) unit));
        int basic = out.length();
        if (basic == label.length()) {
            return label;
        }
        if (basic > 0) {
            out.append('-');
        }
        int[] points = label.codePoints().toArray();
        int bias = 72;
        int delta = 0;
        int handled = basic;
        for (int point = 0x7F; handled < points.length; ) {
            int next = smallestAbove(points, point);
            delta += (next - point - 1) * (handled + 1);
            point = next;
            for (int seen : points) {
                if (seen < point) {
                    delta++;
                } else if (seen == point) {
                    appendNumber(out, delta, bias);
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta++;
        }
        return out.insert(0, "xn--").toString();
    }

    private static int smallestAbove(int[] points, int floor) {
        int smallest = Integer.MAX_VALUE;
        for (int point : points) {
            if (point > floor && point < smallest) {
                smallest = point;
            }
        }
        return smallest;
    }

    private static void appendNumber(StringBuilder out, int number, int bias) {
        int rest = number;
        for (int k = BASE; ; k += BASE) {
            int threshold = Math.clamp(k - bias, T_MIN, T_MAX);
            if (rest < threshold) {
                out.append(digit(rest));
                return;
            }
            out.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
            rest = (rest - threshold) / (BASE - threshold);
        }
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int adapt(int number, int points, boolean first) {
        int delta = first ? number / DAMP : number / 2;
        delta += delta / points;
        int k = 0;
        while (delta > (BASE - T_MIN) * T_MAX / 2) {
            delta /= BASE - T_MIN;
            k += BASE;
        }
        return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
    }
}
