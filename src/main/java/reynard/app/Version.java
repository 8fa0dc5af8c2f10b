package reynard.app;

import java.util.Objects;

/// The release, as the jar's manifest names it.
public final class Version {
    public static final String TEXT =
            Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "development");

    private Version() {}
}
