package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Frame;

/// A sequence as its author sees it: what somebody who joins would get, and where those inside stand.
///
/// @param joins when the sample joiner joins, as the field for it writes it
/// @param joined the same in words
/// @param ends what becomes of those who have had everything
public record TimelinePage(
        Frame frame,
        long id,
        String name,
        boolean active,
        String pausedSince,
        String window,
        String zone,
        String joins,
        String joined,
        Numbers numbers,
        List<Mail> mails,
        String ends) {
    public TimelinePage {
        mails = List.copyOf(mails);
    }

    public record Numbers(String inside, String pending, String completed, String left, String nextDay, String next) {}

    /// One email.
    ///
    /// @param delay what is between it and the email before it, or the entry
    /// @param date on which day of the sample joiner's it goes out; empty when it does not
    /// @param day `Day 3`
    public record Mail(
            long id,
            String subject,
            boolean published,
            boolean first,
            boolean last,
            int number,
            String delay,
            String day,
            String date,
            String exact,
            String noDate,
            String waiting,
            String nextDay,
            String sent,
            String opened,
            String clicked,
            String left) {}
}
