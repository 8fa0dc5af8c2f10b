package reynard.id;

/// The id of a sign-up that waits for its confirmation.
public record SignupId(long value) implements Id {}
