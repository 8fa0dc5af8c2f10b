package reynard.ui.letter;

import java.util.List;

/// Words in the place of an email.
///
/// @param remarks a list below the text
public record PreviewPage(String title, String text, List<String> remarks, boolean fault) {
    public PreviewPage {
        remarks = List.copyOf(remarks);
    }
}
