package reynard.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.Map;
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

    private static @Nullable String cursor(@Nullable Cursor cursor) {
        return cursor == null ? null : Cursors.text(cursor);
    }
}
