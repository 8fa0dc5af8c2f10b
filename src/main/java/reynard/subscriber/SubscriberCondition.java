package reynard.subscriber;

import java.util.Map;

/// A condition of a `where` clause about the row `s` of `subscriber`, with the account as `:account`.
///
/// @param sql put together by a room that compiles questions; whatever comes from a request is a parameter
/// @param parameters the other named parameters
public record SubscriberCondition(String sql, Map<String, Object> parameters) {
    public SubscriberCondition {
        parameters = Map.copyOf(parameters);
    }
}
