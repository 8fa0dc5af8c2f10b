package reynard.access;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import reynard.testing.TestServer;
import reynard.testing.TestServer.Answer;

/// What an author's browser does: it keeps cookies, says where a form comes from, and follows nothing by itself.
final class Browser {
    private static final Pattern FIELD =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

    private final TestServer server;
    private final Map<String, String> cookies = new HashMap<>();

    Browser(TestServer server) {
        this.server = server;
    }

    Answer get(String path) {
        return kept(server.send("GET", path, null, headers()));
    }

    /// A form of a page of the server's own.
    Answer post(String path, Map<String, String> fields) {
        return post(path, fields, Map.of("Sec-Fetch-Site", "same-origin"));
    }

    Answer post(String path, Map<String, String> fields, Map<String, String> more) {
        var headers = headers();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.putAll(more);
        return kept(server.send("POST", path, form(fields).getBytes(StandardCharsets.UTF_8), headers));
    }

    Answer logIn(String email, String password) {
        var fields = fields(get("/login"));
        fields.put("email", email);
        fields.put("password", password);
        return post("/login", fields);
    }

    Map<String, String> cookies() {
        return cookies;
    }

    /// The hidden fields of a page.
    static Map<String, String> fields(Answer page) {
        var fields = new LinkedHashMap<String, String>();
        FIELD.matcher(page.raw().body())
                .results()
                .forEach(found -> fields.put(
                        found.group(1),
                        found.group(2)
                                .replace("&quot;", "\"")
                                .replace("&lt;", "<")
                                .replace("&amp;", "&")));
        return fields;
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private Map<String, String> headers() {
        var headers = new HashMap<String, String>();
        if (!cookies.isEmpty()) {
            headers.put(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return headers;
    }

    private Answer kept(Answer answer) {
        for (var cookie : answer.raw().headers().allValues("Set-Cookie")) {
            var name = cookie.substring(0, cookie.indexOf('='));
            var value = cookie.substring(name.length() + 1, cookie.indexOf(';'));
            if (value.isEmpty()) {
                cookies.remove(name);
            } else {
                cookies.put(name, value);
            }
        }
        return answer;
    }
}
