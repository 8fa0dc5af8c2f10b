package reynard.access;

/// What the page for logging in shows.
///
/// @param next where to go then, a path of ours
/// @param email what was typed before
/// @param fault what was wrong; empty at first
public record LoginPage(String next, String csrf, String email, String fault) {}
