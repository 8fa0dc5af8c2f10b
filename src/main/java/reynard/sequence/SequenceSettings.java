package reynard.sequence;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import reynard.id.EmailTemplateId;
import reynard.id.SendingAddressId;
import reynard.schedule.SendDays;

/// What the author decides about a sequence as a whole (Kit: Create a sequence).
///
/// @param sendingAddress empty: the account's default
/// @param emailTemplate the layout of emails without their own; empty: the account's default
/// @param sendHour 0 to 23, local to the time zone
/// @param timeZone an IANA name
/// @param active delivering, or paused with everyone keeping their place
/// @param repeat whether a subscriber who is added again starts over
/// @param hold whether subscribers stay after the last email and get what is added later
public record SequenceSettings(
        String name,
        Optional<SendingAddressId> sendingAddress,
        Optional<EmailTemplateId> emailTemplate,
        SendDays sendDays,
        int sendHour,
        String timeZone,
        boolean active,
        boolean repeat,
        boolean hold,
        SortedSet<Exclusion> exclusions) {
    public SequenceSettings {
        if (sendHour < 0 || sendHour > 23) {
            throw new IllegalArgumentException("sendHour must be 0 to 23: " + sendHour);
        }
        exclusions = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(exclusions));
    }

    /// The same, delivering or paused.
    public SequenceSettings active(boolean nowActive) {
        return new SequenceSettings(
                name, sendingAddress, emailTemplate, sendDays, sendHour, timeZone, nowActive, repeat, hold, exclusions);
    }

    /// Whether the difference can move someone's next email.
    boolean plansAs(SequenceSettings other) {
        return sendDays.equals(other.sendDays)
                && sendHour == other.sendHour
                && timeZone.equals(other.timeZone)
                && active == other.active
                && hold == other.hold;
    }
}
