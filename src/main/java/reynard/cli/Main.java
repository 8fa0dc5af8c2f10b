package reynard.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import reynard.app.Version;

/// Where the program starts.
@Command(
        name = "reynard",
        description = "A self-hosted server for email sequences that speaks Kit's v4 API.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        subcommands = {
            ServeCommand.class,
            DemoCommand.class,
            KeysCommand.class,
            ResumeCommand.class,
            VerifyCommand.class,
            DkimCommand.class,
            CheckDomainCommand.class,
            TokensCommand.class,
            UsersCommand.class,
            AppsCommand.class
        })
public final class Main {
    private Main() {}

    static final class Versions implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"reynard " + Version.TEXT};
        }
    }

    public static void main(String[] arguments) {
        var commandLine = commandLine();
        System.exit(arguments.length == 0 ? usage(commandLine) : commandLine.execute(arguments));
    }

    /// The program, ready to be given its arguments.
    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler((exception, _) -> {
                    var command = exception.getCommandLine();
                    command.getErr().println("reynard: " + exception.getMessage());
                    command.getErr().println("Settings are listed by: bin/reynard serve --help");
                    return command.getCommandSpec().exitCodeOnInvalidInput();
                })
                .setExecutionExceptionHandler((exception, command, _) -> Failures.report(exception, command));
    }

    private static int usage(CommandLine commandLine) {
        commandLine.usage(commandLine.getOut());
        return commandLine.getCommandSpec().exitCodeOnUsageHelp();
    }
}
