/// PostgreSQL as Reynard uses it: the embedded server, the pool, transactions, migrations, keyset pages.
@NullMarked
package reynard.db;

import org.jspecify.annotations.NullMarked;
