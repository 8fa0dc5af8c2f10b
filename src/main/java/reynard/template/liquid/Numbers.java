package reynard.template.liquid;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Liquid's numbers: whole ones are `Long`, or `BigInteger` where that is too small; others are `BigDecimal`, so that
/// 10.1 and 2.2 are 12.3.
final class Numbers {
    /// Past this many digits a number is an attack, not a price.
    private static final int DIGITS_MAX = 300;

    private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);
    private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);

    private Numbers() {}

    enum Operation {
        PLUS,
        MINUS,
        TIMES,
        DIVIDE,
        MODULO
    }

    static @Nullable Object of(Number data) {
        return switch (data) {
            case Long whole -> whole;
            case Integer whole -> whole.longValue();
            case Short whole -> whole.longValue();
            case Byte whole -> whole.longValue();
            case Double number -> Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
            case Float number -> Float.isFinite(number) ? new BigDecimal(number.toString()) : null;
            case BigInteger whole
            when whole.getClass() == BigInteger.class -> whole.bitLength() > DIGITS_MAX * 3 ? null : small(whole);
            case BigDecimal number when number.getClass() == BigDecimal.class -> tooLong(number) ? null : number;
            default -> null;
        };
    }

    static boolean isNumber(@Nullable Object value) {
        return value instanceof Long || value instanceof BigDecimal || value instanceof BigInteger;
    }

    /// A value where a number is meant: text counts as the number it starts with, all else as 0.
    static Object number(@Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case BigInteger number -> number;
            case BigDecimal number -> number;
            case String text -> read(text);
            case null, default -> 0L;
        };
    }

    /// A value where a whole number must be given, such as the length of `truncate`.
    static long integer(@Nullable Object value) {
        return switch (value) {
            case Long number -> number;
            case BigInteger number -> clamp(number);
            case String text when isDigits(text.strip()) -> whole(text);
            case null, default -> throw new Failure("a whole number is needed here, not " + shown(value));
        };
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case BigDecimal number -> text(number);
            case String text when text.length() <= 40 -> "`" + text + "`";
            case null, default -> Values.kind(value);
        };
    }

    /// A value as the end of a range: what lies behind the point is cut off.
    static long whole(@Nullable Object value) {
        return switch (number(value)) {
            case Long number -> number;
            case BigInteger number -> clamp(number);
            case BigDecimal number -> clamp(number.toBigInteger());
            default -> 0;
        };
    }

    private static long clamp(BigInteger number) {
        return number.min(LONG_MAX).max(LONG_MIN).longValue();
    }

    private static boolean isDigits(String text) {
        int from = text.startsWith("-") ? 1 : 0;
        return text.length() > from && digitsFrom(text, from) == text.length();
    }

    /// The number a text is, or the whole number it starts with, or 0.
    private static Object read(String text) {
        var stripped = text.strip();
        int end = digitsFrom(stripped, stripped.startsWith("-") || stripped.startsWith("+") ? 1 : 0);
        if (end == 0 || end > DIGITS_MAX || !Character.isDigit(stripped.charAt(end - 1))) {
            return 0L;
        }
        if (end + 1 < stripped.length()
                && stripped.charAt(end) == '.'
                && stripped.length() <= DIGITS_MAX
                && digitsFrom(stripped, end + 1) == stripped.length()) {
            return new BigDecimal(stripped);
        }
        return small(new BigInteger(stripped.substring(0, end)));
    }

    private static int digitsFrom(String text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    /// The number of a literal: digits, perhaps a point and digits.
    static Object literal(String text) {
        return text.indexOf('.') < 0 ? small(new BigInteger(text)) : new BigDecimal(text);
    }

    static boolean tooLong(String literal) {
        return literal.length() > DIGITS_MAX;
    }

    static int compare(Object a, Object b) {
        return a instanceof Long one && b instanceof Long other
                ? Long.compare(one, other)
                : decimal(a).compareTo(decimal(b));
    }

    static Object calculate(Operation operation, @Nullable Object left, @Nullable Object right) {
        var a = number(left);
        var b = number(right);
        if ((operation == Operation.DIVIDE || operation == Operation.MODULO)
                && decimal(b).signum() == 0) {
            throw new Failure("divided by zero");
        }
        return a instanceof BigDecimal || b instanceof BigDecimal
                ? decimals(operation, decimal(a), decimal(b))
                : integers(operation, integerOf(a), integerOf(b));
    }

    private static Object integers(Operation operation, BigInteger a, BigInteger b) {
        return small(
                switch (operation) {
                    case PLUS -> a.add(b);
                    case MINUS -> a.subtract(b);
                    case TIMES -> a.multiply(b);
                    case DIVIDE -> floorDivide(a, b);
                    case MODULO -> a.subtract(floorDivide(a, b).multiply(b));
                });
    }

    private static BigInteger floorDivide(BigInteger a, BigInteger b) {
        var parts = a.divideAndRemainder(b);
        return parts[1].signum() != 0 && parts[1].signum() != b.signum() ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static Object decimals(Operation operation, BigDecimal a, BigDecimal b) {
        var result = switch (operation) {
            case PLUS -> a.add(b, MathContext.DECIMAL128);
            case MINUS -> a.subtract(b, MathContext.DECIMAL128);
            case TIMES -> a.multiply(b, MathContext.DECIMAL128);
            case DIVIDE -> a.divide(b, MathContext.DECIMAL128);
            case MODULO ->
                a.subtract(
                        new BigDecimal(a.divide(b, MathContext.DECIMAL128)
                                        .setScale(0, RoundingMode.FLOOR)
                                        .toBigInteger())
                                .multiply(b),
                        MathContext.DECIMAL128);
        };
        if (tooLong(result)) {
            throw new Failure("number is too large");
        }
        return result;
    }

    static Object abs(@Nullable Object value) {
        var number = number(value);
        return number instanceof BigDecimal decimal
                ? decimal.abs()
                : small(integerOf(number).abs());
    }

    /// The number rounded to whole ones, or to `digits` behind the point where that is more than 0.
    static Object round(@Nullable Object value, long digits, RoundingMode mode) {
        var number = number(value);
        if (digits > 0 && !(number instanceof BigDecimal)) {
            return number;
        }
        int scale = Math.clamp(digits, -DIGITS_MAX, DIGITS_MAX);
        var rounded = decimal(number);
        rounded = rounded.scale() <= scale ? rounded : rounded.setScale(scale, mode);
        return scale > 0 ? rounded : small(rounded.toBigInteger());
    }

    /// A whole number as it is written; another as the shortest text that names it, always with a point.
    static String text(Object number) {
        if (!(number instanceof BigDecimal decimal)) {
            return number.toString();
        }
        var shortest = Double.toString(decimal.doubleValue());
        double size = decimal.abs().doubleValue();
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            return shortest.replace("E", size >= 1 ? "e+" : "e");
        }
        var plain = new BigDecimal(shortest).toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    private static BigDecimal decimal(Object number) {
        return switch (number) {
            case BigDecimal decimal -> decimal;
            case Long whole -> BigDecimal.valueOf(whole);
            default -> new BigDecimal((BigInteger) number);
        };
    }

    private static BigInteger integerOf(Object number) {
        return number instanceof Long whole ? BigInteger.valueOf(whole) : (BigInteger) number;
    }

    private static Object small(BigInteger number) {
        if (number.bitLength() > DIGITS_MAX * 4) {
            throw new Failure("number is too large");
        }
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }

    private static boolean tooLong(BigDecimal number) {
        return Math.abs((long) number.scale()) > DIGITS_MAX || number.precision() > DIGITS_MAX;
    }
}
