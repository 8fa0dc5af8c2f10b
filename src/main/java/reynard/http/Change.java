package reynard.http;

import java.util.function.Function;

/// What a request says of one field. Kit tells "not sent" from "sent as null", so we do.
public sealed interface Change<T> {
    record Keep<T>() implements Change<T> {}

    record Clear<T>() implements Change<T> {}

    record Set<T>(T value) implements Change<T> {}

    /// The field's value afterwards.
    default T over(T current, T cleared) {
        return switch (this) {
            case Keep<T> _ -> current;
            case Clear<T> _ -> cleared;
            case Set<T>(T value) -> value;
        };
    }

    default <R> Change<R> map(Function<? super T, ? extends R> function) {
        return switch (this) {
            case Keep<T> _ -> new Keep<>();
            case Clear<T> _ -> new Clear<>();
            case Set<T>(T value) -> new Set<>(function.apply(value));
        };
    }

    /// Sent as null is taken as not sent: what clients do when they create something.
    default Change<T> nullIsAbsent() {
        return this instanceof Clear<T> ? new Keep<>() : this;
    }
}
