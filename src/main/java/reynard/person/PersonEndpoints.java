package reynard.person;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.SubscriberId;

/// Ours: what is known of a subscriber, to be given to them, and its erasure.
public final class PersonEndpoints {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final People people;

    public PersonEndpoints(People people) {
        this.people = people;
    }

    public void register(Routes routes) {
        routes.get("/ext/v1/subscribers/{id}/export", this::export);
        routes.delete("/ext/v1/subscribers/{id}", this::erase);
    }

    private Reply export(Request request) {
        var id = request.path("id", SubscriberId::new);
        boolean csv = request.oneOf("format", List.of("json", "csv"))
                .filter("csv"::equals)
                .isPresent();
        var sections = people.export(request.account(), id);
        if (sections.isEmpty()) {
            return Reply.notFound();
        }
        var name = "attachment; filename=\"subscriber-" + id.value() + (csv ? ".csv\"" : ".json\"");
        return (csv ? csv(sections.get()) : json(sections.get())).with("Content-Disposition", name);
    }

    private static Reply json(List<People.Section> sections) {
        var export = new LinkedHashMap<String, List<JsonNode>>();
        for (var section : sections) {
            export.put(
                    section.name(),
                    section.rows().stream().map(PersonEndpoints::parse).toList());
        }
        return Reply.ok(Map.of("export", export));
    }

    /// One line per value: tables of people's lives have no columns in common.
    private static Reply csv(List<People.Section> sections) {
        var text = new StringWriter();
        try (var csv = CsvWriter.builder().build(text)) {
            csv.writeRecord("section", "row", "name", "value");
            for (var section : sections) {
                int number = 0;
                for (var row : section.rows()) {
                    number++;
                    for (var value : parse(row).properties()) {
                        csv.writeRecord(
                                section.name(), Integer.toString(number), value.getKey(), cell(value.getValue()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Reply(
                200,
                new Reply.Bytes("text/csv; charset=utf-8", text.toString().getBytes(StandardCharsets.UTF_8)),
                Map.of());
    }

    /// A spreadsheet takes what begins with one of these for a formula, unless a quote stands before it.
    private static String cell(JsonNode value) {
        var text = value.isNull() ? "" : value.isTextual() ? value.textValue() : value.toString();
        boolean formula = value.isTextual() && !text.isEmpty() && "=+-@\t\r\0＝＋－＠".indexOf(text.charAt(0)) >= 0;
        return formula ? "'" + text : text;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("PostgreSQL wrote no JSON", e);
        }
    }

    record ErasureJson(String state, Instant askedAt) {}

    private Reply erase(Request request) {
        return switch (people.erase(request.account(), request.path("id", SubscriberId::new))) {
            case People.Erasing.Erased _ -> Reply.noContent();
            case People.Erasing.NoSuchSubscriber _ -> Reply.notFound();
            case People.Erasing.Waiting(var askedAt) ->
                Reply.accepted(Map.of("erasure", new ErasureJson("waiting", askedAt)));
        };
    }
}
