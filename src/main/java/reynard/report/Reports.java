package reynard.report;

import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SubscriberId;

/// What the ledger and the list say about a time.
public final class Reports {
    private final ReportStore store = new ReportStore();

    /// What came of everything that went out.
    ///
    /// @param sent emails that the relay took or bounced
    /// @param opened how many of them were opened at least once; so with `clicked`
    public record EmailTotals(long sent, long opened, long clicked, long unsubscribed, long bounced) {}

    public EmailTotals emails(Tx tx, AccountId account, Span span) {
        return store.emails(tx, account, span);
    }

    /// @param present who could be mailed at the end
    public record Growth(long arrived, long cancelled, long present) {}

    public Growth growth(Tx tx, AccountId account, Span span) {
        return store.growth(tx, account, span);
    }

    /// Of emails sent between the two; those to whom none was sent are missing.
    public Map<SubscriberId, Engagement> engagement(
            Tx tx, AccountId account, Collection<SubscriberId> subscribers, Instant after, Instant before) {
        return store.engagement(tx, account, subscribers, after, before);
    }
}
