package reynard.cli;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import reynard.account.Vault;
import reynard.id.AccountId;
import reynard.identity.DkimKeys;
import reynard.identity.SigningKey;
import reynard.mail.EmailAddress;
import reynard.mail.dkim.DkimAlgorithm;
import reynard.mail.dkim.DkimKey;

/// DKIM keys from the command line, while the server runs or not; a running one signs with what is made here.
@Command(
        name = "dkim",
        description = "Makes and shows the keys that sign mail.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DkimCommand.Create.class,
            DkimCommand.ListKeys.class,
            DkimCommand.Show.class,
            DkimCommand.Use.class
        })
final class DkimCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "dkim needs one of: create, list, show, use");
    }

    /// What the four have in common.
    abstract static class OnKeys extends AccountCommand {
        int withKeys(KeyWork work) {
            return with((installation, account) -> work.apply(
                    new DkimKeys(installation.database(), installation.ids(), vault(), InstantSource.system()),
                    account));
        }

        private Vault vault() {
            var settings = settings();
            return settings.vault().orElseGet(() -> Vault.in(settings.dataDir()));
        }

        @FunctionalInterface
        interface KeyWork {
            int apply(DkimKeys keys, AccountId account);
        }

        String domain(String text) {
            return EmailAddress.parse("x@" + text)
                    .map(EmailAddress::asciiDomain)
                    .orElseThrow(() -> fault("DOMAIN must be a domain such as example.com: " + text));
        }

        String selector(String text) {
            if (!DkimKey.isSelector(text)) {
                throw fault("SELECTOR must be lower-case letters, digits and hyphens: " + text);
            }
            return text;
        }

        void print(SigningKey key) {
            println("%s\t%s\t%s\tcreated %s\t%s"
                    .formatted(
                            key.domain(),
                            key.selector(),
                            key.algorithm().keyType(),
                            key.createdAt(),
                            key.signingSince()
                                    .map(since -> "signs since " + since)
                                    .orElse("does not sign")));
        }

        void printRecord(SigningKey key) {
            println("  Name   " + key.recordName());
            println("  Type   TXT");
            println("  Value  " + key.recordText());
            println("  Zone   " + key.zoneLine());
        }
    }

    @Command(
            name = "create",
            description = "Makes a key of each kind for a sending domain and prints the DNS records to add.",
            mixinStandardHelpOptions = true)
    static final class Create extends OnKeys {
        private static final int SELECTORS_A_MONTH = 26;

        @Parameters(paramLabel = "DOMAIN", description = "The domain of the From address, or one above it.")
        private String domain = "";

        @Option(
                names = "--selector",
                paramLabel = "NAME",
                description = "Where its record stands: NAME._domainkey.DOMAIN. With both algorithms, -rsa and "
                        + "-ed25519 are added. By default made of the month.")
        private @Nullable String selector;

        @Option(
                names = "--algorithm",
                paramLabel = "KIND",
                defaultValue = "both",
                description = "rsa, ed25519 or both; Ed25519 alone is refused by many receivers (both)")
        private String algorithm = "";

        @Override
        public Integer call() {
            var algorithms = algorithms();
            var name = domain(domain);
            return withKeys((keys, account) -> {
                for (var kind : algorithms) {
                    var created = create(keys, account, name, kind, algorithms.size() > 1);
                    println("A key for " + name + ". Add this record to DNS:");
                    printRecord(created);
                    println(
                            created.signingSince().isPresent()
                                    ? "  It signs from now on; receivers find its record once you have added it."
                                    : "  Another key signs. Once the record is there: bin/reynard dkim use " + name
                                            + " " + created.selector());
                }
                return 0;
            });
        }

        private List<DkimAlgorithm> algorithms() {
            return switch (algorithm) {
                case "both" -> List.of(DkimAlgorithm.RSA, DkimAlgorithm.ED25519);
                case "rsa" -> List.of(DkimAlgorithm.RSA);
                case "ed25519" -> List.of(DkimAlgorithm.ED25519);
                default -> throw fault("--algorithm must be rsa, ed25519 or both: " + algorithm);
            };
        }

        private SigningKey create(DkimKeys keys, AccountId account, String name, DkimAlgorithm kind, boolean several) {
            if (selector != null) {
                var wanted = selector(several ? selector + "-" + kind.keyType() : selector);
                return keys.create(account, name, wanted, kind)
                        .orElseThrow(() -> fault("there is a key " + wanted + " of " + name + " already"));
            }
            var month = LocalDate.ofInstant(InstantSource.system().instant(), ZoneOffset.UTC);
            var base = "r%04d%02d".formatted(month.getYear(), month.getMonthValue());
            for (int i = 0; i < SELECTORS_A_MONTH; i++) {
                var suffix = i == 0 ? "" : String.valueOf((char) ('a' + i));
                var created = keys.create(account, name, base + suffix + "-" + kind.keyType(), kind);
                if (created.isPresent()) {
                    return created.get();
                }
            }
            throw fault("name a --selector: this month's names are all taken");
        }
    }

    @Command(name = "list", description = "Lists the keys, without their secrets.", mixinStandardHelpOptions = true)
    static final class ListKeys extends OnKeys {
        @Override
        public Integer call() {
            return withKeys((keys, account) -> {
                keys.list(account).forEach(this::print);
                return 0;
            });
        }
    }

    @Command(name = "show", description = "Prints a key's DNS record.", mixinStandardHelpOptions = true)
    static final class Show extends OnKeys {
        @Parameters(index = "0", paramLabel = "DOMAIN")
        private String domain = "";

        @Parameters(index = "1", paramLabel = "SELECTOR", arity = "0..1", description = "All of the domain's without.")
        private @Nullable String selector;

        @Override
        public Integer call() {
            var name = domain(domain);
            var wanted = Optional.ofNullable(selector);
            return withKeys((keys, account) -> {
                var found = keys.list(account).stream()
                        .filter(key -> key.domain().equals(name))
                        .filter(key -> wanted.map(key.selector()::equals).orElse(true))
                        .toList();
                found.forEach(key -> {
                    print(key);
                    printRecord(key);
                });
                if (found.isEmpty()) {
                    println("There is no such key.");
                }
                return found.isEmpty() ? 1 : 0;
            });
        }
    }

    @Command(
            name = "use",
            description = "Lets a key sign, instead of the one of its domain and kind that did.",
            mixinStandardHelpOptions = true)
    static final class Use extends OnKeys {
        @Parameters(index = "0", paramLabel = "DOMAIN")
        private String domain = "";

        @Parameters(index = "1", paramLabel = "SELECTOR")
        private String selector = "";

        @Override
        public Integer call() {
            var name = domain(domain);
            return withKeys((keys, account) -> {
                boolean used = keys.use(account, name, selector);
                println(used ? selector + " signs for " + name + " from now on." : "There is no such key.");
                return used ? 0 : 1;
            });
        }
    }
}
