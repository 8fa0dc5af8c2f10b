package reynard.ui.sequence;

/// A preview of what is no HTML: plain text, or why there is nothing to see.
public record PreviewPage(String title, String text, boolean fault) {}
