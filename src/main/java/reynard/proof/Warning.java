package reynard.proof;

/// Something in an email that its author may not have meant. It is sent all the same.
///
/// @param code stable
/// @param message one sentence for people
public record Warning(String code, String message) {}
