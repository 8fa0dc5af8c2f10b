package reynard.reference;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.ApiDocument;

/// Holds our document against Kit's, operation by operation, and what differs against `docs/kit-compatibility.md`.
/// Kit's
/// document is not ours to keep, so this is no test of the suite: `bin/test kit-contract` runs it where the file is.
@DisplayNameGeneration(ReplaceUnderscores.class)
class KitContractCheck {
    private static final int OPERATIONS = 85;

    @Test
    void every_difference_from_Kit_is_named() throws IOException {
        var kitsFile = System.getProperty("reynard.kitContract", "../shared/kit-api/openapi.json");
        var kit = new ObjectMapper().readTree(Path.of(kitsFile).toFile());
        var ours = ApiDocument.OURS.document();
        var named = Compatibility.read(Path.of("docs/kit-compatibility.md"));
        var report = new ArrayList<String>();
        int without = 0;
        int operations = 0;
        for (var operation : operations(kit).entrySet()) {
            operations++;
            var mine = operations(ours).get(operation.getKey());
            var found = mine == null
                    ? List.of("operation: missing")
                    : new Differences(kit, ours).of(operation.getValue(), mine);
            var unnamed = found.stream()
                    .filter(difference -> !named.names(operation.getKey(), difference))
                    .toList();
            if (unnamed.isEmpty() && named.hasRow(operation.getKey())) {
                without++;
            } else {
                report.add(operation.getKey() + (named.hasRow(operation.getKey()) ? "" : " has no row"));
                unnamed.forEach(difference -> report.add("    `" + difference + "`"));
            }
        }
        named.unused().forEach(name -> report.add("named, and there is no such difference: " + name));
        report.add(without + " of " + operations
                + " operations without a difference that docs/kit-compatibility.md does not name");
        Files.createDirectories(Path.of("target"));
        Files.write(Path.of("target/kit-contract.txt"), report);

        assertThat(report).hasSize(1);
        assertThat(operations).isEqualTo(OPERATIONS);
    }

    /// By verb and path; what a path says of its parameters is put into each.
    private static Map<String, JsonNode> operations(JsonNode document) {
        var operations = new TreeMap<String, JsonNode>();
        for (var path : document.path("paths").properties()) {
            for (var verb : List.of("get", "post", "put", "patch", "delete")) {
                if (path.getValue().get(verb) instanceof com.fasterxml.jackson.databind.node.ObjectNode operation) {
                    var whole = operation.deepCopy();
                    path.getValue().path("parameters").forEach(whole.withArray("/parameters")::add);
                    operations.put(verb.toUpperCase(java.util.Locale.ROOT) + " " + path.getKey(), whole);
                }
            }
        }
        return operations;
    }

    /// What a schema allows, in whichever of the two ways it is written.
    ///
    /// @param types empty for any
    /// @param values empty for any
    private record Shape(
            TreeSet<String> types,
            boolean nullable,
            TreeSet<String> values,
            Map<String, Shape> properties,
            TreeSet<String> required,
            List<Shape> items,
            List<Shape> others) {}

    private record Differences(JsonNode kit, JsonNode ours) {
        List<String> of(JsonNode theirs, JsonNode mine) {
            var found = new ArrayList<String>();
            parameters(theirs, mine, found);
            var theirBody = theirs.at("/requestBody/content/application~1json/schema");
            var myBody = mine.at("/requestBody/content/application~1json/schema");
            if (!theirBody.isMissingNode() || !myBody.isMissingNode()) {
                compare("body", shape(kit, theirBody), shape(ours, myBody), found);
            }
            responses(theirs, mine, found);
            return found;
        }

        private void parameters(JsonNode theirs, JsonNode mine, List<String> found) {
            var theirParameters = parameters(kit, theirs);
            var myParameters = parameters(ours, mine);
            for (var name : union(theirParameters.keySet(), myParameters.keySet())) {
                var their = theirParameters.get(name);
                var my = myParameters.get(name);
                if (my == null || their == null) {
                    found.add(name + (my == null ? ": missing" : ": not in Kit"));
                    continue;
                }
                required(
                        name,
                        their.path("required").asBoolean(),
                        my.path("required").asBoolean(),
                        found);
                compare(name, shape(kit, their.path("schema")), shape(ours, my.path("schema")), found);
            }
        }

        private static Map<String, JsonNode> parameters(JsonNode document, JsonNode operation) {
            var parameters = new LinkedHashMap<String, JsonNode>();
            operation.path("parameters").forEach(node -> {
                var parameter = resolved(document, node);
                parameters.put(
                        parameter.path("in").asText() + " "
                                + parameter.path("name").asText(),
                        parameter);
            });
            return parameters;
        }

        private void responses(JsonNode theirs, JsonNode mine, List<String> found) {
            var theirResponses = fields(theirs.path("responses"));
            var myResponses = fields(mine.path("responses"));
            for (var status : union(theirResponses, myResponses)) {
                var name = "answer " + status;
                if (!myResponses.contains(status) || !theirResponses.contains(status)) {
                    found.add(name + (theirResponses.contains(status) ? ": missing" : ": not in Kit"));
                    continue;
                }
                var pointer = "/content/application~1json/schema";
                var their = resolved(kit, theirs.path("responses").path(status)).at(pointer);
                var my = resolved(ours, mine.path("responses").path(status)).at(pointer);
                compare(name, shape(kit, their), shape(ours, my), found);
            }
        }

