package reynard.template;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What the tags of emails mean to one who looks for something in them. The letters of an email have nearly all of
/// their
/// tags in common, so what was read from one is remembered by how it is written. For any number of threads.
public final class Tags<T extends Tags.Tag> {
    private static final int KNOWN_MAX = 2_000;
    private static final int CHARS_MAX = 500;

    private final Map<String, Known<T>> known = new ConcurrentHashMap<>();
    private final Reader<T> reader;

    /// What was read from a tag.
    public interface Tag {
        /// How many characters it has, from `<` on; as many as there are, if it never ends.
        int length();
    }

    /// Reads the tag whose `<` stands at `at`. What it looks at ends with the tag.
    @FunctionalInterface
    public interface Reader<T> {
        T read(String html, int at);
    }

    /// A tag that is remembered.
    private static final class Known<T> {
        final String written;
        final T tag;
        /// What came behind it the last time, in whichever email: where to look first. It is compared before it is
        /// believed, so it does no harm that threads write it as they like.
        @Nullable
        Known<T> next;

        Known(String written, T tag) {
            this.written = written;
            this.tag = tag;
        }
    }

    public Tags(Reader<T> reader) {
        this.reader = reader;
    }

    /// A way through one HTML, from tag to tag.
    public Walk walk(String html) {
        return new Walk(html);
    }

    /// For one thread.
    public final class Walk {
        private final String html;
        private @Nullable Known<T> last;

        private Walk(String html) {
            this.html = html;
        }

        /// The tag whose `<` stands at `at`.
        public T at(int at) {
            var before = last;
            var expected = before == null ? null : before.next;
            if (expected != null && html.startsWith(expected.written, at)) {
                last = expected;
                return expected.tag;
            }
            int end = html.indexOf('>', at) + 1;
            var written = end == 0 || end - at > CHARS_MAX ? "" : html.substring(at, end);
            var found = known.get(written);
            if (found == null) {
                var tag = reader.read(html, at);
                // One that goes on behind its first `>`, or would if more came, is more than what it would be
                // remembered by.
                if (tag.length() != written.length() || end == html.length()) {
                    last = null;
                    return tag;
                }
                found = new Known<>(written, tag);
                remember(found);
            }
            if (before != null) {
                before.next = found;
            }
            last = found;
            return found.tag;
        }
    }

    /// Tags with a reader's values in them never come again; they are forgotten with the others, which soon come back.
    private void remember(Known<T> one) {
        if (known.size() >= KNOWN_MAX) {
            known.clear();
        }
        known.put(one.written, one);
    }
}
