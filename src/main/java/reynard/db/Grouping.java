package reynard.db;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/// Answers together those who ask while others of their group are being answered: many who ask at once cost few
/// statements, and one who asks alone does not wait.
///
/// Nobody is answered by statements that began before they asked, so an answer is as fresh as one of their own would
/// be.
///
/// Threads: any; those who ask wait for their answer.
///
/// @param <G> whose questions may be answered together, such as an account
/// @param <Q> a question; equal ones are asked once
/// @param <A> an answer
public final class Grouping<G, Q, A> {
    private static final int TOGETHER_MAX = 100;

    private final BiFunction<G, List<Q>, Map<Q, A>> answering;
    private final ReentrantLock lock = new ReentrantLock();
    // Of each group that is being answered, the rounds that come after. Guarded by the lock.
    private final Map<G, Deque<Round<Q, A>>> waiting = new HashMap<>();

    /// @param answering answers every question of one group, in their order; where it throws, each is asked alone
    public Grouping(BiFunction<G, List<Q>, Map<Q, A>> answering) {
        this.answering = answering;
    }

    /// Questions that are answered together.
    private record Round<Q, A>(Set<Q> questions, CompletableFuture<Map<Q, A>> answers) {
        Round() {
            this(new LinkedHashSet<>(), new CompletableFuture<>());
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // Nothing depends on it but how many are answered together.
    public A ask(G group, Q question) {
        Round<Q, A> mine;
        boolean first;
        lock.lock();
        try {
            var rounds = waiting.get(group);
            first = rounds == null;
            if (rounds == null) {
                rounds = new ArrayDeque<>();
                waiting.put(group, rounds);
            }
            if (rounds.isEmpty() || rounds.getLast().questions().size() == TOGETHER_MAX) {
                rounds.add(new Round<>());
            }
            mine = rounds.getLast();
            mine.questions().add(question);
        } finally {
            lock.unlock();
        }
        if (first) {
            // Those who are about to ask come along; where there are none, this takes no time.
            Thread.yield();
            answerNext(group);
        }
        try {
            return answer(mine.answers().join(), question);
        } catch (CompletionException e) {
            if (mine.questions().size() > 1) {
                // It may be another's question that cannot be answered.
                return answer(answering.apply(group, List.of(question)), question);
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private A answer(Map<Q, A> answers, Q question) {
        return Optional.ofNullable(answers.get(question))
                .orElseThrow(() -> new IllegalStateException("no answer to " + question));
    }

    /// A round is open to everybody until this begins.
    private void answerNext(G group) {
        Round<Q, A> round;
        lock.lock();
        try {
            round = waiting.getOrDefault(group, new ArrayDeque<>()).remove();
        } finally {
            lock.unlock();
        }
        try {
            round.answers().complete(answering.apply(group, List.copyOf(round.questions())));
        } catch (Throwable e) {
            round.answers().completeExceptionally(e);
        } finally {
            goOn(group);
        }
    }

    /// The next round is not for the one to answer who has an answer now.
    private void goOn(G group) {
        boolean more;
        lock.lock();
        try {
            more = !waiting.getOrDefault(group, new ArrayDeque<>()).isEmpty();
            if (!more) {
                waiting.remove(group);
            }
        } finally {
            lock.unlock();
        }
        if (more) {
            Thread.startVirtualThread(() -> answerNext(group));
        }
    }
}
