package reynard.ui;

/// The parts of the workplace, as its navigation lists them.
public enum Section {
    HOME("Home", "/", "M3 11l9-8 9 8M5 9.500V21h5v-6h4v6h5V9.500"),
    SEQUENCES("Sequences", "/sequences", "M4 6h16M4 12h10M4 18h6M17 12l3 3-3 3"),
    BROADCASTS("Broadcasts", "/broadcasts", "M4 10v4l11 5V5zM15 9.500a3 3 0 0 1 0 5M6.500 15v5h3v-3.500"),
    PEOPLE(
            "People",
            "/people",
            "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6.500 7-6.500s7 2.500 7 6.500M17 4a3.500 3.500 0 0 1 0 7M18 14.500c2.500.5 4 2.500 4 6.500"),
    FORMS("Forms", "/forms", "M5 3h14v18H5zM8.500 8h7M8.500 12h7M8.500 16.500h3.500"),
    TEMPLATES("Templates", "/templates", "M4 4h16v5H4zM4 12.500h7V20H4zM14 12.500h6V20h-6z"),
    SENDING("Sending", "/sending", "M3 11l18-8-8 18-2.500-7.500z"),
    INBOX("Inbox", "/inbox", "M3 13l3-8h12l3 8v6H3zM3 13h5l2 3h4l2-3h5"),
    SETTINGS("Settings", "/settings", "M4 7h9M17 7h3M15 4.500v5M4 17h3M11 17h9M9 14.500v5");

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
