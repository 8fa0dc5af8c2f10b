package reynard.access;

/// Somebody chooses a new password.
///
/// @param path of the link
public record ResetPage(String path, String csrf, String fault) {}
