package reynard.cli;

import java.io.PrintWriter;
import picocli.CommandLine;

/// The command line for tests in other rooms.
public final class Commands {
    private Commands() {}

    /// What `bin/reynard` runs, with all that it says on one writer.
    public static CommandLine line(PrintWriter out) {
        return Main.commandLine().setOut(out).setErr(out);
    }
}
