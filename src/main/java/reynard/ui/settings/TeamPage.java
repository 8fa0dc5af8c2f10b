package reynard.ui.settings;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Who works in an account, and who is invited to.
///
/// @param link of a new invitation, shown this once; empty when none was made
public record TeamPage(
        Frame frame, Form form, List<Row> rows, List<Invited> invited, List<Option> roles, String link, String sent) {
    public TeamPage {
        rows = List.copyOf(rows);
        invited = List.copyOf(invited);
        roles = List.copyOf(roles);
    }

    public record Row(long id, String email, String role, String since, boolean you) {}

    public record Invited(String email, String role, String until) {}
}
