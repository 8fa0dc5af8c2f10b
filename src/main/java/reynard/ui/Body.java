package reynard.ui;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reynard.http.Json;
import reynard.http.JsonBody;

/// What a form says, as the body of the API's request, so that both are read by the same rules.
public final class Body {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private final Form form;

    public Body(Form form) {
        this.form = form;
    }

    public Body text(String name) {
        return put(name, form.value(name));
    }

    /// Several lines, as they are typed and not as a browser sends them.
    public Body lines(String name) {
        var text = form.value(name).replace("\r\n", "\n");
        return put(name, text.isEmpty() ? null : text);
    }

    /// An empty field means that there is none.
    public Body textOrNone(String name) {
        return put(name, form.value(name).isBlank() ? null : form.value(name));
    }

    /// What is no number is left to the rules.
    public Body number(String name) {
        var text = form.value(name).strip();
        return put(name, text.matches("-?[0-9]{1,18}") ? (Object) Long.parseLong(text) : text.isEmpty() ? null : text);
    }

    public Body flag(String name) {
        return put(name, form.isOn(name));
    }

    public Body texts(String name) {
        return put(name, form.values(name));
    }

    public Body put(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    public JsonBody json() {
        return JsonBody.parse(Json.bytes(fields));
    }

    /// As JSON.
    public String written() {
        return written(fields);
    }

    /// Something of the API's, to be kept in a form as it is.
    public static String written(Map<?, ?> json) {
        return new String(Json.bytes(json), StandardCharsets.UTF_8);
    }

    /// What [#written] wrote. What is no object ends the request.
    public static Map<String, @Nullable Object> read(String written) {
        var body = JsonBody.parse(("{\"kept\":" + written + "}").getBytes(StandardCharsets.UTF_8));
        return body.plain("kept").over(Map.of(), Map.of());
    }

    /// The ids that boxes stand for, each of which is named `kind:id`.
    public static Map<String, List<Long>> ids(List<String> boxes) {
        var ids = new LinkedHashMap<String, List<Long>>();
        for (var box : boxes) {
            int colon = box.indexOf(':');
            if (colon > 0 && box.substring(colon + 1).matches("[0-9]{1,18}")) {
                ids.computeIfAbsent(box.substring(0, colon), _ -> new ArrayList<>())
                        .add(Long.parseLong(box.substring(colon + 1)));
            }
        }
        return ids;
    }
}
