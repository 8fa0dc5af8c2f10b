package reynard.ui;

import org.jspecify.annotations.Nullable;
import reynard.account.Role;

/// What is around every page.
///
/// @param section null: none of the navigation's
/// @param user the author's address
/// @param role of the author in this account
/// @param elsewhere whether they work in other accounts, too
/// @param csrf what every form of the page must hold
/// @param told what has just been done; empty when nothing is to be said
public record Frame(
        String title,
        @Nullable Section section,
        String account,
        String user,
        Role role,
        boolean elsewhere,
        String csrf,
        String told) {
    public boolean isIn(Section other) {
        return section == other;
    }
}
