package reynard.account;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What somebody may do in an account that they work in.
public enum Role {
    /// Everything, and who else works here.
    OWNER,
    /// Everything that is about readers and what they get.
    EDITOR,
    /// Look.
    VIEWER;

    public static final List<String> NAMES =
            Arrays.stream(values()).map(Role::wireName).toList();

    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> named(String wireName) {
        return Arrays.stream(values())
                .filter(role -> role.wireName().equals(wireName))
                .findFirst();
    }

    public boolean mayWrite() {
        return this != VIEWER;
    }

    /// Keys to the account, and the people who work in it.
    public boolean mayRule() {
        return this == OWNER;
    }
}
