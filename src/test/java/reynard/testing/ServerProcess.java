package reynard.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reynard.db.Database;

/// A server in a process of its own, so that it can be killed. What it says goes on in `target/server-process.log`.
public final class ServerProcess implements AutoCloseable {
    private static final Path LOG = Path.of("target", "server-process.log");

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// On a virtual clock and the given database, sending to the given relay.
    public static ServerProcess start(String databaseUrl, String relayUrl) {
        return start(
                relayUrl,
                "--data-dir=target",
                "--database-url=" + databaseUrl,
                "--clock=virtual",
                "--clock-start=" + TestServer.MONDAY);
    }

    /// On the clock of this machine: it works by itself.
    public static ServerProcess live(String databaseUrl, String relayUrl) {
        return start(relayUrl, "--data-dir=target", "--database-url=" + databaseUrl);
    }

    /// On the clock of this machine, with its own PostgreSQL in a folder.
    public static ServerProcess embedded(Path folder, String relayUrl) {
        return start(relayUrl, "--data-dir=" + folder);
    }

    private static ServerProcess start(String relayUrl, String... options) {
        return start(ServerImage.options(ServerProcess::rehearse), relayUrl, options);
    }

    /// A start and an end as they should be, with a little of everything between them.
    private static void rehearse(List<String> image) throws IOException {
        var database = TestDatabase.fresh(Database::migrate);
        try (var server = start(
                image,
                "smtp://127.0.0.1:9",
                "--data-dir=target",
                "--database-url=" + database,
                "--clock=virtual",
                "--clock-start=" + TestServer.MONDAY)) {
            server.ask("GET", "/v4/account");
            server.ask("GET", "/ext/v1/deliveries");
            server.ask("POST", "/ext/v1/clock/advance");
            server.stop(Duration.ofMinutes(2));
        } finally {
            TestDatabase.drop(database);
        }
    }

    private void ask(String verb, String path) throws IOException {
        var connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setRequestMethod(verb);
        connection.setRequestProperty("X-Kit-Api-Key", TestServer.API_KEY);
        connection.getResponseCode();
        connection.disconnect();
    }

    private static ServerProcess start(List<String> image, String relayUrl, String... options) {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ServerImage.TUNING);
        command.addAll(image);
        command.addAll(List.of(
                "-Xlog:disable",
                "reynard.cli.Main",
                "serve",
                "--port=0",
                "--bootstrap-api-key=" + TestServer.API_KEY,
                "--webhook-allow=127.0.0.1",
                "--public-url=https://mail.example.com",
                "--secret-key=" + TestServer.SECRET_KEY,
                "--postal-address=1 Tea Street",
                "--smtp-url=" + relayUrl));
        command.addAll(List.of(options));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            return new ServerProcess(process, portOf(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int portOf(Process process) throws IOException {
        var said = new StringBuilder();
        var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (var line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            int at = line.lastIndexOf(" answers on http://");
            if (at >= 0) {
                // Whoever does not read on makes the process wait for its reader.
                Thread.ofVirtual().start(() -> out.lines().forEach(ServerProcess::write));
                return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            }
        }
        throw new IllegalStateException("the server did not start:\n" + said);
    }

    private static synchronized void write(String line) {
        try {
            Files.writeString(LOG, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /// As `kill -9` does.
    public void kill() {
        process.destroyForcibly();
        awaitEnd(Duration.ofMinutes(1));
    }

    /// Asks it to stop, as `kill` does.
    ///
    /// @return whether it has stopped within this time
    public boolean stop(Duration within) {
        // By its handle: else what it says in the end would be lost, and whoever says it killed.
        process.toHandle().destroy();
        return awaitEnd(within);
    }

    /// Stands still until it is thawed, and knows nothing of it.
    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    private void signal(String name) {
        try {
            var kill = new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill " + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean awaitEnd(Duration within) {
        try {
            return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
