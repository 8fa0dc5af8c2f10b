package reynard.subscriber;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;

/// A subscriber at the wire, as every Kit operation that answers one shows it.
public final class SubscriberJson {
    private SubscriberJson() {}

    /// @return a map in the order of Kit's examples, to which an operation adds its own keys
    public static Map<String, @Nullable Object> of(Subscriber subscriber, List<CustomField> fields) {
        var json = slim(subscriber);
        json.put("fields", values(subscriber, fields));
        return json;
    }

    /// The value of every field, by its key; null where the subscriber has none.
    public static Map<String, @Nullable String> values(Subscriber subscriber, List<CustomField> fields) {
        var values = new LinkedHashMap<String, @Nullable String>();
        for (var field : fields) {
            values.put(field.key(), subscriber.fields().get(field.id()));
        }
        return values;
    }

    /// The subscribers of one page of a list, read together.
    ///
    /// @param slim leaves out the custom fields
    /// @return for each of these ids a map as [#of] and [#slim] make it
    public static Function<SubscriberId, Map<String, @Nullable Object>> rows(
            Tx tx,
            AccountId account,
            Collection<SubscriberId> ids,
            boolean slim,
            Subscribers subscribers,
            CustomFields customFields) {
        var people = subscribers.findAll(tx, account, ids);
        var fields = slim ? List.<CustomField>of() : customFields.all(tx, account);
        return id -> {
            var subscriber = Optional.ofNullable(people.get(id)).orElseThrow();
            return slim ? slim(subscriber) : of(subscriber, fields);
        };
    }

    /// Without the custom fields.
    public static Map<String, @Nullable Object> slim(Subscriber subscriber) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", subscriber.id());
        json.put("first_name", subscriber.firstName().orElse(null));
        json.put("email_address", subscriber.emailAddress());
        json.put("state", subscriber.state().wireName());
        json.put("created_at", subscriber.createdAt());
        return json;
    }

    /// What `include` asks for beside the subscriber: `attribution`, `tags` and `location`, read together.
    public static Function<SubscriberId, Map<String, @Nullable Object>> extras(
            Tx tx, AccountId account, Collection<SubscriberId> ids, Set<String> include, Subscribers subscribers) {
        var attributions = include.contains("attribution")
                ? subscribers.attributions(tx, account, ids)
                : Map.<SubscriberId, Attribution>of();
        var tags = include.contains("tags")
                ? subscribers.tags(tx, account, ids)
                : Map.<SubscriberId, List<Subscribers.TagLabel>>of();
        var locations = include.contains("location")
                ? subscribers.locations(tx, account, ids)
                : Map.<SubscriberId, Location>of();
        return id -> {
            var json = new LinkedHashMap<String, @Nullable Object>();
            if (include.contains("attribution")) {
                json.put("attribution", attribution(Optional.ofNullable(attributions.get(id))));
            }
            if (include.contains("tags")) {
                json.put("tags", tags.getOrDefault(id, List.of()));
            }
            if (include.contains("location")) {
                json.put(
                        "location",
                        locations.containsKey(id) ? location(Optional.ofNullable(locations.get(id))) : null);
            }
            return json;
        };
    }

    private static Map<String, @Nullable Object> attribution(Optional<Attribution> attribution) {
        var referrer = attribution.flatMap(Attribution::referrer);
        var utm = UtmParameters.of(referrer.orElse(""));
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("referrer", referrer.orElse(null));
        json.put("utm_source", utm.source().orElse(null));
        json.put("utm_medium", utm.medium().orElse(null));
        json.put("utm_campaign", utm.campaign().orElse(null));
        json.put("utm_term", utm.term().orElse(null));
        json.put("utm_content", utm.content().orElse(null));
        json.put("source_type", attribution.flatMap(Attribution::sourceType).orElse(null));
        json.put("source_name", attribution.flatMap(Attribution::sourceName).orElse(null));
        json.put("source_mechanism", attribution.flatMap(Attribution::mechanism).orElse(null));
        var mechanismId = attribution.map(Attribution::mechanismId).orElse(OptionalLong.empty());
        json.put("source_mechanism_id", mechanismId.isPresent() ? mechanismId.getAsLong() : null);
        return json;
    }

    /// Of a subscriber whose place is not known every value is null.
    public static Map<String, @Nullable Object> location(Optional<Location> location) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("city", location.map(Location::city).orElse(null));
        json.put("state", location.map(Location::stateProvince).orElse(null));
        json.put("country", location.map(Location::countryCode).orElse(null));
        json.put("latitude", location.map(Location::latitude).orElse(null));
        json.put("longitude", location.map(Location::longitude).orElse(null));
        json.put("timezone", location.map(Location::timeZone).orElse(null));
        return json;
    }
}
