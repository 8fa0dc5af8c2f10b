package reynard.demo;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;

/// The final table as text: a line per letter, a column per rule and reason, and a line of totals.
final class Table {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE d MMM HH:mm:ss xxx", Locale.ENGLISH);

    /// @param above a second line over the heading
    private record Column(String above, String heading, boolean number, List<String> cells) {
        int width() {
            return IntStream.concat(
                            IntStream.of(above.length(), heading.length()),
                            cells.stream().mapToInt(String::length))
                    .max()
                    .orElseThrow();
        }

        String padded(String text) {
            var padding = " ".repeat(width() - text.length());
            return number ? padding + text : text + padding;
        }
    }

    private Table() {}

    static List<String> lines(Course course, List<Tally> table) {
        var columns = columns(course, table);
        var lines = new ArrayList<String>();
        lines.add(line(columns, Column::above));
        lines.add(line(columns, Column::heading));
        for (int i = 0; i <= table.size(); i++) {
            int row = i;
            lines.add(line(columns, column -> column.cells().get(row)));
        }
        return lines;
    }

    private static String line(List<Column> columns, Function<Column, String> cell) {
        return String.join(
                        "  ",
                        columns.stream()
                                .map(column -> column.padded(cell.apply(column)))
                                .toList())
                .stripTrailing();
    }

    private static List<Column> columns(Course course, List<Tally> table) {
        var columns = new ArrayList<Column>();
        columns.add(new Column(
                "",
                "Email",
                false,
                with(
                        table,
                        line -> line.letter().number() + "  " + line.letter().subject(),
                        "Total")));
        columns.add(counts("", "Sent", table, Tally::sent));
        columns.addAll(byReason("Skipped:", table, Tally::skipped));
        columns.addAll(byReason("Not reached:", table, Tally::notReached));
        columns.add(counts("", "Planned", table, Tally::planned));
        columns.add(times(
                "First sent",
                table,
                Tally::first,
                course.zone(),
                all -> all.stream().min(Instant::compareTo)));
        columns.add(times(
                "Last sent",
                table,
                Tally::last,
                course.zone(),
                all -> all.stream().max(Instant::compareTo)));
        return columns;
    }

    private static Column counts(String above, String heading, List<Tally> table, Function<Tally, Integer> count) {
        int total = table.stream().mapToInt(count::apply).sum();
        return new Column(
                above, heading, true, with(table, line -> "%,d".formatted(count.apply(line)), "%,d".formatted(total)));
    }

    /// A column for each reason that occurs, and one for none when there is none.
    private static List<Column> byReason(
            String above, List<Tally> table, Function<Tally, SortedMap<String, Integer>> counts) {
        var reasons = new TreeSet<String>();
        table.forEach(line -> reasons.addAll(counts.apply(line).keySet()));
        if (reasons.isEmpty()) {
            return List.of(counts(above, "none", table, _ -> 0));
        }
        return reasons.stream()
                .map(reason -> counts(
                        above,
                        reason.replace('_', ' '),
                        table,
                        line -> counts.apply(line).getOrDefault(reason, 0)))
                .toList();
    }

    private static Column times(
            String heading,
            List<Tally> table,
            Function<Tally, Optional<Instant>> time,
            ZoneId zone,
            Function<List<Instant>, Optional<Instant>> total) {
        var all = table.stream().map(time).flatMap(Optional::stream).toList();
        return new Column(
                "", heading, false, with(table, line -> text(time.apply(line), zone), text(total.apply(all), zone)));
    }

    private static String text(Optional<Instant> at, ZoneId zone) {
        return at.map(instant -> TIME.format(instant.atZone(zone))).orElse("-");
    }

    private static List<String> with(List<Tally> table, Function<Tally, String> cell, String total) {
        var cells = new ArrayList<>(table.stream().map(cell).toList());
        cells.add(total);
        return Collections.unmodifiableList(cells);
    }
}
