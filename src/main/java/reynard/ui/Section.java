package reynard.ui;

/// The parts of the workplace, as its navigation lists them.
public enum Section {
    SEQUENCES("Sequences", "/sequences", "M4 6h16M4 12h10M4 18h6M17 12l3 3-3 3");

    private final String label;
    private final String path;
    private final String icon;

    Section(String label, String path, String icon) {
        this.label = label;
        this.path = path;
        this.icon = icon;
    }

    public String label() {
        return label;
    }

    public String path() {
        return path;
    }

    /// The lines of its picture, in a square of 24 (SVG).
    public String icon() {
        return icon;
    }
}
