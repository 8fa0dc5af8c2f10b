package reynard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.FormElement;
import reynard.testing.TestServer.Answer;

/// What an author's browser does: it keeps cookies, says where a form comes from, and follows nothing by itself.
public final class Browser {
    private static final Pattern FIELD =
            Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">");

    private final TestServer server;
    private final Map<String, String> cookies = new HashMap<>();

    public Browser(TestServer server) {
        this.server = server;
    }

    public Answer get(String path) {
        return kept(server.send("GET", path, null, headers()));
    }

    /// A form of a page of the server's own.
    public Answer post(String path, Map<String, String> fields) {
        return post(path, fields, Map.of("Sec-Fetch-Site", "same-origin"));
    }

    public Answer post(String path, Map<String, String> fields, Map<String, String> more) {
        var headers = headers();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.putAll(more);
        return kept(server.send("POST", path, form(fields).getBytes(StandardCharsets.UTF_8), headers));
    }

    public Answer logIn(String email, String password) {
        var fields = fields(get("/login"));
        fields.put("email", email);
        fields.put("password", password);
        return post("/login", fields);
    }

    /// A page as its reader sees it.
    public Document page(String path) {
        var answer = get(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        return parse(answer);
    }

    public static Document parse(Answer answer) {
        return Jsoup.parse(answer.raw().body(), "http://localhost");
    }

    /// The form of a page that is sent to this path.
    public static FormElement form(Document page, String action) {
        return page.forms().stream()
                .filter(form -> form.attr("action").equals(action))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no form for " + action + " on " + page.title()));
    }

    /// Sends the form as it stands, but for these fields.
    public Answer submit(FormElement form, Map<String, String> changed) {
        var pairs = new ArrayList<String>();
        form.formData().stream()
                .filter(field -> !changed.containsKey(field.key()))
                .forEach(field -> pairs.add(encoded(field.key()) + "=" + encoded(field.value())));
        changed.forEach((name, value) -> pairs.add(encoded(name) + "=" + encoded(value)));
        var headers = headers();
        headers.put("Content-Type", "application/x-www-form-urlencoded");
        headers.put("Sec-Fetch-Site", "same-origin");
        return kept(server.send(
                "POST", form.attr("action"), String.join("&", pairs).getBytes(StandardCharsets.UTF_8), headers));
    }

    /// Sends the form as it stands with a file in one of its fields.
    public Answer upload(FormElement form, String field, String name, byte[] content) {
        var boundary = "a-boundary-of-this-browser";
        var body = new ByteArrayOutputStream();
        form.formData().stream()
                .filter(pair -> !pair.key().equals(field))
                .forEach(pair -> body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\""
                                + pair.key() + "\"\r\n\r\n" + pair.value() + "\r\n")
                        .getBytes(StandardCharsets.UTF_8)));
        body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\""
                        + name + "\"\r\nContent-Type: text/csv\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(content);
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        var headers = headers();
        headers.put("Content-Type", "multipart/form-data; boundary=" + boundary);
        headers.put("Sec-Fetch-Site", "same-origin");
        return kept(server.send("POST", form.attr("action"), body.toByteArray(), headers));
    }

    /// The page that an answer leads to.
    public Document follow(Answer answer) {
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(303);
        return page(answer.raw().headers().firstValue("Location").orElseThrow().replaceFirst("#.*", ""));
    }

    public Map<String, String> cookies() {
        return cookies;
    }

    /// The hidden fields of a page.
    public static Map<String, String> fields(Answer page) {
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

    public static String form(Map<String, String> fields) {
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
