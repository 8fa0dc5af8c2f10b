package reynard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A sequence as a folder holds it: `course.json`, and a file of HTML per email.
///
/// @param settings of the sequence, spelt as in Kit's API
public record Course(
        String name,
        String customField,
        String excludeTag,
        Map<String, Object> settings,
        ZoneId zone,
        int sendHour,
        List<Letter> letters) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public Course {
        settings = Map.copyOf(settings);
        letters = List.copyOf(letters);
    }

    /// One email of it.
    ///
    /// @param number from 1
    /// @param delay in hours or else in days
    /// @param days on which it may go out: its own, or else the sequence's; meant for a delay in days
    /// @param body of the request that creates it
    public record Letter(
            int number, String subject, int delay, boolean inHours, Set<DayOfWeek> days, Map<String, Object> body) {
        public Letter {
            days = Set.copyOf(days);
            body = Map.copyOf(body);
        }
    }

    public static Course read(Path folder) throws IOException {
        var json = JSON.readTree(folder.resolve("course.json").toFile());
        var sequence = json.required("sequence");
        var days = days(sequence.required("send_days"));
        var letters = new ArrayList<Letter>();
        for (var email : json.required("emails")) {
            letters.add(letter(folder, letters.size() + 1, email, days));
        }
        return new Course(
                json.required("name").asText(),
                json.required("custom_field").asText(),
                json.required("exclude_tag").asText(),
                map(sequence),
                ZoneId.of(sequence.required("time_zone").asText()),
                sequence.required("send_hour").asInt(),
                letters);
    }

    private static Letter letter(Path folder, int number, JsonNode email, Set<DayOfWeek> sequenceDays)
            throws IOException {
        var body = map(email);
        body.put(
                "content",
                Files.readString(folder.resolve(email.required("content").asText())));
        body.put("published", true);
        return new Letter(
                number,
                email.required("subject").asText(),
                email.required("delay_value").asInt(),
                email.required("delay_unit").asText().equals("hours"),
                email.has("send_days") ? days(email.get("send_days")) : sequenceDays,
                body);
    }

    private static Set<DayOfWeek> days(JsonNode names) {
        var days = EnumSet.noneOf(DayOfWeek.class);
        names.forEach(name -> days.add(DayOfWeek.valueOf(name.asText().toUpperCase(Locale.ROOT))));
        return days;
    }

    private static Map<String, Object> map(JsonNode object) {
        var map = new LinkedHashMap<String, Object>();
        object.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue()));
        return map;
    }
}
