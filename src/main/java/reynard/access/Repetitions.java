package reynard.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import reynard.account.Secrets;
import reynard.account.Vault;
import reynard.db.Database;
import reynard.id.AccountId;

/// Keeps for a day what was answered to requests that their senders gave a name, for each account by itself.
///
/// A name is taken before the work, and the answer kept after it. While there is none, the name stays taken: where the
/// database or a process failed between, nobody knows whether the work was done.
public final class Repetitions {
    private static final Duration KEPT = Duration.ofHours(24);
    private static final String PURPOSE = "answers";

    private final RepetitionStore store = new RepetitionStore();
    private final Database database;
    private final Vault vault;
    private final InstantSource clock;

    public Repetitions(Database database, Vault vault, InstantSource clock) {
        this.database = database;
        this.vault = vault;
        this.clock = clock;
    }

    /// What is known of a name.
    public sealed interface Taking {
        /// Nothing; it is this request's now. [Repetitions#keep] or [Repetitions#free] is to follow.
        record Taken() implements Taking {}

        /// It is that of a request for something else.
        record Other() implements Taking {}

        /// It is that of the same request, which has no answer.
        record Unanswered() implements Taking {}

        /// The same request was answered so.
        record Answered(int status, String answer) implements Taking {}

        /// The same request was answered, and nobody remembers how.
        record Forgotten() implements Taking {}
    }

    /// @param request a hash of what is asked for
    public Taking take(AccountId account, String name, byte[] request) {
        var now = clock.instant();
        var known = database.inTx(tx -> store.take(tx, account, Secrets.sha256(name), request, now, now.minus(KEPT)));
        if (known.isEmpty()) {
            return new Taking.Taken();
        }
        if (!Arrays.equals(known.get().request(), request)) {
            return new Taking.Other();
        }
        return known.get()
                .status()
                .<Taking>map(status -> known.get()
                        .answer()
                        .flatMap(answer -> vault.open(answer, PURPOSE))
                        .<Taking>map(answer -> new Taking.Answered(status, answer))
                        .orElseGet(Taking.Forgotten::new))
                .orElseGet(Taking.Unanswered::new);
    }

    /// @param answer empty when it cannot be kept; that it was done is remembered all the same
    public void keep(AccountId account, String name, int status, Optional<String> answer) {
        var now = clock.instant();
        var sealed = answer.map(text -> vault.seal(text, PURPOSE));
        database.useTx(tx -> store.keep(tx, account, Secrets.sha256(name), now, status, sealed));
    }

    /// Nothing was done under this name; whoever comes next may.
    public void free(AccountId account, String name) {
        database.useTx(tx -> store.free(tx, account, Secrets.sha256(name)));
    }

    /// Forgets what has been kept for a day.
    ///
    /// @return how many
    public int sweep(AccountId account, Instant now) {
        return database.inTx(tx -> store.forget(tx, account, now.minus(KEPT)));
    }
}
