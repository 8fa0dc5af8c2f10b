package reynard.webhook;

import reynard.id.ReceiverId;

/// A legacy webhook: one kind of event, told unsigned to one URL.
record Hook(ReceiverId id, HookEvent event, About about, String url) {
    /// What the events must be about.
    sealed interface About {
        /// Every event of the kind.
        record Anything() implements About {}

        /// The one thing of this id.
        record Thing(long id) implements About {}

        /// A link of this URL.
        record Link(String url) implements About {}
    }
}
