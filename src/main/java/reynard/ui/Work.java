package reynard.ui;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.http.Reply;

/// Long work as pages show it.
///
/// @param home path of its page; what is told while it goes on is at `/progress` below it
/// @param words how far it is, in a sentence
public record Work(String home, int items, int done, boolean finished, String words) {
    /// Told as long as the page is looked at. Leaving it changes nothing: nobody's page works anything off.
    ///
    /// @param look how it is now; empty when it is not there any more
    public static Reply told(Supplier<Optional<Work>> look) {
        if (look.get().isEmpty()) {
            return Reply.notFound();
        }
        return new Reply(
                200,
                new Reply.Events(() -> look.get()
                        .map(work -> new Reply.Event(
                                Map.of(
                                        "done", work.done(),
                                        "items", work.items(),
                                        "words", work.words(),
                                        "finished", work.finished()),
                                work.finished()))
                        .orElseGet(() -> new Reply.Event(Map.of("finished", true), true))),
                Map.of());
    }
}
