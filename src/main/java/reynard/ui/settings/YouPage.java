package reynard.ui.settings;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;

/// What somebody logs in with.
///
/// @param on whether a second factor is asked for
/// @param waiting the secret of one that is set up and not in use; empty when there is none
/// @param address the same for telephones that take links
/// @param picture of that link, for telephones that see
/// @param codes to write down, shown this once
/// @param left how many of those there are, in words
public record YouPage(
        Frame frame,
        Form form,
        boolean on,
        String waiting,
        String address,
        Optional<Picture> picture,
        List<String> codes,
        String left) {
    public YouPage {
        codes = List.copyOf(codes);
    }
}
