package reynard.ui.broadcast;

import reynard.broadcast.Broadcast;

/// How far a broadcast has come, in a word.
///
/// @param tone `good`, `warn`, `bad` or `accent`
public record Step(String label, String tone) {
    static Step of(Broadcast.Stage stage) {
        return switch (stage) {
            case Broadcast.Stage.Draft _ -> new Step("Draft", "");
            case Broadcast.Stage.Scheduled _ -> new Step("Scheduled", "accent");
            case Broadcast.Stage.Sending _ -> new Step("Sending", "warn");
            case Broadcast.Stage.Completed _ -> new Step("Sent", "good");
            case Broadcast.Stage.Aborted _ -> new Step("Stopped", "bad");
        };
    }

    static String label(String wireName) {
        return switch (wireName) {
            case "draft" -> "Draft";
            case "scheduled" -> "Scheduled";
            case "sending" -> "Sending";
            case "completed" -> "Sent";
            default -> "Stopped";
        };
    }
}
