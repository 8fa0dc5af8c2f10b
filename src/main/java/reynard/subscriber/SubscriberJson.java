package reynard.subscriber;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        var values = new LinkedHashMap<String, @Nullable String>();
        for (var field : fields) {
            values.put(field.key(), subscriber.fields().get(field.id()));
        }
        json.put("fields", values);
        return json;
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
}
