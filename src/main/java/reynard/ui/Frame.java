package reynard.ui;

import org.jspecify.annotations.Nullable;

/// What is around every page.
///
/// @param section null: none of the navigation's
/// @param user the author's address
/// @param csrf what every form of the page must hold
/// @param told what has just been done; empty when nothing is to be said
public record Frame(String title, @Nullable Section section, String account, String user, String csrf, String told) {
    public boolean isIn(Section other) {
        return section == other;
    }
}
