package reynard.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// A server in a process of its own, so that it can be killed.
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// On a virtual clock and the given database, sending to the given relay.
    public static ServerProcess start(String databaseUrl, String relayUrl) {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "reynard.cli.Main",
                "serve",
                "--port=0",
                "--clock=virtual",
                "--clock-start=" + TestServer.MONDAY,
                "--bootstrap-api-key=" + TestServer.API_KEY,
                "--webhook-allow=127.0.0.1",
                "--data-dir=target",
                "--secret-key=" + TestServer.SECRET_KEY,
                "--database-url=" + databaseUrl,
                "--smtp-url=" + relayUrl);
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
                Thread.ofVirtual().start(() -> out.lines().forEach(_ -> {}));
                return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
            }
        }
        throw new IllegalStateException("the server did not start:\n" + said);
    }

    public int port() {
        return port;
    }

    /// As `kill -9` does.
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
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
