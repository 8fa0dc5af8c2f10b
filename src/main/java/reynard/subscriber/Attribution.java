package reynard.subscriber;

import java.util.Optional;
import java.util.OptionalLong;

/// The sign-up that brought a subscriber here; what is not known of it is empty.
///
/// @param sourceType one of [#FORM], [#API] and [#MANUAL]
/// @param sourceId the form's id, when it was a form
/// @param mechanism landing_page, recommendations, api or import
/// @param referrer the address of the page they came from, as it was told
public record Attribution(
        Optional<String> sourceType,
        OptionalLong sourceId,
        Optional<String> sourceName,
        Optional<String> mechanism,
        OptionalLong mechanismId,
        Optional<String> referrer) {
    public static final String FORM = "form_subscription";
    public static final String API = "api_subscription";
    public static final String MANUAL = "manual";
}
