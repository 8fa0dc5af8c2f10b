package reynard.report;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
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

    /// What came of a sequence's emails that went out in one of several spans.
    ///
    /// @param opened of those that went out then, whenever they were opened; so with `clicked` and `unsubscribed`
    public record DayTotals(long sent, long opened, long clicked, long unsubscribed) {
        static final DayTotals NONE = new DayTotals(0, 0, 0, 0);
    }

    /// @param email only this one; empty for all
    /// @param starts of the spans, each of which ends where the next begins, to the second; at least two
    /// @return one for each but the last start, in their order
    public List<DayTotals> byDay(
            Tx tx, AccountId account, SequenceId sequence, Optional<SequenceEmailId> email, List<Instant> starts) {
        var found = store.byDay(tx, account, sequence, email, starts);
        return IntStream.range(1, starts.size())
                .mapToObj(day -> found.getOrDefault(day, DayTotals.NONE))
                .toList();
    }

    /// A link in a sequence's emails.
    ///
    /// @param readers copies of an email from which somebody followed it
    public record Link(String url, long readers, long clicks) {}

    /// Those that somebody has followed, the most followed first.
    ///
    /// @param email only this one; empty for all
    public List<Link> links(Tx tx, AccountId account, SequenceId sequence, Optional<SequenceEmailId> email, int limit) {
        return store.links(tx, account, sequence, email, limit);
    }
}
