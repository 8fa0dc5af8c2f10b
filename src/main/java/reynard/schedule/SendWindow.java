package reynard.schedule;

/// When email of a sequence may leave: on these days, at this hour, in this zone.
///
/// @param days the email's own days if it has some, else the sequence's; empty is a pause
/// @param hour 0 to 23, on the clocks of the zone
public record SendWindow(SendDays days, int hour, Zone zone) {
    public SendWindow {
        if (hour < 0 || hour > 23) {
            throw new IllegalArgumentException("send hour must be 0 to 23: " + hour);
        }
    }
}
