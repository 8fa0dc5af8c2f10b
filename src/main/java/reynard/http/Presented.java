package reynard.http;

import java.util.Optional;

/// What a request shows at the gate.
///
/// @param apiKey the header `X-Kit-Api-Key` as it came
/// @param authorization the header `Authorization` as it came
/// @param address who asks, as far as it is known ([reynard.net.Proxies#client])
/// @param reads whether its verb changes nothing
public record Presented(Optional<String> apiKey, Optional<String> authorization, String address, boolean reads) {
    @Override
    public String toString() {
        return "a request from " + address;
    }
}
