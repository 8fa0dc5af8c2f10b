package reynard.sheet;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import reynard.mail.EmailAddress;

/// A table as a file of comma-separated values holds it (RFC 4180), with whatever stands between its values.
///
/// @param headers one for each column; made up where the file has none
/// @param headed whether the first line is no line of the table but its headers
/// @param lines how many it has
public record Sheet(String text, char separator, List<String> headers, boolean headed, int lines) {
    public static final int LINES_MAX = 500_000;

    private static final int COLUMNS_MAX = 100;
    private static final int HEADER_MAX = 200;

    public Sheet {
        headers = List.copyOf(headers);
    }

    public sealed interface Reading {
        record Read(Sheet sheet) implements Reading {}

        /// @param why a sentence
        record Unreadable(String why) implements Reading {}
    }

    /// @param line where it begins in the file, from 1
    public record Row(long line, List<String> cells) {
        public Row {
            cells = List.copyOf(cells);
        }

        /// Without the space around it; empty where the line is too short.
        public String cell(int column) {
            return column < cells.size() ? cells.get(column).strip() : "";
        }
    }

    /// Reads a file in UTF-8, UTF-16 with its mark, or else as Windows writes it.
    public static Reading read(byte[] content) {
        var text = decoded(content);
        if (text.indexOf('\0') >= 0) {
            return new Reading.Unreadable("This is no text: save your table as CSV first.");
        }
        return of(text);
    }

    private static String decoded(byte[] content) {
        if (starts(content, 0xFF, 0xFE) || starts(content, 0xFE, 0xFF)) {
            return new String(content, StandardCharsets.UTF_16);
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return new String(content, Charset.forName("windows-1252"));
        }
    }

    private static boolean starts(byte[] content, int first, int second) {
        return content.length > 1 && (content[0] & 0xFF) == first && (content[1] & 0xFF) == second;
    }

    static Reading of(String text) {
        char separator = separator(text);
        try (var records = records(text, separator)) {
            var first = records.stream().findFirst();
            if (first.isEmpty()) {
                return new Reading.Unreadable("The file is empty.");
            }
            var cells = first.get().getFields();
            if (cells.size() > COLUMNS_MAX) {
                return new Reading.Unreadable("A table has at most " + COLUMNS_MAX + " columns.");
            }
            boolean headed = cells.stream()
                    .noneMatch(cell -> EmailAddress.parse(cell.strip()).isPresent());
            var headers = IntStream.range(0, cells.size())
                    .mapToObj(column -> header(headed ? cells.get(column).strip() : "", column))
                    .toList();
            return counted(new Sheet(text, separator, headers, headed, 0));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (CsvParseException e) {
            return unreadable(e);
        }
    }

    private static Reading counted(Sheet sheet) {
        try (var rows = sheet.rows()) {
            long lines = rows.limit(LINES_MAX + 1L).count();
            if (lines == 0) {
                return new Reading.Unreadable("The file has headers, and nobody below them.");
            }
            if (lines > LINES_MAX) {
                return new Reading.Unreadable("A table has at most " + LINES_MAX + " lines: divide it.");
            }
            return new Reading.Read(new Sheet(sheet.text, sheet.separator, sheet.headers, sheet.headed, (int) lines));
        } catch (CsvParseException e) {
            return unreadable(e);
        }
    }

    private static Reading unreadable(CsvParseException e) {
        var cause = e.getCause() == null ? e : e.getCause();
        return new Reading.Unreadable("The file cannot be read as a table: " + cause.getMessage() + ".");
    }

    private static String header(String written, int column) {
        if (written.isEmpty()) {
            return "Column " + (column + 1);
        }
        return written.length() > HEADER_MAX ? written.substring(0, HEADER_MAX) : written;
    }

    /// What stands most often in the first line.
    private static char separator(String text) {
        int end = text.indexOf('\n');
        var line = end < 0 ? text : text.substring(0, end);
        char best = ',';
        long most = 0;
        for (char candidate : new char[] {',', ';', '\t'}) {
            long count = line.chars().filter(unit -> unit == candidate).count();
            if (count > most) {
                best = candidate;
                most = count;
            }
        }
        return best;
    }

    private static CsvReader<CsvRecord> records(String text, char separator) {
        return CsvReader.builder()
                .fieldSeparator(separator)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(text);
    }

    /// One behind the other, without the headers and without empty lines.
    public Stream<Row> rows() {
        return records(text, separator).stream()
                .skip(headed ? 1 : 0)
                .map(row -> new Row(row.getStartingLineNumber(), row.getFields()));
    }
}
