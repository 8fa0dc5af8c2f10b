package reynard.db;

import java.util.Optional;

/// In which PostgreSQL a database lives. A dump that is loaded elsewhere, a base backup that is recovered and a standby
/// that is promoted each are in another place than before; a restart is not.
public final class Whereabouts {
    private Whereabouts() {}

    /// Empty where the role may not ask.
    public static Optional<String> of(Tx tx) {
        return tx.query("""
                        select case when has_function_privilege('pg_control_system()', 'execute')
                                     and has_function_privilege('pg_control_checkpoint()', 'execute')
                                    then (select s.system_identifier || '/' || c.timeline_id || '/' || d.oid
                                            from pg_control_system() s, pg_control_checkpoint() c, pg_database d
                                           where d.datname = current_database()) end
                        """).mapTo(String.class).findOne();
    }
}
