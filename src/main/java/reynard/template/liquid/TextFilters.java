package reynard.template.liquid;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Filters on text. What is not text is taken as its text. Lengths count characters as people do, not UTF-16 halves.
final class TextFilters {
    private TextFilters() {}

    static void addTo(Filter.Shelf shelf) {
        simple(shelf, "upcase", text -> text.toUpperCase(Locale.ROOT));
        simple(shelf, "downcase", text -> text.toLowerCase(Locale.ROOT));
        simple(shelf, "capitalize", TextFilters::capitalize);
        simple(shelf, "strip", String::strip);
        simple(shelf, "lstrip", String::stripLeading);
        simple(shelf, "rstrip", String::stripTrailing);
        simple(shelf, "strip_newlines", text -> text.replace("\r\n", "").replace("\n", ""));
        simple(shelf, "strip_html", Html::withoutTags);
        simple(shelf, "url_encode", TextFilters::urlEncode);
        simple(shelf, "url_decode", TextFilters::urlDecode);
        simple(shelf, "base64_encode", text -> Base64.getEncoder().encodeToString(utf8(text)));
        simple(shelf, "base64_url_safe_encode", text -> Base64.getUrlEncoder().encodeToString(utf8(text)));
        simple(shelf, "base64_decode", text -> decode(Base64.getDecoder(), text));
        simple(shelf, "base64_url_safe_decode", text -> decode(Base64.getUrlDecoder(), text));
        shelf.add("append", 1, 1, (in, args, scope) -> join(in, args[0], scope));
        shelf.add("prepend", 1, 1, (in, args, scope) -> join(args[0], in, scope));
        addReplacing(shelf);
        shelf.add("split", 1, 1, TextFilters::split);
        shelf.add("truncate", 0, 2, TextFilters::truncate);
        shelf.add("truncatewords", 0, 2, TextFilters::truncateWords);
        addMarkup(shelf);
    }

    private static void simple(Filter.Shelf shelf, String name, UnaryOperator<String> work) {
        shelf.add(name, 0, 0, (in, _, scope) -> {
            var text = work.apply(Values.text(in, scope));
            scope.budget.text(text.length());
            return text;
        });
    }

    private static void addReplacing(Filter.Shelf shelf) {
        shelf.add("remove", 1, 1, (in, args, scope) -> replaceAll(in, args[0], "", scope));
        shelf.add("remove_first", 1, 1, (in, args, scope) -> replaceOne(in, args[0], "", false, scope));
        shelf.add("remove_last", 1, 1, (in, args, scope) -> replaceOne(in, args[0], "", true, scope));
        shelf.add("replace", 1, 2, (in, args, scope) -> replaceAll(in, args[0], second(args), scope));
        shelf.add("replace_first", 1, 2, (in, args, scope) -> replaceOne(in, args[0], second(args), false, scope));
        shelf.add("replace_last", 2, 2, (in, args, scope) -> replaceOne(in, args[0], second(args), true, scope));
    }

    private static @Nullable Object second(@Nullable Object[] args) {
        return args.length < 2 ? "" : args[1];
    }

    /// Filters whose result is HTML. Where values are escaped on output, it is not escaped again.
    private static void addMarkup(Filter.Shelf shelf) {
        shelf.addForMarkup(
                "raw",
                0,
                0,
                (in, _, scope) ->
                        in instanceof Markup || in == null || !scope.html ? in : new Markup(Values.text(in, scope)));
        shelf.add("escape", 0, 0, (in, _, scope) -> markup(Html.escape(Values.text(in, scope), scope.budget), scope));
        shelf.add("h", 0, 0, (in, _, scope) -> markup(Html.escape(Values.text(in, scope), scope.budget), scope));
        shelf.add(
                "escape_once",
                0,
                0,
                (in, _, scope) -> markup(Html.escapeOnce(Values.text(in, scope), scope.budget), scope));
        shelf.addForMarkup("newline_to_br", 0, 0, (in, _, scope) -> {
            var text = Values.text(in, scope);
            var safe = scope.html && !(in instanceof Markup) ? Html.escape(text, scope.budget) : text;
            var result = Html.breaks(safe);
            scope.budget.text(result.length());
            return markup(result, scope);
        });
    }

    private static Object markup(String html, Scope scope) {
        return scope.html ? new Markup(html) : html;
    }

