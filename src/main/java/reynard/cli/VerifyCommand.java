package reynard.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import reynard.app.Installation;
import reynard.audit.Audit;
import reynard.event.Events;
import reynard.sequence.Sequences;
import reynard.tzdata.TzData;

/// Looks through the whole database for what cannot be, while the server runs or not.
@Command(
        name = "verify",
        description = "Looks at every row of the database and names each that the rules cannot have led to. "
                + "Changes nothing. Exits with 0 when there is none, with 1 when there are some.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        var settings = options.settings();
        var out = spec.commandLine().getOut();
        try (var installation = Installation.open(settings)) {
            var database = installation.database();
            var sequences = new Sequences(database, installation.ids(), new Events(), InstantSource.system());
            var tzData = TzData.newest(settings.tzdataDir());
            var report = new Audit(database, sequences, tzData, settings.policies()).run(violation -> {
                out.println(violation);
                out.flush();
            });
            out.println("Looked at: " + report.counts() + ".");
            out.println(report.isClean() ? "No violations." : "Violations: " + report.violations() + ".");
            out.flush();
            return report.isClean() ? 0 : 1;
        }
    }
}
