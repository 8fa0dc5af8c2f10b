package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Frame;

/// What came of a sequence's emails, or of one of them.
///
/// @param email 0: all of them
/// @param subject of that email; empty for all
/// @param days where what went out day by day is shown
/// @param at when it was counted
public record StatsPage(
        Frame frame,
        long sequence,
        String name,
        long email,
        String subject,
        String days,
        String at,
        List<Tile> tiles,
        List<Row> rows,
        List<Link> links) {
    public StatsPage {
        tiles = List.copyOf(tiles);
        rows = List.copyOf(rows);
        links = List.copyOf(links);
    }

    /// @param more such as the number behind a rate; may be empty
    public record Tile(String label, String value, String more) {}

    /// One email.
    public record Row(
            long email, String subject, String sent, String opened, String clicked, String left, String bounced) {}

    /// @param readers who have followed it
    public record Link(String url, String readers, String rate, String clicks) {}
}
