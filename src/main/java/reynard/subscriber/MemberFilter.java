package reynard.subscriber;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.id.AccountId;

/// Which subscribers of a tag, a form or a sequence a list shows; what is empty does not filter.
///
/// @param addedAfter since when they belong to it, exclusive, as all four
public record MemberFilter(
        Optional<SubscriberState> state,
        Optional<Instant> addedAfter,
        Optional<Instant> addedBefore,
        Optional<Instant> createdAfter,
        Optional<Instant> createdBefore) {

    /// The filter as named parameters: `account`, `state`, `addedAfter`, `addedBefore`, `createdAfter`,
    /// `createdBefore`; what does not filter is null.
    ///
    /// @return a map to which a list adds what it is a list of
    public Map<String, @Nullable Object> parameters(AccountId account) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("state", state.map(SubscriberState::wireName).orElse(null));
        parameters.put("addedAfter", addedAfter.orElse(null));
        parameters.put("addedBefore", addedBefore.orElse(null));
        parameters.put("createdAfter", createdAfter.orElse(null));
        parameters.put("createdBefore", createdBefore.orElse(null));
        return parameters;
    }
}
