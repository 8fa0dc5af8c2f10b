package reynard.template.liquid;

/// What happens to a value on its way from `{{ }}` into the text.
public enum Escaping {
    /// The value as it is: subjects and plain text.
    NONE,
    /// The value with `& < > " '` as entities, so that a subscriber's name cannot be markup. The template's own text
    /// is left alone, and so are [Markup] and values whose last filter is `raw`; what `escape` made is not escaped
    /// twice.
    HTML
}
