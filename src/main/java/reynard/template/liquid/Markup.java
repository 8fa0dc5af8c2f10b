package reynard.template.liquid;

/// A piece of data that is HTML already and is not escaped again, like an email's content inside its layout.
///
/// Under [Escaping#NONE] it is its text.
public record Markup(String html) {}
