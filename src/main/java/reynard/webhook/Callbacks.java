package reynard.webhook;

import java.io.InputStream;
import java.net.URI;
import java.util.Optional;

/// Tells one URL one thing, once: for rooms that have been given a URL to answer to. What is posted, when and how often
/// is
/// theirs to say; where it may go is judged as for webhooks.
public final class Callbacks {
    public static final int URL_CHARACTERS_MAX = TargetUrl.CHARACTERS_MAX;

    private final Poster poster;
    private final Reach reach;

    public Callbacks(Poster poster, Reach reach) {
        this.poster = poster;
        this.reach = reach;
    }

    /// What is wrong with a URL, as far as it shows in its text; empty for nothing.
    public Optional<String> fault(String url) {
        return TargetUrl.fault(url, reach);
    }

    public sealed interface Outcome {
        record Delivered() implements Outcome {}

        /// Nobody has taken it, and another time somebody may.
        record Missed(String cause) implements Outcome {}

        /// Nobody will ever take it there.
        record Refused(String cause) implements Outcome {}
    }

    /// Waits for the answer, or for the time to be up.
    ///
    /// @param json read while it is sent
    /// @param length of the body in bytes
    public Outcome post(String url, InputStream json, long length) {
        return switch (poster.post(URI.create(url), json, length)) {
            case Answer.Answered answered when answered.status() / 100 == 2 -> new Outcome.Delivered();
            case Answer.Answered answered when answered.status() == 410 -> new Outcome.Refused("answered 410");
            case Answer.Answered answered -> new Outcome.Missed("answered " + answered.status());
            case Answer.Silent(var cause) -> new Outcome.Missed(cause);
            case Answer.Refused(var cause) -> new Outcome.Refused(cause);
        };
    }
}
