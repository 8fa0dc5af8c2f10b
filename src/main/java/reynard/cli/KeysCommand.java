package reynard.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.account.ApiKeys;
import reynard.id.AccountId;
import reynard.id.ApiKeyId;

/// API keys from the command line, while the server runs or not.
@Command(
        name = "keys",
        description = "Creates, lists and revokes API keys.",
        mixinStandardHelpOptions = true,
        subcommands = {KeysCommand.Create.class, KeysCommand.ListKeys.class, KeysCommand.Revoke.class})
final class KeysCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "keys needs one of: create, list, revoke");
    }

    /// What the three have in common.
    abstract static class OnAccount extends AccountCommand {
        int withKeys(ToIntFunction<Chosen> work) {
            return with((installation, account) -> work.applyAsInt(new Chosen(
                    new ApiKeys(installation.database(), installation.ids(), InstantSource.system()), account)));
        }

        record Chosen(ApiKeys keys, AccountId account) {}
    }

    @Command(name = "create", description = "Creates a key and shows it once.", mixinStandardHelpOptions = true)
    static final class Create extends OnAccount {
        @Parameters(paramLabel = "NAME", description = "What the key is for.")
        private String name = "";

        @Override
        public Integer call() {
            return withKeys(chosen -> {
                var issued = chosen.keys().create(chosen.account(), name);
                println("Key " + issued.id().value() + ", shown this once: " + issued.key());
                return 0;
            });
        }
    }

    @Command(name = "list", description = "Lists the keys, without their text.", mixinStandardHelpOptions = true)
    static final class ListKeys extends OnAccount {
        @Override
        public Integer call() {
            return withKeys(chosen -> {
                for (var key : chosen.keys().list(chosen.account())) {
                    println("%d\t%s\tcreated %s%s"
                            .formatted(
                                    key.id().value(),
                                    key.name(),
                                    key.createdAt(),
                                    key.revokedAt().map(at -> "\trevoked " + at).orElse("")));
                }
                return 0;
            });
        }
    }

    @Command(name = "revoke", description = "Ends a key at once.", mixinStandardHelpOptions = true)
    static final class Revoke extends OnAccount {
        @Parameters(paramLabel = "ID", description = "The key's number, as list shows it.")
        private long id;

        @Override
        public Integer call() {
            return withKeys(chosen -> {
                boolean revoked = chosen.keys().revoke(chosen.account(), new ApiKeyId(id));
                println(revoked ? "Key " + id + " is revoked." : "There is no key " + id + " to revoke.");
                return revoked ? 0 : 1;
            });
        }
    }
}
