package reynard.db;

/// Hands out ids: small numbers, unique in the installation, known before their row is written.
///
/// A block is taken in a transaction of its own, so that an id is never given out twice, whatever becomes of the
/// transaction it is used in. What is left of a block when the server stops is lost; ids may have gaps.
public final class IdBlocks {
    private static final int BLOCK_SIZE = 1_000;

    private final Database database;
    private long next;
    private long end;

    public IdBlocks(Database database) {
        this.database = database;
    }

    public synchronized long next() {
        if (next == end) {
            end = database.inTx(tx ->
                    tx.query("""
                            update id_block set next = next + :size where name = 'id' returning next
                            """).bind("size", BLOCK_SIZE).mapTo(Long.class).one());
            next = end - BLOCK_SIZE;
        }
        return next++;
    }
}
