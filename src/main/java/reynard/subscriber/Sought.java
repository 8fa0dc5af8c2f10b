package reynard.subscriber;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.id.AccountId;
import reynard.id.TagId;

/// Whom somebody looks for among all the people.
///
/// @param beginning of their address, in small letters; empty finds every address
/// @param tag that they wear
public record Sought(String beginning, Optional<SubscriberState> state, Optional<TagId> tag) {
    public Sought {
        beginning = beginning.toLowerCase(Locale.ROOT);
    }

    public boolean isEverybody() {
        return beginning.isEmpty() && state.isEmpty() && tag.isEmpty();
    }

    /// As named parameters: `account`, `from`, `to`, `state` and `tag`.
    Map<String, @Nullable Object> parameters(AccountId account) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("account", account);
        parameters.put("from", beginning);
        // Nothing that begins so comes behind the last code point there is.
        parameters.put("to", beginning + "\uDBFF\uDFFF");
        parameters.put("state", state.map(SubscriberState::wireName).orElse(null));
        parameters.put("tag", tag.map(TagId::value).orElse(null));
        return parameters;
    }
}
