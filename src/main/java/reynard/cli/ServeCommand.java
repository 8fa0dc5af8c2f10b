package reynard.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import reynard.app.Parts;
import reynard.app.Server;
import reynard.app.Version;

/// Runs a server until it is told to stop.
@Command(
        name = "serve",
        description = "Runs the server. The first start creates an account and shows its API key and login once.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class ServeCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        var settings = options.settings();
        var out = spec.commandLine().getOut();
        var stopped = new CountDownLatch(1);
        var parts = new Parts();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> {
            parts.close();
            stopped.countDown();
        }));
        var server = Server.start(settings, parts);
        server.founded().ifPresent(founded -> {
            out.println("An account has been created. Its key and password are shown this once:");
            // A key that the operator chose is known to them, and their log is no place for it.
            out.println("  API key   " + (settings.bootstrapApiKey().isPresent() ? "as given" : founded.apiKey()));
            out.println("  Login     " + founded.email());
            out.println("  Password  " + founded.password());
        });
        out.println("Reynard " + Version.TEXT + " answers on http://" + settings.host() + ":" + server.port());
        if (settings.outgoing().isInbox()) {
            out.println("No relay is named (REYNARD_SMTP_URL): mail stays in the built-in inbox.");
        }
        out.flush();
        stopped.await();
        return 0;
    }
}
