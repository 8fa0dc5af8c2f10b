package reynard.db;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// The two ways in which people write where a PostgreSQL is.
public final class DatabaseUrl {
    private DatabaseUrl() {}

    /// The URL as pgjdbc takes it: `jdbc:postgresql:` unchanged, `postgresql://user:password@host:port/name` rewritten.
    ///
    /// @throws IllegalArgumentException with a sentence that never holds the password
    public static String toJdbc(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return url;
        }
        if (!url.startsWith("postgresql://") && !url.startsWith("postgres://")) {
            throw new IllegalArgumentException("must begin with jdbc:postgresql: or postgresql://");
        }
        try {
            var uri = new URI(url);
            if (uri.getHost() == null || uri.getPath() == null || uri.getPath().length() < 2) {
                throw new IllegalArgumentException("must name a host and a database: postgresql://host/name");
            }
            var jdbc = new StringBuilder("jdbc:postgresql://").append(uri.getHost());
            if (uri.getPort() >= 0) {
                jdbc.append(':').append(uri.getPort());
            }
            jdbc.append(uri.getRawPath());
            char separator = '?';
            if (uri.getRawQuery() != null) {
                jdbc.append('?').append(uri.getRawQuery());
                separator = '&';
            }
            if (uri.getUserInfo() != null) {
                int colon = uri.getUserInfo().indexOf(':');
                var user = colon < 0 ? uri.getUserInfo() : uri.getUserInfo().substring(0, colon);
                jdbc.append(separator).append("user=").append(encoded(user));
                if (colon >= 0) {
                    jdbc.append("&password=").append(encoded(uri.getUserInfo().substring(colon + 1)));
                }
            }
            return jdbc.toString();
        } catch (URISyntaxException e) {
            // Neither the URL nor the exception, which quotes it, may be shown: a password is in them.
            throw new IllegalArgumentException("is not a URL: " + e.getReason());
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
