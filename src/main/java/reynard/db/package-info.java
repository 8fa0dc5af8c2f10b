/// Pool, transactions, migrations, ids and keyset pages: the only room that knows how SQL is carried out.
@NullMarked
package reynard.db;

import org.jspecify.annotations.NullMarked;
