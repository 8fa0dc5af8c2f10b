package reynard.ui.program;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Tokens that an account has made, and apps that it has let in.
///
/// @param secret a new token, shown this once; empty when none was made
/// @param lifetimes for how long a token may be
public record TokensPage(
        Frame frame, Form form, List<Option> lifetimes, List<Row> tokens, List<Row> apps, String secret) {
    public TokensPage {
        lifetimes = List.copyOf(lifetimes);
        tokens = List.copyOf(tokens);
        apps = List.copyOf(apps);
    }

    /// @param until in words
    public record Row(long id, String name, String since, String until, boolean revoked) {}
}
