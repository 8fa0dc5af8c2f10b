package reynard.delivery;

import java.util.PriorityQueue;

/// The slots that a node keeps its letters in while they are at their final dots. A slot that is taken and never given
/// back costs the room of a letter, and nothing else.
final class LetterSlots {
    private final PriorityQueue<Integer> free = new PriorityQueue<>();
    private int count;

    /// The lowest that is free, so that there are never more than have to be.
    synchronized int take() {
        var slot = free.poll();
        return slot == null ? count++ : slot;
    }

    synchronized void giveBack(int slot) {
        free.add(slot);
    }
}
