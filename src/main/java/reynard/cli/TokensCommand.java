package reynard.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.access.Grant;
import reynard.access.Tokens;
import reynard.id.AccountId;
import reynard.id.GrantId;

/// Tokens from the command line, while the server runs or not.
@Command(
        name = "tokens",
        description = "Creates tokens for an account's own programs; lists and revokes these and what apps were given.",
        mixinStandardHelpOptions = true,
        subcommands = {TokensCommand.Create.class, TokensCommand.ListTokens.class, TokensCommand.Revoke.class})
final class TokensCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "tokens needs one of: create, list, revoke");
    }

    /// What the three have in common.
    abstract static class OnTokens extends AccountCommand {
        int withTokens(ToIntFunction<Chosen> work) {
            return with((installation, account) -> work.applyAsInt(new Chosen(
                    new Tokens(installation.database(), installation.ids(), InstantSource.system()), account)));
        }

        record Chosen(Tokens tokens, AccountId account) {}
    }

    @Command(
            name = "create",
            description = "Creates a token, which opens what an OAuth token does, and shows it once.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnTokens {
        @Parameters(paramLabel = "NAME", description = "What the token is for.")
        private String name = "";

        @Option(names = "--days", paramLabel = "N", description = "Ends after so many days; otherwise never by itself.")
        private @Nullable Integer days;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in.
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (days != null && (days < 1 || days > 36_500)) {
                throw new ParameterException(spec.commandLine(), "--days must be from 1 to 36500: " + days);
            }
            var lifetime = Optional.ofNullable(days).map(Duration::ofDays);
            return withTokens(chosen -> {
                var created = chosen.tokens().createPersonal(chosen.account(), name, lifetime);
                println("Token " + created.id().value() + ", shown this once: " + created.token());
                return 0;
            });
        }
    }

    @Command(
            name = "list",
            description = "Lists the tokens, without their text, and the apps that were let in.",
            mixinStandardHelpOptions = true)
    static final class ListTokens extends OnTokens {
        @Override
        public Integer call() {
            return withTokens(chosen -> {
                chosen.tokens().list(chosen.account()).forEach(grant -> println(line(grant)));
                return 0;
            });
        }

        private static String line(Grant grant) {
            return "%d\t%s\t%s\tcreated %s%s%s"
                    .formatted(
                            grant.id().value(),
                            grant.name(),
                            grant.app().isPresent() ? "app" : "token",
                            grant.createdAt(),
                            grant.expiresAt().map(at -> "\tends " + at).orElse(""),
                            grant.revokedAt().map(at -> "\trevoked " + at).orElse(""));
        }
    }

    @Command(
            name = "revoke",
            description = "Ends a token, or an app's access to the account, at once.",
            mixinStandardHelpOptions = true)
    static final class Revoke extends OnTokens {
        @Parameters(paramLabel = "ID", description = "The number that list shows.")
        private long id;

        @Override
        public Integer call() {
            return withTokens(chosen -> {
                boolean revoked = chosen.tokens().revoke(chosen.account(), new GrantId(id));
                println(revoked ? "Token " + id + " is revoked." : "There is no token " + id + " to revoke.");
                return revoked ? 0 : 1;
            });
        }
    }
}
