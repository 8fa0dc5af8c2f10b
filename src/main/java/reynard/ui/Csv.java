package reynard.ui;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import reynard.http.Reply;

/// Tables to download.
public final class Csv {
    private static final String MARK = "\uFEFF";

    private final CsvWriter writer;

    private Csv(CsvWriter writer) {
        this.writer = writer;
    }

    @FunctionalInterface
    public interface Filling {
        void fill(Csv csv);
    }

    /// With the mark by which spreadsheets know UTF-8.
    public static Reply reply(String name, Filling filling) {
        Reply.Writing writing = out -> write(out, filling);
        return new Reply(
                200,
                new Reply.Stream("text/csv; charset=utf-8", writing),
                Map.of("Content-Disposition", "attachment; filename=\"" + name + "\""));
    }

    private static void write(OutputStream out, Filling filling) throws IOException {
        out.write(MARK.getBytes(StandardCharsets.UTF_8));
        var writer = CsvWriter.builder().build(out, StandardCharsets.UTF_8);
        filling.fill(new Csv(writer));
        writer.flush();
    }

    public void row(List<String> cells) {
        writer.writeRecord(cells.stream().map(Csv::harmless).toList());
    }

    /// A spreadsheet takes what begins so for a formula, unless a quote stands before it.
    private static String harmless(String cell) {
        return !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0 ? "'" + cell : cell;
    }
}
