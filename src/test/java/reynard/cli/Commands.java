package reynard.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import picocli.CommandLine;
import reynard.account.Vault;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.webhook.Reach;

/// The command line for tests in other rooms.
public final class Commands {
    private Commands() {}

    /// What `bin/reynard` runs, with all that it says on one writer.
    public static CommandLine line(PrintWriter out) {
        return Main.commandLine().setOut(out).setErr(out);
    }

    /// Starts a server on a database with another secret key, and stops it.
    public static void serveOnce(String databaseUrl, String secretKey) throws SQLException {
        Server.start(new Settings(
                        "127.0.0.1",
                        0,
                        Path.of("target"),
                        Optional.of(databaseUrl),
                        Optional.empty(),
                        Settings.Outgoing.INBOX,
                        Optional.empty(),
                        new Settings.Founder("Other", "other@example.com", "Etc/UTC", Optional.empty()),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Policies.DEFAULT,
                        Brake.Limits.DEFAULT,
                        Reach.PUBLIC,
                        Optional.of(Vault.of(secretKey)),
                        Settings.Returns.NONE,
                        Settings.Access.DEFAULT))
                .close();
    }
}