        private static void required(String name, boolean theirs, boolean mine, List<String> found) {
            if (theirs != mine) {
                found.add(name + (mine ? ": required" : ": optional"));
            }
        }

        private static void compare(String name, Shape theirs, Shape mine, List<String> found) {
            if (theirs.types().isEmpty()) {
                return; // Kit's document shows an example and says nothing.
            }
            if (!mine.types().equals(theirs.types())) {
                found.add(name + ": " + String.join(" or ", mine.types()) + ", in Kit "
                        + String.join(" or ", theirs.types()));
            }
            if (mine.nullable() != theirs.nullable()) {
                found.add(name + (mine.nullable() ? ": null too" : ": never null"));
            }
            values(name, theirs, mine, found);
            for (var property :
                    union(theirs.properties().keySet(), mine.properties().keySet())) {
                property(name, property, theirs, mine, found);
            }
            if (!theirs.items().isEmpty() && !mine.items().isEmpty()) {
                compare(name + "[]", theirs.items().getFirst(), mine.items().getFirst(), found);
            }
            if (!theirs.others().isEmpty() && !mine.others().isEmpty()) {
                compare(
                        join(name, "*"),
                        theirs.others().getFirst(),
                        mine.others().getFirst(),
                        found);
            }
        }

        private static void values(String name, Shape theirs, Shape mine, List<String> found) {
            if (mine.values().equals(theirs.values())) {
                return;
            }
            if (theirs.values().isEmpty() || mine.values().isEmpty()) {
                found.add(name + (theirs.values().isEmpty() ? ": values listed" : ": any value"));
                return;
            }
            var more = new TreeSet<>(mine.values());
            more.removeAll(theirs.values());
            var less = new TreeSet<>(theirs.values());
            less.removeAll(mine.values());
            more.forEach(value -> found.add(name + ": value " + value + " not in Kit"));
            less.forEach(value -> found.add(name + ": value " + value + " missing"));
        }

        private static void property(String name, String property, Shape theirs, Shape mine, List<String> found) {
            var path = join(name, property);
            var their = theirs.properties().get(property);
            var my = mine.properties().get(property);
            if (their == null) {
                found.add(path + ": not in Kit");
            } else if (my != null) {
                required(
                        path,
                        theirs.required().contains(property),
                        mine.required().contains(property),
                        found);
                compare(path, their, my, found);
            } else if (mine.others().isEmpty()) {
                found.add(path + ": missing");
            } else {
                compare(path, their, mine.others().getFirst(), found);
            }
        }

        private static String join(String name, String property) {
            // What is below a body or an answer begins a path.
            return name + (name.matches("body|answer [0-9]+") ? " " : ".") + property;
        }

        private static Shape shape(JsonNode document, JsonNode written) {
            var node = resolved(document, written);
            if (node.has("oneOf")) {
                return either(document, node.get("oneOf"));
            }
            var types = new TreeSet<String>();
            if (node.path("type").isArray()) {
                node.get("type").forEach(type -> types.add(type.asText()));
            } else if (node.has("type")) {
                types.add(node.get("type").asText());
            }
            boolean nullable = types.remove("null") || node.path("nullable").asBoolean();
            var values = new TreeSet<String>();
            node.path("enum").forEach(value -> {
                if (!value.isNull()) {
                    values.add(value.asText());
                }
            });
            var properties = new LinkedHashMap<String, Shape>();
            node.path("properties")
                    .properties()
                    .forEach(entry -> properties.put(entry.getKey(), shape(document, entry.getValue())));
            var required = new TreeSet<String>();
            node.path("required").forEach(name -> required.add(name.asText()));
            return new Shape(
                    types,
                    nullable,
                    values,
                    properties,
                    required,
                    one(document, node, "items"),
                    others(document, node));
        }

        private static List<Shape> one(JsonNode document, JsonNode node, String key) {
            return node.path(key).isObject() ? List.of(shape(document, node.get(key))) : List.of();
        }

        private static List<Shape> others(JsonNode document, JsonNode node) {
            return one(document, node, "additionalProperties");
        }

        /// What any of them allows; required is what all of them require.
        private static Shape either(JsonNode document, JsonNode alternatives) {
            var sum = shape(document, alternatives.get(0));
            for (var alternative : alternatives) {
                var shape = shape(document, alternative);
                sum.types().addAll(shape.types());
                sum.values().addAll(shape.values());
                sum.required().retainAll(shape.required());
                shape.properties().forEach((name, property) -> {
                    var known = sum.properties().putIfAbsent(name, property);
                    if (known != null) {
                        known.values().addAll(property.values());
                    }
                });
            }
            return sum;
        }

        private static JsonNode resolved(JsonNode document, JsonNode node) {
            var target = node;
            while (target.has("$ref")) {
                target = document.at(target.get("$ref").asText().substring(1));
            }
            return target;
        }

        private static TreeSet<String> fields(JsonNode object) {
            var names = new TreeSet<String>();
            object.fieldNames().forEachRemaining(names::add);
            return names;
        }

        private static TreeSet<String> union(java.util.Collection<String> some, java.util.Collection<String> others) {
            var all = new TreeSet<>(some);
            all.addAll(others);
            return all;
        }
    }
}
