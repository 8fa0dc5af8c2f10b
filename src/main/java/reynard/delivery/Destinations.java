package reynard.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How many emails are on their way to each domain at a time: twice as many with each round that goes well, or one
/// more once there has been trouble; half of them when
/// the domain asks for less or is far slower than others.
///
/// Who finds no place waits a moment for one; then its email goes back into the queue, without an attempt charged, for
/// when the domain will have come to it. So a domain that is slow holds few connections and few claims, and the others
/// do not feel it. Known to this process alone. Safe for many threads.
final class Destinations {
    private static final int LEAST = 2;
    /// What is faster than this is never called slow.
    private static final Duration SLOW = Duration.ofSeconds(5);
    private static final int SLOWER_THAN_OTHERS = 10;
    private static final int ROUNDS_WAITED_FOR = 8;
    /// For one email, and for all while it is not known yet how fast any domain is.
    private static final int PATIENCES_MOST = 40;
    private static final int PATIENCES_AT_FIRST = 20;

    private static final int SAMPLES_MIN = 3;
    private static final double SAMPLE_WEIGHT = 0.2;
    private static final Duration PAUSE_FIRST = Duration.ofSeconds(30);
    private static final Duration PAUSE_LONGEST = Duration.ofMinutes(15);
    private static final Duration WAIT_LEAST = Duration.ofSeconds(1);
    private static final Duration WAIT_MOST = Duration.ofMinutes(10);
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    private final int first;
    private final int most;
    private final Optional<Integer> perMinute;
    private final Duration patience;
    private final Map<String, Place> places = new HashMap<>();
    private Instant forgottenAt = Instant.EPOCH;
    /// When the first email took its place.
    private long beganAt;

    /// @param most how many at a time there may ever be to one domain
    /// @param perMinute how many in a minute
    /// @param patience how long an email waits for a place at least before it goes back into the queue
    Destinations(int most, Optional<Integer> perMinute, Duration patience) {
        this.most = most;
        this.first = Math.clamp(most / 4, Math.min(LEAST, most), most);
        this.perMinute = perMinute;
        this.patience = patience;
    }

    /// How a conversation went, as the domain's fault or merit.
    enum Round {
        WELL,
        /// It asked for less.
        TOO_MUCH,
        /// Nothing that speaks for more or for less.
        OTHER
    }

    private static final class Place {
        private final Optional<Pace> pace;
        private final Deque<CountDownLatch> waiting = new ArrayDeque<>();
        private int limit;
        private int underWay;
        private int well;
        private boolean troubled;
        private int samples;
        private double seconds;
        private Duration pause = Duration.ZERO;
        private Instant pausedUntil = Instant.EPOCH;
        /// When the last of those that went back into the queue will have had its turn.
        private Instant booked = Instant.EPOCH;
        private Instant usedAt = Instant.EPOCH;

        private Place(int limit, Optional<Integer> perMinute) {
            this.limit = limit;
            this.pace = perMinute.map(Pace::new);
        }
    }

    /// Takes a place for an email to the domain, after a moment if need be. Then [#left] must follow.
    ///
    /// @param hurried whether it goes before all others: somebody waits for it
    /// @return empty when it has one; else when to come back
    Optional<Instant> enter(String domain, boolean hurried, Instant now) {
        var latch = new CountDownLatch(1);
        synchronized (this) {
            var place = place(domain, now);
            var closedUntil = closedUntil(place, now);
            if (closedUntil.isPresent()) {
                return Optional.of(book(place, closedUntil.get()));
            }
            if (hurried || place.underWay < place.limit) {
                begin(place, now);
                return Optional.empty();
            }
            place.waiting.addLast(latch);
        }
        long began = System.nanoTime();
        long waited = 0;
        for (long left = patience.toMillis(); left > 0; left = moreMillis(domain, now, waited)) {
            if (isOpened(latch, left)) {
                return Optional.empty();
            }
            waited = millisSince(began);
        }
        synchronized (this) {
            var then = now.plusMillis(waited);
            var place = place(domain, then);
            if (!place.waiting.remove(latch)) {
                return Optional.empty();
            }
            return Optional.of(book(place, then.isBefore(place.pausedUntil) ? place.pausedUntil : then));
        }
    }