    private static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int second = text.offsetByCodePoints(0, 1);
        return text.substring(0, second).toUpperCase(Locale.ROOT)
                + text.substring(second).toLowerCase(Locale.ROOT);
    }

    private static String join(@Nullable Object first, @Nullable Object second, Scope scope) {
        var a = Values.text(first, scope);
        var b = Values.text(second, scope);
        scope.budget.text((long) a.length() + b.length());
        return a.concat(b);
    }

    private static String replaceAll(
            @Nullable Object input, @Nullable Object searched, @Nullable Object replacement, Scope scope) {
        var text = Values.text(input, scope);
        var search = Values.text(searched, scope);
        var other = Values.text(replacement, scope);
        scope.budget.text(text.length());
        if (search.isEmpty()) {
            scope.budget.text(text.length() + (text.length() + 1L) * other.length());
            return text.replace("", other);
        }
        var finder = new Search(search, scope);
        int found = finder.in(text, 0);
        if (found < 0) {
            return text;
        }
        var out = new StringBuilder(text.length());
        int from = 0;
        for (; found >= 0; found = finder.in(text, from)) {
            scope.budget.step();
            Values.appendChecked(out.append(text, from, found), other, scope);
            from = found + search.length();
        }
        out.append(text, from, text.length());
        scope.budget.text(out.length());
        return out.toString();
    }

    private static String replaceOne(
            @Nullable Object input,
            @Nullable Object searched,
            @Nullable Object replacement,
            boolean last,
            Scope scope) {
        var text = Values.text(input, scope);
        var search = Values.text(searched, scope);
        var other = Values.text(replacement, scope);
        var finder = new Search(search, scope);
        int found = last ? finder.lastIn(text) : finder.in(text, 0);
        scope.budget.text((long) text.length() + other.length());
        return found < 0 ? text : text.substring(0, found) + other + text.substring(found + search.length());
    }

    private static List<String> split(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        var text = Values.text(input, scope);
        var separator = Values.text(args[0], scope);
        var parts = new ArrayList<String>();
        if (separator.isEmpty()) {
            scope.budget.steps(text.length());
            text.codePoints().forEach(point -> parts.add(Character.toString(point)));
            return parts;
        }
        if (separator.equals(" ")) {
            return words(text, scope);
        }
        int from = 0;
        var finder = new Search(separator, scope);
        for (int at = finder.in(text, 0); at >= 0; at = finder.in(text, from)) {
            scope.budget.step();
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        while (!parts.isEmpty() && parts.getLast().isEmpty()) {
            parts.removeLast();
        }
        return parts;
    }

    /// What stands between white space.
    private static List<String> words(String text, Scope scope) {
        var words = new ArrayList<String>();
        int i = 0;
        while (i < text.length()) {
            while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
                i++;
            }
            int from = i;
            while (i < text.length() && !Character.isWhitespace(text.charAt(i))) {
                i++;
            }
            if (i > from) {
                scope.budget.step();
                words.add(text.substring(from, i));
            }
        }
        return words;
    }

    private static @Nullable Object truncate(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        if (input == null) {
            return null;
        }
        var text = Values.text(input, scope);
        long length = args.length == 0 ? 50 : Numbers.integer(args[0]);
        var ending = args.length < 2 ? "..." : Values.text(args[1], scope);
        if (Values.size(text) <= length) {
            return text;
        }
        int kept = Math.clamp(length - Values.size(ending), 0, text.length());
        return join(text.substring(0, text.offsetByCodePoints(0, kept)), ending, scope);
    }

    private static @Nullable Object truncateWords(@Nullable Object input, @Nullable Object[] args, Scope scope) {
        if (input == null) {
            return null;
        }
        var text = Values.text(input, scope);
        int count = Math.clamp(args.length == 0 ? 15 : Numbers.integer(args[0]), 1, Integer.MAX_VALUE);
        var ending = args.length < 2 ? "..." : Values.text(args[1], scope);
        var words = words(text, scope);
        return words.size() <= count ? text : join(String.join(" ", words.subList(0, count)), ending, scope);
    }

    // Encodings.

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String decode(Base64.Decoder decoder, String text) {
        try {
            return new String(decoder.decode(text.getBytes(StandardCharsets.ISO_8859_1)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new Failure("text is not valid base64");
        }
    }

    private static String urlEncode(String text) {
        var out = new StringBuilder(text.length() + 16);
        for (byte b : utf8(text)) {
            char c = (char) (b & 0xff);
            if (c == ' ') {
                out.append('+');
            } else if ((c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "_.-~".indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%').append(hex(c >> 4)).append(hex(c & 15));
            }
        }
        return out.toString();
    }

    private static char hex(int digit) {
        return Character.toUpperCase(Character.forDigit(digit, 16));
    }

    private static String urlDecode(String text) {
        var bytes = utf8(text);
        var decoded = new byte[bytes.length];
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                decoded[length++] = (byte) (high << 4 | low);
                i += 2;
            } else {
                decoded[length++] = bytes[i] == '+' ? (byte) ' ' : bytes[i];
            }
        }
        return new String(decoded, 0, length, StandardCharsets.UTF_8);
    }
}
