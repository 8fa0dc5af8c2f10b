package reynard.cli;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import reynard.app.Installation;
import reynard.enrollment.Brake;
import reynard.enrollment.Standstill;
import reynard.http.Request;

/// Lets sending go on that waits for the operator, while the server runs or not.
@Command(
        name = "resume",
        description = "Lets sending go on after a restored backup, a long sleep or a wrong clock. What is overdue is "
                + "handled as each sequence says (catch_up), but for what you want treated as sent.",
        mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(
            names = "--treat-as-sent-until",
            paramLabel = "INSTANT",
            description = "All that was due until then counts as sent when it was due, and is not sent again: an "
                    + "instant such as 2026-11-30T18:00:00Z, or now.")
    private @Nullable String treatAsSentUntil;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        var settings = options.settings();
        try (var installation = Installation.open(settings)) {
            var now = installation.now(settings);
            var until = until(now);
            var brake = new Brake(installation.database(), settings.brakeLimits(), java.time.Duration.ZERO);
            var before = until.isPresent() ? brake.resumeTreatingAsSent(until.get()) : brake.resume(now);
            println(before.map(standstill -> told(standstill, until)).orElse("Sending is not paused."));
        }
        return 0;
    }

    private static String told(Standstill before, Optional<Instant> until) {
        var was = "Sending was paused since " + before.since() + ". " + before.sentence() + "\n";
        return was
                + until.map(at -> "It goes on as soon as a server has written down all that was due until " + at
                                + " as sent.")
                        .orElse("It goes on; what is overdue is handled as each sequence says.");
    }

    private Optional<Instant> until(Instant now) {
        if (treatAsSentUntil == null) {
            return Optional.empty();
        }
        if (treatAsSentUntil.equals("now")) {
            return Optional.of(now);
        }
        var until = Request.parseInstant(treatAsSentUntil)
                .orElseThrow(() -> fault("must be an instant such as 2026-11-30T18:00:00Z, or now"));
        if (until.isAfter(now)) {
            throw fault("must not be later than now, " + now);
        }
        return Optional.of(until);
    }

    private ParameterException fault(String rule) {
        return new ParameterException(spec.commandLine(), "--treat-as-sent-until " + rule + ": " + treatAsSentUntil);
    }

    private void println(String text) {
        spec.commandLine().getOut().println(text);
        spec.commandLine().getOut().flush();
    }
}
