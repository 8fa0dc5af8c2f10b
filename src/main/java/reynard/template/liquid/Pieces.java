package reynard.template.liquid;

import org.jspecify.annotations.Nullable;

/// A source cut into text, outputs and tags, in order. A page is cut at `{{ }}` and `{% %}`; the inside of the tag
/// `liquid` has a tag on every line.
abstract sealed class Pieces {
    /// A piece; what stands between the delimiters, or behind a tag's name, lies in the source from `from` to `to`.
    sealed interface Piece {
        record Text(String text) implements Piece {}

        record Output(int at, int from, int to) implements Piece {}

        record Tag(String name, int at, int from, int to) implements Piece {}
    }

    final String source;
    final Lines lines;
    final int end;
    int pos;

    private Pieces(String source, Lines lines, int pos, int end) {
        this.source = source;
        this.lines = lines;
        this.pos = pos;
        this.end = end;
    }

    /// The next piece, or `null` at the end.
    abstract @Nullable Piece next();

    /// The source of the body of `raw` up to its end tag.
    abstract String raw(Piece.Tag opening);

    /// The next tag; text, outputs and tags that would not make sense elsewhere do not matter.
    abstract Piece.@Nullable Tag skipToTag();

    /// Skips to behind the end of a comment, past comments and raw text inside.
    final void skipComment(Piece.Tag opening) {
        int depth = 1;
        while (depth > 0) {
            var tag = skipToTag();
            if (tag == null) {
                throw unclosed(opening);
            }
            switch (tag.name()) {
                case "comment" -> depth++;
                case "endcomment" -> depth--;
                case "raw" -> raw(tag);
                default -> {}
            }
        }
    }

    /// Skips to behind the end of a `doc`, in which nothing has a meaning.
    final void skipDoc(Piece.Tag opening) {
        for (var tag = skipToTag(); tag != null; tag = skipToTag()) {
            if (tag.name().equals("enddoc")) {
                return;
            }
            if (tag.name().equals("doc")) {
                throw lines.error("doc cannot stand in another doc", tag.at());
            }
        }
        throw unclosed(opening);
    }

    final LiquidError unclosed(Piece.Tag opening) {
        return lines.error(opening.name() + " is not closed: end" + opening.name() + " is missing", opening.at());
    }

    final int skipSpace(int from, int to) {
        int i = from;
        while (i < to && Character.isWhitespace(source.charAt(i))) {
            i++;
        }
        return i;
    }

    final int skipName(int from, int to) {
        int i = from;
        while (i < to && (Character.isLetterOrDigit(source.charAt(i)) || source.charAt(i) == '_')) {
            i++;
        }
        return i == from && i < to && source.charAt(i) == '#' ? i + 1 : i;
    }

    static final class Page extends Pieces {
        private boolean trimsNext;

        Page(String source, Lines lines) {
            super(source, lines, 0, source.length());
        }

        @Override
        @Nullable
        Piece next() {
            while (pos < end) {
                int open = opening(pos);
                if (open > pos) {
                    var text = text(pos, open);
                    pos = open;
                    trimsNext = false;
                    if (!text.isEmpty()) {
                        return new Piece.Text(text);
                    }
                } else {
                    return source.charAt(open + 1) == '{' ? output(open) : tag(open);
                }
            }
            return null;
        }

        private int opening(int from) {
            for (int i = source.indexOf('{', from); i >= 0 && i + 1 < end; i = source.indexOf('{', i + 1)) {
                if (source.charAt(i + 1) == '{' || source.charAt(i + 1) == '%') {
                    return i;
                }
            }
            return end;
        }

        private String text(int from, int to) {
            int start = trimsNext ? skipSpace(from, to) : from;
            int stop = to;
            if (to + 2 < end && source.charAt(to + 2) == '-') {
                while (stop > start && Character.isWhitespace(source.charAt(stop - 1))) {
                    stop--;
                }
            }
            return source.substring(start, stop);
        }

        private Piece output(int open) {
            int close = closing(open, "}}");
            if (close < 0) {
                throw lines.error("output is not closed: }} is missing", open);
            }
            int from = afterDash(open);
            return new Piece.Output(open, from, close(from, close));
        }

        private Piece.Tag tag(int open) {
            int close = closing(open, "%}");
            if (close < 0) {
                throw lines.error("tag is not closed: %} is missing", open);
            }
            int from = skipSpace(afterDash(open), close);
            int to = close(from, close);
            int nameEnd = skipName(from, to);
            return new Piece.Tag(source.substring(from, nameEnd), open, nameEnd, to);
        }

        private int afterDash(int open) {
            return source.charAt(open + 2) == '-' ? open + 3 : open + 2;
        }

        private int closing(int open, String delimiter) {
            return source.indexOf(delimiter, Math.min(end, open + 2));
        }

        /// Moves behind the closing delimiter; the answer is where the inside ends.
        private int close(int from, int close) {
            pos = close + 2;
            trimsNext = source.charAt(close - 1) == '-';
            return trimsNext && close > from ? close - 1 : close;
        }

        @Override
        String raw(Piece.Tag opening) {
            int from = pos;
            for (int open = source.indexOf("{%", from); open >= 0; open = source.indexOf("{%", open + 2)) {
                int name = skipSpace(source.startsWith("-", open + 2) ? open + 3 : open + 2, end);
                if (!source.startsWith("endraw", name)) {
                    continue;
                }
                int close = skipSpace(name + "endraw".length(), end);
                if (source.startsWith("%}", close) || source.startsWith("-%}", close)) {
                    var text = text(from, open);
                    trimsNext = source.charAt(close) == '-';
                    pos = close + (trimsNext ? 3 : 2);
                    return text;
                }
            }
            throw unclosed(opening);
        }

        @Override
        Piece.@Nullable Tag skipToTag() {
            int open = source.indexOf("{%", pos);
            if (open < 0 || closing(open, "%}") < 0) {
                return null;
            }
            return tag(open);
        }
    }

    static final class LinesOfTag extends Pieces {
        LinesOfTag(String source, Lines lines, int from, int to) {
            super(source, lines, from, to);
        }

        @Override
        @Nullable
        Piece next() {
            return skipToTag();
        }

        @Override
        Piece.@Nullable Tag skipToTag() {
            pos = skipSpace(pos, end);
            if (pos == end) {
                return null;
            }
            int from = pos;
            int newline = source.indexOf('\n', from, end);
            int to = newline < 0 ? end : newline;
            pos = to;
            int nameEnd = skipName(from, to);
            return new Piece.Tag(source.substring(from, nameEnd), from, nameEnd, to);
        }

        @Override
        String raw(Piece.Tag opening) {
            throw lines.error("raw cannot stand inside liquid", opening.at());
        }
    }
}
