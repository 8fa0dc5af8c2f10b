package reynard.ui;

/// The parts of the workplace, as its navigation lists them.
public enum Section {
    SEQUENCES("Sequences", "/sequences", "M4 6h16M4 12h10M4 18h6M17 12l3 3-3 3"),
    PEOPLE(
            "People",
            "/people",
            "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6.500 7-6.500s7 2.500 7 6.500M17 4a3.500 3.500 0 0 1 0 7M18 14.500c2.500.5 4 2.500 4 6.500");

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
