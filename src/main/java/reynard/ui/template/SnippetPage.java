package reynard.ui.template;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;

/// A snippet that is being written.
///
/// @param id 0: it is new
/// @param block whether it is HTML; else a piece of text
/// @param variable how an email names it; empty for a new one
/// @param users who show it
public record SnippetPage(
        Frame frame,
        long id,
        String action,
        Form form,
        boolean block,
        boolean archived,
        String variable,
        List<User> users) {
    public SnippetPage {
        users = List.copyOf(users);
    }

    /// @param kind such as `Sequence`
    public record User(String kind, String name, String path) {}
}
