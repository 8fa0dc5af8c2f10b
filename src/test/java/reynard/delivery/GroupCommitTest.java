package reynard.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.AccountId;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GroupCommitTest {
    private static final AccountId ACCOUNT = new AccountId(1);

    private final List<List<Integer>> transactions = Collections.synchronizedList(new ArrayList<>());

    private List<String> written(AccountId account, List<Integer> items) {
        transactions.add(items);
        return items.stream().map(item -> account.value() + ":" + item).toList();
    }

    @Test
    void who_comes_alone_is_recorded_alone() {
        var commit = new GroupCommit<Integer, String>(this::written, () -> 0);

        assertThat(commit.record(ACCOUNT, 7)).isEqualTo("1:7");
        assertThat(transactions).containsExactly(List.of(7));
    }

    @Test
    void all_who_come_while_a_transaction_is_on_its_way_are_in_the_next_and_each_gets_its_own_answer()
            throws Exception {
        var first = new CountDownLatch(1);
        var open = new CountDownLatch(1);
        var commit = new GroupCommit<Integer, String>(
                (account, items) -> {
                    first.countDown();
                    await(open);
                    return written(account, items);
                },
                () -> 0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<String>>();
            answers.add(threads.submit(() -> commit.record(ACCOUNT, 0)));
            await(first);
            for (int i = 1; i <= 20; i++) {
                int item = i;
                answers.add(threads.submit(() -> commit.record(ACCOUNT, item)));
            }
            while (commit.waiting(ACCOUNT) < 20) {
                Thread.onSpinWait();
            }
            open.countDown();

            for (int i = 0; i <= 20; i++) {
                assertThat(answers.get(i).get()).isEqualTo("1:" + i);
            }
        }
        assertThat(transactions).hasSize(2);
        assertThat(transactions.getLast()).hasSize(20);
    }

    @Test
    void who_is_done_goes_on_while_the_next_transaction_is_on_its_way() throws Exception {
        var first = new CountDownLatch(1);
        var open = List.of(new CountDownLatch(1), new CountDownLatch(1));
        var commit = new GroupCommit<Integer, String>(
                (account, items) -> {
                    first.countDown();
                    await(open.get(transactions.size()));
                    return written(account, items);
                },
                () -> 0);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = threads.submit(() -> commit.record(ACCOUNT, 1));
            await(first);
            var two = threads.submit(() -> commit.record(ACCOUNT, 2));
            while (commit.waiting(ACCOUNT) < 1) {
                Thread.onSpinWait();
            }
            open.getFirst().countDown();

            assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("1:1");
            assertThat(two.isDone()).isFalse();
            open.getLast().countDown();
            assertThat(two.get(10, TimeUnit.SECONDS)).isEqualTo("1:2");
        }
    }

    @Test
    void who_begins_goes_on_and_is_told_when_it_is_on_record() throws Exception {
        var open = new CountDownLatch(1);
        var commit = new GroupCommit<Integer, String>(
                (account, items) -> {
                    await(open);
                    return written(account, items);
                },
                () -> 0);

        var one = commit.begin(ACCOUNT, 1);
        var two = commit.begin(ACCOUNT, 2);
        assertThat(one).isNotDone();
        assertThat(two).isNotDone();
        open.countDown();

        assertThat(one.get(10, TimeUnit.SECONDS)).isEqualTo("1:1");
        assertThat(two.get(10, TimeUnit.SECONDS)).isEqualTo("1:2");
    }

    @Test
    void accounts_are_never_recorded_together() {
        var commit = new GroupCommit<Integer, String>(this::written, () -> 0);

        commit.record(ACCOUNT, 1);
        assertThat(commit.record(new AccountId(2), 1)).isEqualTo("2:1");
        assertThat(transactions).hasSize(2);
    }

    @Test
    void a_transaction_that_fails_fails_for_all_who_were_in_it_and_for_nobody_after() {
        var commit = new GroupCommit<Integer, String>(
                (account, items) -> {
                    if (items.contains(13)) {
                        throw new IllegalStateException("thirteen");
                    }
                    return written(account, items);
                },
                () -> 0);

        assertThatThrownBy(() -> commit.record(ACCOUNT, 13)).hasMessage("thirteen");
        assertThat(commit.record(ACCOUNT, 14)).isEqualTo("1:14");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
