package reynard.ui.broadcast;

import java.util.List;
import java.util.Optional;
import reynard.ui.Frame;
import reynard.ui.Option;

/// What came of a broadcast.
///
/// @param progress in percent
/// @param moving whether it is being sent
/// @param at when it was counted
/// @param tiles what is counted, each with its number
/// @param facts what else is known
/// @param publicUrl of its version on the web; empty when it has none
public record ReportPage(
        Frame frame,
        long id,
        String subject,
        Step step,
        String progress,
        boolean moving,
        String at,
        List<Tile> tiles,
        List<Option> facts,
        String publicUrl,
        List<Link> links,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public ReportPage {
        tiles = List.copyOf(tiles);
        facts = List.copyOf(facts);
        links = List.copyOf(links);
    }

    /// @param more such as a rate; may be empty
    public record Tile(String label, String value, String more) {}

    /// @param readers who have followed it
    /// @param rate of those who got the email
    public record Link(String url, String readers, String rate) {}
}
