package reynard.subscriber;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.http.Change;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.tzdata.TzData;

/// Kit's operations on where a subscriber lives.
public final class LocationEndpoints {
    private static final int TEXT_MAX = 255;
    private static final int DECIMALS_MAX = 12;
    private static final java.util.Set<String> COUNTRIES = java.util.Set.of(Locale.getISOCountries());

    private final Database database;
    private final Subscribers subscribers;
    private final TzData tzData;
    private final InstantSource clock;

    public LocationEndpoints(Database database, Subscribers subscribers, TzData tzData, InstantSource clock) {
        this.database = database;
        this.subscribers = subscribers;
        this.tzData = tzData;
        this.clock = clock;
    }

    public void register(Routes routes) {
        routes.post("/v4/subscribers/{subscriber_id}/location", this::pin);
        routes.patch("/v4/subscribers/{subscriber_id}/location", this::pin);
        routes.delete("/v4/subscribers/{subscriber_id}/location", this::unpin);
    }

    record LocationJson(
            String city,
            String stateProvince,
            String countryCode,
            double latitude,
            double longitude,
            String timezone) {}

    private Reply pin(Request request) {
        var id = request.path("subscriber_id", SubscriberId::new);
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            var location = location(request.json());
            subscribers.pin(tx, request.account(), id, location);
            var subscriber = new LinkedHashMap<String, Object>();
            subscriber.put("id", id);
            subscriber.put(
                    "location",
                    new LocationJson(
                            location.city(),
                            location.stateProvince(),
                            location.countryCode(),
                            location.latitude(),
                            location.longitude(),
                            location.timeZone()));
            return Reply.ok(Map.of("subscriber", subscriber));
        });
    }

    private Reply unpin(Request request) {
        var id = request.path("subscriber_id", SubscriberId::new);
        return database.inTx(tx -> {
            if (subscribers.find(tx, request.account(), id).isEmpty()) {
                return Reply.notFound();
            }
            subscribers.unpin(tx, request.account(), id);
            return Reply.noContent();
        });
    }

    /// All six are needed, also to change one of them.
    private Location location(JsonBody body) {
        var given = body.object("location");
        if (!(given instanceof Change.Set<JsonBody>(var location))) {
            if (!(given instanceof Change.Keep && body.has("location"))) {
                body.fault("Location can't be blank");
            }
            body.refuseFaults();
            throw new IllegalStateException("no location and no fault");
        }
        var city = text(location, "city", "City");
        var state = text(location, "state_province", "State province");
        var country = text(location, "country_code", "Country code").map(code -> code.toUpperCase(Locale.ROOT));
        if (country.isPresent() && !COUNTRIES.contains(country.get())) {
            body.fault("Country code is not a valid ISO 3166-1 alpha-2 code");
        }
        var latitude = degrees(location, "latitude", "Latitude", 90);
        var longitude = degrees(location, "longitude", "Longitude", 180);
        var zone = text(location, "timezone", "Timezone");
        if (zone.isPresent() && tzData.find(zone.get()).isEmpty()) {
            body.fault("Timezone is not a valid IANA time zone");
        }
        body.refuseFaults();
        return new Location(
                city.orElseThrow(),
                state.orElseThrow(),
                country.orElseThrow(),
                latitude.orElseThrow(),
                longitude.orElseThrow(),
                zone.orElseThrow(),
                clock.instant());
    }

    private static Optional<String> text(JsonBody body, String name, String label) {
        var change = body.line(name, TEXT_MAX);
        if (change instanceof Change.Set<String>(var text) && !text.isBlank()) {
            return Optional.of(text.strip());
        }
        return missing(body, change, name, label);
    }

    private static Optional<Double> degrees(JsonBody body, String name, String label, int max) {
        var change = body.decimal(name, BigDecimal.valueOf(-max), BigDecimal.valueOf(max), DECIMALS_MAX);
        if (change instanceof Change.Set<BigDecimal>(var number)) {
            return Optional.of(number.doubleValue());
        }
        return missing(body, change, name, label);
    }

    // What is there and could not be read has its fault already.
    private static <T> Optional<T> missing(JsonBody body, Change<?> change, String name, String label) {
        if (!(change instanceof Change.Keep && body.has(name))) {
            body.fault(label + " can't be blank");
        }
        return Optional.empty();
    }
}
