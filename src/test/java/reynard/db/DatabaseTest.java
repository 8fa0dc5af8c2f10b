package reynard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestDatabase;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DatabaseTest {
    private static final String URL = TestDatabase.create();
    private static final Database DATABASE = Database.open(URL, 4);

    @BeforeEach
    void two_rows() {
        DATABASE.useTx(tx -> tx.update("drop table if exists child, parent").execute());
        DATABASE.useTx(tx -> {
            tx.update("create table parent (id bigint primary key, count int not null)")
                    .execute();
            tx.update("create table child (parent_id bigint not null references parent (id))")
                    .execute();
            tx.update("insert into parent values (1, 0), (2, 0)").execute();
        });
    }

    @AfterAll
    static void close() {
        DATABASE.close();
        TestDatabase.drop(URL);
    }

    private static void increment(Tx tx, long id) {
        tx.update("update parent set count = count + 1 where id = :id")
                .bind("id", id)
                .execute();
    }

    private static int count(long id) {
        return DATABASE.read(tx -> tx.query("select count from parent where id = :id")
                .bind("id", id)
                .mapTo(Integer.class)
                .one());
    }

    @Test
    void the_transaction_that_a_deadlock_ends_runs_again() throws Exception {
        var bothHoldOne = new CyclicBarrier(2);
        var runs = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var order : new long[][] {{1, 2}, {2, 1}}) {
                threads.execute(() -> DATABASE.useTx(tx -> {
                    increment(tx, order[0]);
                    if (runs.incrementAndGet() <= 2) {
                        meet(bothHoldOne);
                    }
                    increment(tx, order[1]);
                }));
            }
        }
        assertThat(runs).hasValue(3);
        assertThat(count(1)).isEqualTo(2);
        assertThat(count(2)).isEqualTo(2);
    }

    @Test
    void who_points_to_a_row_that_has_just_been_deleted_looks_again() throws Exception {
        var lookedUp = new CountDownLatch(1);
        var deleted = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var inserted = CompletableFuture.supplyAsync(
                    () -> DATABASE.inTx(tx -> {
                        var found = tx.query("select id from parent where id = 1")
                                .mapTo(Long.class)
                                .findOne();
                        lookedUp.countDown();
                        await(deleted);
                        found.ifPresent(id -> tx.update("insert into child values (:id)")
                                .bind("id", id)
                                .execute());
                        return found.isPresent();
                    }),
                    threads);
            lookedUp.await();
            DATABASE.useTx(tx -> tx.update("delete from parent where id = 1").execute());
            deleted.countDown();
            assertThat(inserted.get()).isFalse();
        }
    }

    @Test
    void what_points_nowhere_whenever_it_is_tried_fails() {
        var runs = new AtomicInteger();
        assertThatThrownBy(() -> DATABASE.useTx(tx -> {
                    runs.incrementAndGet();
                    tx.update("insert into child values (99)").execute();
                }))
                .hasMessageContaining("child_parent_id_fkey");
        assertThat(runs).hasValue(4);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
