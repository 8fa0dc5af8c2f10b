package reynard.db;

import java.util.Optional;

/// Which page is wanted: after one cursor or before another, never both.
///
/// @param perPage 1 to 1,000 rows
public record PageRequest(Optional<Cursor> after, Optional<Cursor> before, int perPage, boolean includeTotalCount) {
    public static final int PER_PAGE_MAX = 1_000;
    public static final int PER_PAGE_DEFAULT = 500;

    public PageRequest {
        if (perPage < 1 || perPage > PER_PAGE_MAX) {
            throw new IllegalArgumentException("perPage must be 1 to " + PER_PAGE_MAX + ": " + perPage);
        }
        if (after.isPresent() && before.isPresent()) {
            throw new IllegalArgumentException("a page is after one cursor or before another, not both");
        }
    }

    public static PageRequest first(int perPage) {
        return new PageRequest(Optional.empty(), Optional.empty(), perPage, false);
    }
}
