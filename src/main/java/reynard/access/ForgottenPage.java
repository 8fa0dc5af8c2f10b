package reynard.access;

/// Somebody has forgotten their password.
///
/// @param sent whether a link is on its way, if anybody has the address
public record ForgottenPage(String csrf, boolean sent, String fault) {}
