package reynard.cli;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.access.Apps;
import reynard.app.Installation;
import reynard.id.AppId;

/// OAuth apps from the command line, while the server runs or not. They belong to the installation: each account
/// decides by itself whom it lets in.
@Command(
        name = "apps",
        description = "Registers, lists and revokes the apps that may ask authors for access (OAuth 2).",
        mixinStandardHelpOptions = true,
        subcommands = {AppsCommand.Create.class, AppsCommand.ListApps.class, AppsCommand.Revoke.class})
final class AppsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "apps needs one of: create, list, revoke");
    }

    /// What the three have in common.
    abstract static class OnInstallation implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in.
        private CommandSpec spec;

        void println(String line) {
            spec.commandLine().getOut().println(line);
            spec.commandLine().getOut().flush();
        }

        int with(ToIntFunction<Apps> work) {
            try (var installation = Installation.open(options.settings())) {
                return work.applyAsInt(new Apps(installation.database(), installation.ids(), InstantSource.system()));
            }
        }

        ParameterException fault(String sentence) {
            return new ParameterException(spec.commandLine(), sentence);
        }
    }

    @Command(
            name = "create",
            description = "Registers an app and shows its secret once.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnInstallation {
        @Parameters(paramLabel = "NAME", description = "What authors are asked to let in.")
        private String name = "";

        @Option(
                names = "--redirect-uri",
                paramLabel = "URI",
                required = true,
                description = "Where authors are sent back to, exactly so. May be given several times.")
        private List<String> redirectUris = List.of();

        @Option(
                names = "--public",
                description = "The app runs in a browser or on a telephone and can keep no secret: PKCE is required.")
        private boolean isPublic;

        @Override
        public Integer call() {
            if (name.isBlank()) {
                throw fault("NAME must not be blank");
            }
            for (var uri : redirectUris) {
                Apps.redirectUriFault(uri).ifPresent(rule -> {
                    throw fault("--redirect-uri " + rule + ": " + uri);
                });
            }
            return with(apps -> {
                var registered = apps.register(name.strip(), redirectUris, !isPublic);
                println("App " + registered.app().id().value());
                println("  client_id      " + registered.app().clientId());
                registered.secret().ifPresent(secret -> println("  client_secret  " + secret + "  (shown this once)"));
                return 0;
            });
        }
    }

    @Command(name = "list", description = "Lists the apps, without their secrets.", mixinStandardHelpOptions = true)
    static final class ListApps extends OnInstallation {
        @Override
        public Integer call() {
            return with(apps -> {
                for (var app : apps.list()) {
                    println("%d\t%s\t%s\tclient_id %s\t%s\tcreated %s%s"
                            .formatted(
                                    app.id().value(),
                                    app.name(),
                                    app.confidential() ? "confidential" : "public",
                                    app.clientId(),
                                    String.join(" ", app.redirectUris()),
                                    app.createdAt(),
                                    app.revokedAt().map(at -> "\trevoked " + at).orElse("")));
                }
                return 0;
            });
        }
    }

    @Command(name = "revoke", description = "Ends an app and all its tokens at once.", mixinStandardHelpOptions = true)
    static final class Revoke extends OnInstallation {
        @Parameters(paramLabel = "ID", description = "The app's number, as list shows it.")
        private long id;

        @Override
        public Integer call() {
            return with(apps -> {
                boolean revoked = apps.revoke(new AppId(id));
                println(revoked ? "App " + id + " is revoked." : "There is no app " + id + " to revoke.");
                return revoked ? 0 : 1;
            });
        }
    }
}
