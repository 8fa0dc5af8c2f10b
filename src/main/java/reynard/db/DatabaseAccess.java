package reynard.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Collectors;

/// The way of a command to an installation's database: the embedded PostgreSQL of a running server, or one that is
/// started for the command and stopped after it.
///
/// @param jdbcUrl holds the password, so it must not be logged
public record DatabaseAccess(String jdbcUrl, Runnable ending) implements AutoCloseable {
    /// A PostgreSQL that is there without us.
    public static DatabaseAccess to(String jdbcUrl) {
        return new DatabaseAccess(jdbcUrl, () -> {});
    }

    /// @throws EmbeddedDatabase.Unavailable when it can be neither reached nor started
    public static DatabaseAccess embedded(Path dataDirectory) {
        return running(dataDirectory).map(DatabaseAccess::to).orElseGet(() -> {
            var database = EmbeddedDatabase.start(dataDirectory);
            return new DatabaseAccess(database.jdbcUrl(), database::close);
        });
    }

    /// What the running server wrote down for `psql`, if it is still true.
    private static Optional<String> running(Path dataDirectory) {
        var file = dataDirectory.resolve("pg_service.conf");
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            var values = Files.readAllLines(file).stream()
                    .filter(line -> line.contains("="))
                    .collect(Collectors.toMap(
                            line -> line.substring(0, line.indexOf('=')),
                            line -> line.substring(line.indexOf('=') + 1)));
            var url = "jdbc:postgresql://%s:%s/%s?user=%s&password=%s&sslmode=disable"
                    .formatted(
                            values.get("host"),
                            values.get("port"),
                            values.get("dbname"),
                            values.get("user"),
                            values.get("password"));
            DriverManager.getConnection(url).close();
            return Optional.of(url);
        } catch (IOException | SQLException e) {
            // A server that was killed left the file behind; its database is started again below.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        ending.run();
    }
}
