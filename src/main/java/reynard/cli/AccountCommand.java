package reynard.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import reynard.account.Accounts;
import reynard.app.Installation;
import reynard.app.Settings;
import reynard.id.AccountId;

/// A command on one account of an installation.
abstract class AccountCommand implements Callable<Integer> {
    @Mixin
    private SettingsOptions options = new SettingsOptions();

    @Option(names = "--account", paramLabel = "ID", description = "The account; needed when there are several.")
    private @Nullable Long account;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    Settings settings() {
        return options.settings();
    }

    void println(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    int with(ToIntBiFunction<Installation, AccountId> work) {
        try (var installation = Installation.open(settings())) {
            var accounts = new Accounts(installation.database(), installation.ids(), InstantSource.system());
            return work.applyAsInt(installation, account(accounts));
        }
    }

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

    ParameterException fault(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
