package reynard.broadcast;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// What came of a broadcast.
///
/// @param queued emails that it has led to
/// @param settled those of them that are sent, given up or skipped
/// @param recipients emails that the relay took or bounced
/// @param opened emails that were opened, each counted once, as with those clicked
/// @param unsubscribed readers who left the list by it
/// @param clicks every click
public record Figures(
        long queued, long settled, long recipients, long opened, long clicked, long unsubscribed, long clicks) {
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0);

    /// How far its sending has come, in percent with two decimals.
    public BigDecimal progress(Broadcast broadcast) {
        long audience = Math.max(broadcast.audienceCount(), queued);
        return switch (broadcast.stage()) {
            case Broadcast.Stage.Draft _, Broadcast.Stage.Scheduled _ -> percent(0, 1);
            case Broadcast.Stage.Sending _ -> percent(settled, audience);
            case Broadcast.Stage.Completed _ -> percent(1, 1);
            case Broadcast.Stage.Aborted _ -> percent(recipients, audience);
        };
    }

    /// In percent, with two decimals.
    static BigDecimal percent(long part, long whole) {
        return rate(100 * part, whole, 2);
    }

    /// A part of one, with three decimals.
    static BigDecimal fraction(long part, long whole) {
        return rate(part, whole, 3);
    }

    private static BigDecimal rate(long part, long whole, int decimals) {
        return whole == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(part).divide(BigDecimal.valueOf(whole), decimals, RoundingMode.HALF_UP);
    }
}
