package reynard.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.Cursor;
import reynard.db.Page;

/// A page at the wire: the rows under their plural, and `pagination` (Kit: Pagination).
public final class PageJson {
    private PageJson() {}

    record Pagination(
            boolean hasPreviousPage,
            boolean hasNextPage,
            @Nullable String startCursor,
            @Nullable String endCursor,
            int perPage,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long totalCount) {}

    public static <T> Map<String, Object> of(String plural, Page<T> page, Function<? super T, ?> row) {
        var body = new LinkedHashMap<String, Object>();
        body.put(plural, page.items().stream().map(row).toList());
        body.put(
                "pagination",
                new Pagination(
                        page.hasPrevious(),
                        page.hasNext(),
                        cursor(page.start().orElse(null)),
                        cursor(page.end().orElse(null)),
                        page.perPage(),
                        page.totalCount().orElse(null)));
        return body;
    }

    /// What a link to the next page names, escaped for a query; empty on the last page.
    public static Optional<String> next(Page<?> page) {
        return page.hasNext() ? page.end().map(PageJson::escaped) : Optional.empty();
    }

    /// What a link to the page before names, escaped for a query; empty on the first page.
    public static Optional<String> previous(Page<?> page) {
        return page.hasPrevious() ? page.start().map(PageJson::escaped) : Optional.empty();
    }

    private static String escaped(Cursor cursor) {
        return URLEncoder.encode(Cursors.text(cursor), StandardCharsets.US_ASCII);
    }

    /// The cursor that the next page begins behind.
    public static Optional<String> endCursor(Page<?> page) {
        return page.end().map(Cursors::text);
    }

    private static @Nullable String cursor(@Nullable Cursor cursor) {
        return cursor == null ? null : Cursors.text(cursor);
    }
}
