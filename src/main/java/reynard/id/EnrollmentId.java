package reynard.id;

/// The id of an enrollment.
public record EnrollmentId(long value) implements Id {}
