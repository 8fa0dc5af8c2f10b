package reynard.ui;

/// Something to choose.
public record Option(String value, String label) {}
