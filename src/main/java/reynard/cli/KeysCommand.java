package reynard.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.app.Installation;
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

    /// What the three have in common: an installation, and an account of it.
    abstract static class OnAccount implements Callable<Integer> {
        @Mixin
        private SettingsOptions options = new SettingsOptions();

        @Option(names = "--account", paramLabel = "ID", description = "The account; needed when there are several.")
        private @Nullable Long account;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli fills it in.
        private CommandSpec spec;

        void println(String line) {
            spec.commandLine().getOut().println(line);
            spec.commandLine().getOut().flush();
        }

        int with(ToIntFunction<Chosen> work) {
            try (var installation = Installation.open(options.settings())) {
                var database = installation.database();
                var clock = InstantSource.system();
                var accounts = new Accounts(database, installation.ids(), clock);
                return work.applyAsInt(new Chosen(new ApiKeys(database, installation.ids(), clock), account(accounts)));
            }
        }

        record Chosen(ApiKeys keys, AccountId account) {}

        private AccountId account(Accounts accounts) {
            var all = accounts.all();
            if (account != null) {
                return all.stream()
                        .filter(id -> id.value() == account)
                        .findFirst()
                        .orElseThrow(() -> fault("there is no account " + account));
            }
            return switch (all.size()) {
                case 0 -> throw fault("there is no account yet; the first bin/reynard serve creates one");
                case 1 -> all.getFirst();
                default ->
                    throw fault("--account must be one of "
                            + all.stream().map(AccountId::value).toList());
            };
        }

        private ParameterException fault(String sentence) {
            return new ParameterException(spec.commandLine(), sentence);
        }
    }

    @Command(name = "create", description = "Creates a key and shows it once.", mixinStandardHelpOptions = true)
    static final class Create extends OnAccount {
        @Parameters(paramLabel = "NAME", description = "What the key is for.")
        private String name = "";

        @Override
        public Integer call() {
            return with(chosen -> {
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
            return with(chosen -> {
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
            return with(chosen -> {
                boolean revoked = chosen.keys().revoke(chosen.account(), new ApiKeyId(id));
                println(revoked ? "Key " + id + " is revoked." : "There is no key " + id + " to revoke.");
                return revoked ? 0 : 1;
            });
        }
    }
}
