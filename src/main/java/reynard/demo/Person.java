package reynard.demo;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/// Somebody who takes the course, and what they will do.
///
/// @param firstName may be empty, as may be the tea
/// @param taggedAt when they get the tag that the course excludes; before joining, if it is the same moment
/// @param leavesByLink whether they unsubscribe through the link of their last email, or the author does it by API
public record Person(
        String email,
        String firstName,
        String favouriteTea,
        Instant joinsAt,
        Optional<Instant> joinsAgainAt,
        Optional<Instant> taggedAt,
        Optional<Instant> leavesAt,
        boolean leavesByLink) {

    /// The people of a CSV file with the columns `email`, `first_name`, `favourite_tea`, `joins_at` (with an offset)
    /// and, as durations from there or empty, `joins_again_after`, `tagged_after`, `unsubscribes_after`, and
    /// `unsubscribes_by` (`api` or `link`).
    public static List<Person> read(Path csv) throws IOException {
        try (var rows = CsvReader.builder().ofNamedCsvRecord(csv)) {
            return rows.stream().map(Person::of).toList();
        }
    }

    private static Person of(NamedCsvRecord row) {
        var joinsAt = OffsetDateTime.parse(row.getField("joins_at")).toInstant();
        return new Person(
                row.getField("email"),
                row.getField("first_name"),
                row.getField("favourite_tea"),
                joinsAt,
                after(joinsAt, row.getField("joins_again_after")),
                after(joinsAt, row.getField("tagged_after")),
                after(joinsAt, row.getField("unsubscribes_after")),
                row.getField("unsubscribes_by").equals("link"));
    }

    private static Optional<Instant> after(Instant joinsAt, String duration) {
        return duration.isEmpty() ? Optional.empty() : Optional.of(joinsAt.plus(Duration.parse(duration)));
    }
}
