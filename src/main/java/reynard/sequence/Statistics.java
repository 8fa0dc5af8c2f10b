package reynard.sequence;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// What came of emails that were sent, one sequence's or one email's (Kit: `include=stats`).
///
/// @param recipients emails that the relay took or bounced, not people
/// @param unsubscribes readers who left the list by the link of one of these emails
public record Statistics(long recipients, long opens, long clicks, long unsubscribes, long bounces, long complaints) {
    public static final Statistics NONE = new Statistics(0, 0, 0, 0, 0, 0);

    /// In percent, with two decimals.
    public static BigDecimal rate(long part, long whole) {
        return whole == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(100 * part).divide(BigDecimal.valueOf(whole), 2, RoundingMode.HALF_UP);
    }
}
