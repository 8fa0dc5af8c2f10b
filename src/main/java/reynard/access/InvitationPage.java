package reynard.access;

/// What a link to come and work in an account offers.
///
/// @param account its name
/// @param path of the link
/// @param login where to log in first; empty when nobody has to
/// @param isNew whether they choose a password
public record InvitationPage(
        String account,
        String email,
        String role,
        String path,
        String login,
        boolean isNew,
        String csrf,
        String fault) {}
