package reynard.cli;

import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.access.Rations;
import reynard.access.SecondFactors;
import reynard.access.Sessions;
import reynard.account.Accounts;
import reynard.account.Members;
import reynard.account.Vault;

/// Who works in an account, from the command line, while the server runs or not: the way back in for somebody who has
/// lost their password, their telephone and the codes that they wrote down.
@Command(
        name = "users",
        description = "Lists who works in an account, and lets somebody in who has lost what they log in with.",
        mixinStandardHelpOptions = true,
        subcommands = {UsersCommand.ListUsers.class, UsersCommand.Reset.class})
final class UsersCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "users needs one of: list, reset");
    }

    @Command(name = "list", description = "Lists them with their roles.", mixinStandardHelpOptions = true)
    static final class ListUsers extends AccountCommand {
        @Override
        public Integer call() {
            return with((installation, account) -> {
                var members = new Members(installation.database(), InstantSource.system());
                installation
                        .database()
                        .read(tx -> members.list(tx, account))
                        .forEach(member -> println("%s\t%s\tsince %s"
                                .formatted(
                                        member.user().emailAddress(),
                                        member.role().wireName(),
                                        member.since())));
                return 0;
            });
        }
    }

    @Command(
            name = "reset",
            description =
                    "Gives somebody a new password, shown this once, turns their second factor off and ends their "
                            + "sessions.",
            mixinStandardHelpOptions = true)
    static final class Reset extends AccountCommand {
        @Parameters(paramLabel = "EMAIL", description = "The address that they log in with.")
        private String email = "";

        @Override
        public Integer call() {
            return with((installation, account) -> {
                var database = installation.database();
                var clock = InstantSource.system();
                var accounts = new Accounts(database, installation.ids(), clock);
                var settings = settings();
                var secondFactors = new SecondFactors(
                        database, settings.vault().orElseGet(() -> Vault.in(settings.dataDir())), clock);
                var sessions = new Sessions(database, accounts, secondFactors, new Rations(database), clock);
                var found = database.read(tx -> new Members(database, clock)
                        .list(tx, account).stream()
                                .filter(member -> member.user().emailAddress().equalsIgnoreCase(email))
                                .findFirst());
                if (found.isEmpty()) {
                    println("Nobody with the address " + email + " works in this account.");
                    return 1;
                }
                var user = found.get().user().id();
                var password = database.inTx(tx -> {
                    secondFactors.forget(tx, user);
                    sessions.endAll(tx, user);
                    return accounts.replacePassword(tx, user);
                });
                println("The new password of " + found.get().user().emailAddress() + ", shown this once: " + password);
                return 0;
            });
        }
    }
}
