package reynard.db;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// One page of a list, with the cursors of its ends; an empty page has none.
///
/// @param totalCount how many rows the whole list has, when it was asked for
public record Page<T>(
        List<T> items,
        boolean hasPrevious,
        boolean hasNext,
        Optional<Cursor> start,
        Optional<Cursor> end,
        int perPage,
        Optional<Long> totalCount) {
    public Page {
        items = List.copyOf(items);
    }

    public <R> Page<R> map(Function<? super T, ? extends R> function) {
        List<R> mapped = items.stream().<R>map(function).toList();
        return new Page<>(mapped, hasPrevious, hasNext, start, end, perPage, totalCount);
    }
}
