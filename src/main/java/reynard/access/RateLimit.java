package reynard.access;

import java.time.Duration;
import java.util.Optional;

/// How many requests a credential may make in a minute.
///
/// @param perApiKey empty: any number
/// @param perToken empty: any number
public record RateLimit(Optional<Ration> perApiKey, Optional<Ration> perToken) {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /// Kit's own (Kit: API response codes).
    public static final RateLimit KIT =
            new RateLimit(Optional.of(new Ration(120, MINUTE)), Optional.of(new Ration(600, MINUTE)));

    public static final RateLimit OFF = new RateLimit(Optional.empty(), Optional.empty());
    public static final RateLimit DEFAULT = each(6_000);

    public static RateLimit each(int times) {
        return new RateLimit(Optional.of(new Ration(times, MINUTE)), Optional.of(new Ration(times, MINUTE)));
    }
}
