package reynard.cli;

import java.io.IOException;
import java.net.BindException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.db.EmbeddedDatabase;

/// Tells an operator in one sentence why a command could not be carried out; what nobody foresaw comes with its trace.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static int report(Exception exception, CommandLine command) {
        if (exception instanceof ParameterException fault) {
            command.getErr().println("reynard: " + fault.getMessage());
            return command.getCommandSpec().exitCodeOnInvalidInput();
        }
        for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof EmbeddedDatabase.Unavailable || cause instanceof Vault.Unopenable) {
                return sentence(command, String.valueOf(cause.getMessage()));
            }
            if (cause instanceof BindException) {
                return sentence(command, "the port is in use by another program (--port, REYNARD_PORT)");
            }
            if (cause instanceof SQLException sql && Database.isUnreachable(sql)) {
                return sentence(command, "the database cannot be reached (--database-url): " + sql.getMessage());
            }
        }
        if (exception instanceof IOException) {
            return sentence(command, String.valueOf(exception.getMessage()));
        }
        LOG.error("the command failed", exception);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static int sentence(CommandLine command, String sentence) {
        command.getErr().println("reynard: " + sentence);
        return command.getCommandSpec().exitCodeOnExecutionException();
    }
}
