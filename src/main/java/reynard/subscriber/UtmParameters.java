package reynard.subscriber;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The five campaign parameters of a page's address (`utm_source` and so on).
public record UtmParameters(
        Optional<String> source,
        Optional<String> medium,
        Optional<String> campaign,
        Optional<String> term,
        Optional<String> content) {

    /// Reads them from the query of an address, whatever the rest of it is. Of one given twice the first counts; one
    /// that is empty counts as not given.
    public static UtmParameters of(String url) {
        var parameters = query(url);
        return new UtmParameters(
                Optional.ofNullable(parameters.get("utm_source")),
                Optional.ofNullable(parameters.get("utm_medium")),
                Optional.ofNullable(parameters.get("utm_campaign")),
                Optional.ofNullable(parameters.get("utm_term")),
                Optional.ofNullable(parameters.get("utm_content")));
    }

    private static Map<String, String> query(String url) {
        int fragment = url.indexOf('#');
        var address = fragment < 0 ? url : url.substring(0, fragment);
        var parameters = new HashMap<String, String>();
        int start = address.indexOf('?');
        if (start < 0) {
            return parameters;
        }
        for (var pair : address.substring(start + 1).split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0 && equals < pair.length() - 1) {
                parameters.putIfAbsent(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // A percent sign that starts no byte: shown as it came.
            return text;
        }
    }
}
