package reynard.ui.people;

import reynard.subscriber.SubscriberState;

/// Whether somebody may be mailed, in a word.
///
/// @param tone `good`, `warn` or `bad`
public record Standing(String label, String tone) {
    public static Standing of(SubscriberState state) {
        return switch (state) {
            case ACTIVE -> new Standing("Active", "good");
            case INACTIVE -> new Standing("Not confirmed", "warn");
            case CANCELLED -> new Standing("Unsubscribed", "");
            case BOUNCED -> new Standing("Bounced", "bad");
            case COMPLAINED -> new Standing("Complained", "bad");
        };
    }
}
