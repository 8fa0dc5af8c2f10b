package reynard.app;

import java.time.Instant;
import reynard.db.Database;
import reynard.db.DatabaseAccess;
import reynard.db.IdBlocks;

/// The database of an installation, for commands that look into it: beside a running server, or without one.
public final class Installation implements AutoCloseable {
    private final DatabaseAccess access;
    private final Database database;
    private final Database idDatabase;

    private Installation(DatabaseAccess access) {
        this.access = access;
        Database.migrate(access.jdbcUrl());
        this.database = Database.open(access.jdbcUrl(), 4);
        this.idDatabase = Database.open(access.jdbcUrl(), 1);
    }

    /// Uses the server's embedded PostgreSQL when one is running, and starts it otherwise.
    public static Installation open(Settings settings) {
        return new Installation(settings.databaseUrl()
                .map(DatabaseAccess::to)
                .orElseGet(() -> DatabaseAccess.embedded(settings.dataDir())));
    }

    /// What a server on this database takes for now.
    public Instant now(Settings settings) {
        return Server.clock(settings, database).instant();
    }

    public Database database() {
        return database;
    }

    public IdBlocks ids() {
        return new IdBlocks(idDatabase);
    }

    @Override
    public void close() {
        idDatabase.close();
        database.close();
        access.close();
    }
}
