package reynard.id;

/// The id of an email template.
public record EmailTemplateId(long value) implements Id {}
