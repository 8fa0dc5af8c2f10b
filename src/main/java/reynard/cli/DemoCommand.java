package reynard.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import reynard.app.Parts;
import reynard.app.Server;
import reynard.app.Settings;
import reynard.demo.Api;
import reynard.demo.Course;
import reynard.demo.Demo;
import reynard.demo.Person;
import reynard.enrollment.Brake;
import reynard.enrollment.Policies;
import reynard.webhook.Reach;

/// Runs a whole course for a thousand people on a virtual clock and proves what became of each email.
@Command(
        name = "demo",
        description = "Sends a course of six emails to a thousand subscribers on a virtual clock, in a database of its "
                + "own and to the built-in inbox, and accounts for each email.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--subscribers",
            paramLabel = "N",
            defaultValue = "1000",
            description = "How many of the subscribers of the example take part. (1000)")
    private int subscribers;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Use this new data directory and leave it, to go on there with: bin/reynard serve.")
    private @Nullable Path keep;

    @Option(
            names = "--examples",
            paramLabel = "DIR",
            defaultValue = "${sys:reynard.home:-.}/examples",
            description = "Where tea-course/ and subscribers.csv are. (examples of the repository)")
    private Path examples = Path.of("examples");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli fills it in.
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        long began = System.nanoTime();
        var out = spec.commandLine().getOut();
        if (!Files.isDirectory(examples)) {
            throw new ParameterException(spec.commandLine(), "--examples must name a folder: " + examples);
        }
        var course = Course.read(examples.resolve("tea-course"));
        var everyone = Person.read(examples.resolve("subscribers.csv"));
        if (subscribers < 1 || subscribers > everyone.size()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--subscribers must be from 1 to %d: %d".formatted(everyone.size(), subscribers));
        }
        var people = everyone.subList(0, subscribers);
        boolean well;
        try (var stage = new Parts()) {
            // Also when the program is told to stop half-way.
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(stage::close));
            well = run(stage, course, people, out);
        }
        out.println();
        out.println(
                well
                        ? "Everything adds up. It took %d seconds."
                                .formatted(Duration.ofNanos(System.nanoTime() - began)
                                        .toSeconds())
                        : "Something is off; see above.");
        out.flush();
        return well ? 0 : 1;
    }

    private boolean run(Parts stage, Course course, List<Person> people, PrintWriter out)
            throws IOException, SQLException {
        var folder = keep == null ? folder(stage) : Files.createDirectories(keep.toAbsolutePath());
        var server = Server.start(
                new Settings(
                        "127.0.0.1",
                        0,
                        folder.normalize(),
                        Optional.empty(),
                        Optional.empty(),
                        Settings.Outgoing.INBOX,
                        Optional.empty(),
                        new Settings.Founder(
                                "Letters about Tea",
                                "maren@example.org",
                                course.zone().getId(),
                                Optional.of("Letters about Tea, 12 Kettle Lane, Portland, ME 04101")),
                        true,
                        Optional.of(Demo.startsAt(course, people)),
                        Optional.empty(),
                        Policies.DEFAULT,
                        Brake.Limits.DEFAULT,
                        Reach.PUBLIC,
                        Optional.empty(),
                        Settings.Returns.NONE,
                        Settings.Access.DEFAULT),
                stage);
        var founded = server.founded()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--keep must name a new data directory; this one is in use: " + folder));
        var url = "http://127.0.0.1:" + server.port();
        if (keep != null) {
            out.println("The data are kept in %s. While this runs, the server is %s; its API key is %s"
                    .formatted(folder, url, founded.apiKey()));
        }
        var api = stage.start(() -> new Api(url, founded.apiKey()));
        return new Demo(api, course, people, out).run();
    }

    /// A new folder that is gone afterwards. PostgreSQL, which may run as another user, must be able to go through.
    private static Path folder(Parts stage) throws IOException {
        var folder = Files.createTempDirectory(
                "reynard-demo-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        stage.start(() -> () -> delete(folder));
        return folder;
    }

    private static void delete(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
