package reynard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class GroupingTest {
    private final List<List<Integer>> rounds = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goingOn = new CountDownLatch(1);

    /// Answers a number by its double; the first round takes until it is let go.
    private Map<Integer, Integer> twice(String whose, List<Integer> numbers) {
        rounds.add(numbers);
        if (numbers.contains(13)) {
            throw new IllegalArgumentException("13");
        }
        if (numbers.contains(0)) {
            begun.countDown();
            await(goingOn);
        }
        return numbers.stream().collect(Collectors.toMap(Function.identity(), number -> 2 * number));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private final Grouping<String, Integer, Integer> grouping = new Grouping<>(this::twice);

    /// Asks 0, and these while it is being answered.
    private List<CompletableFuture<Integer>> askMeanwhile(List<Integer> numbers) {
        var asking = new ArrayList<CompletableFuture<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            asking.add(CompletableFuture.supplyAsync(() -> grouping.ask("a", 0), threads));
            await(begun);
            for (var number : numbers) {
                var thread = new CompletableFuture<Thread>();
                asking.add(CompletableFuture.supplyAsync(
                        () -> {
                            thread.complete(Thread.currentThread());
                            return grouping.ask("a", number);
                        },
                        threads));
                // It waits for its answer.
                while (thread.join().getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
            goingOn.countDown();
        }
        return asking;
    }

    @Test
    void who_asks_alone_is_answered_alone() {
        assertThat(grouping.ask("a", 1)).isEqualTo(2);
        assertThat(grouping.ask("a", 1)).isEqualTo(2);
        assertThat(rounds).containsExactly(List.of(1), List.of(1));
    }

    @Test
    void those_who_ask_while_others_are_answered_are_answered_together_and_the_same_question_once() {
        var answers = askMeanwhile(List.of(1, 2, 2, 3));
        assertThat(answers.stream().map(CompletableFuture::join)).containsExactly(0, 2, 4, 4, 6);
        assertThat(rounds).containsExactly(List.of(0), List.of(1, 2, 3));
    }

    @Test
    void another_group_is_not_waited_for() {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = CompletableFuture.supplyAsync(() -> grouping.ask("a", 0), threads);
            await(begun);
            assertThat(grouping.ask("b", 1)).isEqualTo(2);
            goingOn.countDown();
            assertThat(first.join()).isZero();
        }
    }

    @Test
    void one_whose_question_fails_fails_alone() {
        var answers = askMeanwhile(List.of(1, 13, 2));
        assertThat(answers.get(1).join()).isEqualTo(2);
        assertThat(answers.get(3).join()).isEqualTo(4);
        assertThatThrownBy(() -> answers.get(2).join()).hasRootCauseMessage("13");
        assertThatThrownBy(() -> grouping.ask("a", 13)).isInstanceOf(IllegalArgumentException.class);
        assertThat(grouping.ask("a", 5)).isEqualTo(10);
    }
}