    /// How long an email waits on, until the next look. Where even the fastest domain is slow, this machine is, or the
    /// way to all of them, and nobody is helped by going back into the queue; in the beginning nobody knows.
    ///
    /// @param waited in milliseconds, since `from`
    /// @return in milliseconds; zero or less if it goes back now
    private synchronized long moreMillis(String domain, Instant from, long waited) {
        var then = from.plusMillis(waited);
        if (then.isBefore(place(domain, then).pausedUntil)
                || Thread.currentThread().isInterrupted()) {
            return 0;
        }
        long each = patience.toMillis();
        var fastest = fastest();
        long more = fastest.isPresent()
                ? Math.clamp(ROUNDS_WAITED_FOR * Math.round(1_000 * fastest.getAsDouble()), each, PATIENCES_MOST * each)
                        - waited
                : PATIENCES_AT_FIRST * each - millisSince(beganAt);
        return Math.min(each, more);
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private static boolean isOpened(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void begin(Place place, Instant now) {
        beganAt = beganAt == 0 ? System.nanoTime() : beganAt;
        place.underWay++;
        place.pace.ifPresent(pace -> pace.take(now));
    }

    private static Optional<Instant> closedUntil(Place place, Instant now) {
        if (now.isBefore(place.pausedUntil)) {
            return Optional.of(place.pausedUntil);
        }
        return place.pace.map(pace -> pace.at(now)).filter(now::isBefore);
    }

    /// A turn behind all those who have one.
    private Instant book(Place place, Instant from) {
        var each = place.pace.isPresent()
                ? Duration.ofMinutes(1).dividedBy(perMinute.orElseThrow())
                : Duration.ofMillis(Math.round(1_000 * place.seconds / place.limit));
        var start = place.booked.isBefore(from) ? from : place.booked;
        place.booked = min(start.plus(each), from.plus(WAIT_MOST));
        var earliest = from.plus(WAIT_LEAST);
        return place.booked.isBefore(earliest) ? earliest : place.booked;
    }

    private static Instant min(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /// The place is free again.
    ///
    /// @param took from when there was a connection: to wait for one of ours is not the domain's fault
    synchronized void left(String domain, Round round, Duration took, Instant now) {
        var place = place(domain, now);
        place.underWay--;
        double seconds = took.toMillis() / 1_000.0;
        boolean slow = took.compareTo(SLOW) > 0
                && fastest().stream().anyMatch(fastest -> seconds > SLOWER_THAN_OTHERS * fastest);
        if (round == Round.TOO_MUCH) {
            shrink(place, now, true);
        } else if (slow) {
            shrink(place, now, false);
        } else if (round == Round.WELL) {
            grow(place);
        }
        if (round == Round.WELL) {
            place.seconds = place.samples == 0 ? seconds : place.seconds + SAMPLE_WEIGHT * (seconds - place.seconds);
            place.samples++;
        }
        while (place.underWay < place.limit && !place.waiting.isEmpty() && !now.isBefore(place.pausedUntil)) {
            begin(place, now);
            place.waiting.removeFirst().countDown();
        }
    }

    /// How many seconds a conversation takes with the fastest domain.
    private OptionalDouble fastest() {
        return places.values().stream()
                .filter(place -> place.samples >= SAMPLES_MIN)
                .mapToDouble(place -> place.seconds)
                .min();
    }

    private void grow(Place place) {
        place.pause = Duration.ZERO;
        place.well++;
        // One more for each that goes well doubles the limit in a round.
        if (!place.troubled || place.well >= place.limit) {
            place.well = 0;
            place.limit = Math.min(most, place.limit + 1);
        }
    }

    /// @param pausing whether one at a time is too much as well, and there is to be a pause
    private static void shrink(Place place, Instant now, boolean pausing) {
        place.well = 0;
        place.troubled = true;
        if (place.limit > 1) {
            place.limit /= 2;
            return;
        }
        if (pausing) {
            var twice = place.pause.multipliedBy(2);
            place.pause =
                    place.pause.isZero() ? PAUSE_FIRST : twice.compareTo(PAUSE_LONGEST) > 0 ? PAUSE_LONGEST : twice;
            place.pausedUntil = now.plus(place.pause);
        }
    }

    private Place place(String domain, Instant now) {
        forgetIdle(now);
        var place = places.computeIfAbsent(domain, _ -> new Place(first, perMinute));
        place.usedAt = now;
        return place;
    }

    private void forgetIdle(Instant now) {
        if (now.isBefore(forgottenAt.plus(FORGOTTEN_AFTER))) {
            return;
        }
        forgottenAt = now;
        var oldest = now.minus(FORGOTTEN_AFTER);
        places.values()
                .removeIf(place -> place.underWay == 0 && place.waiting.isEmpty() && place.usedAt.isBefore(oldest));
    }

    /// How many wait for a place.
    synchronized int waiting(String domain) {
        return places.containsKey(domain) ? places.get(domain).waiting.size() : 0;
    }

    /// How many may be on their way to a domain now.
    synchronized int limit(String domain) {
        @Nullable Place place = places.get(domain);
        return place == null ? first : place.limit;
    }
}
