package reynard.db;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The user that PostgreSQL runs as. It refuses to run as root, so root has to become somebody else for it.
///
/// @param command what to put before each command
/// @param id      the number of the user that has to own the files, or -1: whoever runs this program
record PostgresUser(List<String> command, int id) {
    private static final int ROOT = 0;
    private static final int NOBODY = 65534;

    /// Whoever started this program, when that is not root.
    static final PostgresUser SELF = new PostgresUser(List.of(), -1);

    /// In a user namespace of its own root is nobody special, yet its files stay root's.
    static final PostgresUser ROOT_IN_A_NAMESPACE = new PostgresUser(List.of("unshare", "--user"), ROOT);

    /// Where namespaces are forbidden, as in most containers, the files go to `nobody`, who must be able to reach
    /// them.
    static final PostgresUser NOBODY_AT_ALL =
            new PostgresUser(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), NOBODY);

    /// The user for the user that this process runs as.
    static PostgresUser forThisProcess() {
        if (new UnixSystem().getUid() != ROOT) {
            return SELF;
        }
        return canRun(ROOT_IN_A_NAMESPACE) ? ROOT_IN_A_NAMESPACE : NOBODY_AT_ALL;
    }

    /// Gives a file, or a folder with all it holds, from one of root's two users to this one.
    ///
    /// @throws EmbeddedDatabase.Unavailable if it belongs to somebody else, who could no longer use it
    void own(Path path) throws IOException {
        if (id < 0) {
            return;
        }
        var owner = (int) Files.getAttribute(path, "unix:uid");
        if (owner != ROOT && owner != NOBODY) {
            throw new EmbeddedDatabase.Unavailable(
                    path + " belongs to " + Files.getOwner(path) + ": run Reynard as that user, not as root");
        }
        if (owner != id) {
            Folders.give(path, id);
        }
    }

    private static boolean canRun(PostgresUser user) {
        try {
            var command = new ArrayList<>(user.command);
            command.add("true");
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
