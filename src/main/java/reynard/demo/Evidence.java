package reynard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import reynard.demo.Course.Letter;

/// What the server shows of a course that has run.
///
/// @param ledger the fates of each address, one per letter
/// @param inbox every email that arrived
/// @param counted how many emails the clock's answers said were sent
/// @param faults what the server shows and cannot be true, such as two rows of the ledger for one email
record Evidence(Map<String, List<Fate>> ledger, List<Mail> inbox, long counted, List<String> faults) {
    /// An email as it arrived.
    record Mail(String to, String subject, Instant at) {}

    Evidence {
        ledger = Map.copyOf(ledger);
        inbox = List.copyOf(inbox);
        faults = List.copyOf(faults);
    }

    /// Asks the inbox, the ledger and the list of subscribers, every page of each.
    static Evidence gather(Api api, Demo.SetUp setUp, Course course, long counted) {
        var addresses = new HashMap<Long, String>();
        setUp.subscribers().forEach((email, id) -> addresses.put(id, email));
        var faults = new ArrayList<String>();
        var settled = new HashMap<String, Map<Letter, Fate>>();
        for (var row : api.list("/ext/v1/deliveries?sequence_id=" + setUp.sequence(), "deliveries")) {
            var email = addresses.get(row.required("subscriber_id").asLong());
            var letter = setUp.letters().get(row.required("sequence_email_id").asLong());
            if (email == null || letter == null) {
                faults.add("a row that belongs to nobody: " + row);
            } else if (settled.computeIfAbsent(email, _ -> new HashMap<>()).put(letter, fate(row)) != null) {
                faults.add("a second row for %s, email %d".formatted(email, letter.number()));
            }
        }
        var cancelled = new HashSet<String>();
        api.list("/v4/subscribers?status=cancelled", "subscribers")
                .forEach(row -> cancelled.add(row.required("email_address").asText()));
        var ledger = new HashMap<String, List<Fate>>();
        for (var email : setUp.subscribers().keySet()) {
            var without = new Fate.NotReached(cancelled.contains(email) ? Forecast.UNSUBSCRIBED : "unexplained");
            var fates = settled.getOrDefault(email, Map.of());
            ledger.put(
                    email,
                    course.letters().stream()
                            .map(letter -> fates.getOrDefault(letter, without))
                            .toList());
        }
        var inbox = api.list("/ext/v1/inbox", "messages").stream()
                .map(row -> new Mail(
                        row.required("to").asText(),
                        row.required("subject").asText(),
                        Instant.parse(row.required("received_at").asText())))
                .toList();
        return new Evidence(ledger, inbox, counted, faults);
    }

    private static Fate fate(JsonNode row) {
        var state = row.required("state").asText();
        return switch (state) {
            case "sent" -> new Fate.Sent(settledAt(row));
            case "skipped" ->
                new Fate.Skipped(settledAt(row), row.required("reason").asText());
            default -> new Fate.NotReached(state);
        };
    }

    private static Instant settledAt(JsonNode row) {
        return Instant.parse(row.required("settled_at").asText());
    }
}
