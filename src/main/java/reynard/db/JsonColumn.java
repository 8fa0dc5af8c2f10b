package reynard.db;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Flat JSON objects as `jsonb` columns hold them.
public final class JsonColumn {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectMapper ITEMS = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private static final TypeReference<List<Map<String, Object>>> OBJECTS = new TypeReference<>() {};
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private JsonColumn() {}

    public static String write(Map<String, ? extends @Nullable Object> object) {
        try {
            return MAPPER.writeValueAsString(object);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + object.keySet(), e);
        }
    }

    /// Records or maps, one behind the other with commas between; names of components in snake case.
    public static String writeItems(List<?> items) {
        try {
            var array = ITEMS.writeValueAsString(items);
            return array.substring(1, array.length() - 1);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    /// What [#writeItems] has written, as maps.
    public static List<Map<String, Object>> readItems(String items) {
        try {
            return ITEMS.readValue("[" + items + "]", OBJECTS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a column does not hold items", e);
        }
    }

    /// What [#writeItems] has written.
    public static <T> List<T> readItems(String items, Class<T> type) {
        try {
            return ITEMS.readerForListOf(type).readValue("[" + items + "]");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a column does not hold items of " + type.getSimpleName(), e);
        }
    }

    public static Map<String, Object> read(String json) {
        try {
            return MAPPER.readValue(json, OBJECT);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a jsonb column holds no object", e);
        }
    }
}
