package reynard.schedule;

import java.time.DayOfWeek;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// One line of the table of due times: these answers hold with every tz release since 2025a.
public record DueVector(Instant anchor, String zone, SendDays days, int hour, Delay delay, Instant due, String point) {
    private static final Map<String, DayOfWeek> DAYS = Map.of(
            "Mon", DayOfWeek.MONDAY,
            "Tue", DayOfWeek.TUESDAY,
            "Wed", DayOfWeek.WEDNESDAY,
            "Thu", DayOfWeek.THURSDAY,
            "Fri", DayOfWeek.FRIDAY,
            "Sat", DayOfWeek.SATURDAY,
            "Sun", DayOfWeek.SUNDAY);

    private static final String TABLE = """
            2026-01-05T15:00:00Z | America/New_York    | all         | 9  | 1 days   | 2026-01-06T14:00:00Z | plain next day, winter
            2026-07-06T15:00:00Z | America/New_York    | all         | 9  | 1 days   | 2026-07-07T13:00:00Z | same, summer offset
            2026-02-10T23:59:59Z | Etc/UTC             | all         | 0  | 3 days   | 2026-02-13T00:00:00Z | midnight hour
            2026-03-04T21:17:43Z | Europe/Berlin       | Mon         | 9  | 0 days   | 2026-03-09T08:00:00Z | immediate, entry on a Wednesday, only Mondays allowed
            2026-05-08T18:00:00Z | America/Los_Angeles | Mon Wed Fri | 9  | 1 days   | 2026-05-11T16:00:00Z | Friday + 1 = Saturday, rolls to Monday
            2026-06-05T10:00:00Z | Europe/Paris        | weekdays    | 8  | 2 days   | 2026-06-08T06:00:00Z | Friday + 2 = Sunday, rolls to Monday
            2026-04-07T01:00:00Z | Asia/Tokyo          | Tue         | 7  | 7 days   | 2026-04-13T22:00:00Z | Tuesday + 7 = Tuesday itself
            2026-04-07T15:30:00Z | Asia/Tokyo          | all         | 9  | 1 days   | 2026-04-09T00:00:00Z | already the 8th in Tokyo
            2026-04-08T05:30:00Z | America/Los_Angeles | all         | 9  | 1 days   | 2026-04-08T16:00:00Z | still the 7th in Los Angeles
            2026-08-14T16:00:00Z | America/Chicago     | Sat Sun     | 10 | 1 days   | 2026-08-15T15:00:00Z | only the weekend
            2026-08-15T23:10:05Z | America/New_York    | Mon         | 9  | 2 hours  | 2026-08-16T01:10:05Z | hours ignore days and hour
            2026-03-28T12:00:00Z | Europe/London       | all         | 9  | 24 hours | 2026-03-29T12:00:00Z | 24 h across spring forward
            2026-03-28T09:00:00Z | Europe/London       | all         | 9  | 1 days   | 2026-03-29T08:00:00Z | 1 day across spring forward is 23 h
            2026-10-24T08:00:00Z | Europe/London       | all         | 9  | 1 days   | 2026-10-25T09:00:00Z | 1 day across fall back is 25 h
            2027-03-13T15:00:00Z | America/New_York    | all         | 2  | 1 days   | 2027-03-14T07:00:00Z | 02:00 does not exist on 2027-03-14
            2027-03-27T12:00:00Z | Europe/Berlin       | all         | 2  | 1 days   | 2027-03-28T01:00:00Z | 02:00 does not exist on 2027-03-28
            2026-04-23T10:00:00Z | Africa/Cairo        | all         | 0  | 1 days   | 2026-04-23T22:00:00Z | gap at midnight: the date begins at 01:00
            2026-03-28T12:00:00Z | Antarctica/Troll    | all         | 2  | 1 days   | 2026-03-29T01:00:00Z | two-hour gap: 03:00, not 04:00
            2026-10-31T15:00:00Z | America/New_York    | all         | 1  | 1 days   | 2026-11-01T05:00:00Z | 01:00 happens twice: the first
            2026-04-03T15:00:00Z | America/Santiago    | all         | 23 | 1 days   | 2026-04-05T02:00:00Z | 23:00 happens twice on Saturday: the first
            2028-02-28T09:00:00Z | Europe/Madrid       | all         | 9  | 1 days   | 2028-02-29T08:00:00Z | 29 February exists in 2028
            2027-02-28T09:00:00Z | Europe/Madrid       | all         | 9  | 1 days   | 2027-03-01T08:00:00Z | 29 February does not exist in 2027
            2026-12-30T20:00:00Z | Pacific/Kiritimati  | all         | 6  | 1 days   | 2026-12-31T16:00:00Z | UTC+14: already the 31st
            2026-12-31T13:00:00Z | America/Sao_Paulo   | weekdays    | 9  | 1 days   | 2027-01-01T12:00:00Z | New Year's Day counts: no holidays
            2026-09-01T18:20:00Z | Asia/Kathmandu      | all         | 9  | 1 days   | 2026-09-03T03:15:00Z | UTC+05:45, already the 2nd
            2026-10-03T05:00:00Z | Australia/Lord_Howe | all         | 2  | 1 days   | 2026-10-03T15:30:00Z | 30-minute gap: 02:00 becomes 02:30
            2026-06-01T12:00:00Z | Etc/GMT+5           | all         | 9  | 1 days   | 2026-06-02T14:00:00Z | five hours BEHIND UTC
            2026-06-01T12:00:00Z | America/Mexico_City | all         | 9  | 1 days   | 2026-06-02T15:00:00Z | no summer time since October 2022
            2011-12-29T20:00:00Z | Pacific/Apia        | all         | 10 | 1 days   | 2011-12-30T10:00:00Z | the whole 30th is a gap
            2026-03-02T15:00:00Z | America/New_York    | weekdays    | 9  | 365 days | 2027-03-02T14:00:00Z | a year later
            2099-12-31T12:00:00Z | Europe/Berlin       | all         | 9  | 1 days   | 2100-01-01T08:00:00Z | the year 2100
            2100-02-28T12:00:00Z | Europe/Berlin       | all         | 9  | 1 days   | 2100-03-01T08:00:00Z | 2100 has no 29 February
            2100-06-30T12:00:00Z | Europe/Berlin       | all         | 9  | 1 days   | 2100-07-01T07:00:00Z | summer time still follows its rule
            2026-12-31T23:59:59Z | Etc/UTC             | all         | 0  | 1 days   | 2027-01-01T00:00:00Z | one second later
            2026-12-31T12:00:00Z | Europe/Berlin       | Sun         | 9  | 1 days   | 2027-01-03T08:00:00Z | week 53 of 2026
            """;

    public static List<DueVector> all() {
        return TABLE.lines().map(DueVector::parse).toList();
    }

    public Due computed(Function<String, Zone> zones) {
        return DueTime.after(anchor, delay, new SendWindow(days, hour, zones.apply(zone)));
    }

    private static DueVector parse(String line) {
        var cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        return new DueVector(
                Instant.parse(cells.get(0)),
                cells.get(1),
                days(cells.get(2)),
                Integer.parseInt(cells.get(3)),
                delay(cells.get(4)),
                Instant.parse(cells.get(5)),
                cells.get(6));
    }

    private static SendDays days(String cell) {
        return switch (cell) {
            case "all" -> SendDays.ALL;
            case "weekdays" -> days("Mon Tue Wed Thu Fri");
            default ->
                SendDays.of(Arrays.stream(cell.split(" ", -1)).map(DAYS::get).toList());
        };
    }

    private static Delay delay(String cell) {
        var count = Integer.parseInt(cell.replaceFirst(" .*", ""));
        if (cell.endsWith("hours")) {
            return new Delay.Hours(count);
        }
        return count == 0 ? new Delay.Immediate() : new Delay.Days(count);
    }

    @Override
    public String toString() {
        return zone + ": " + point;
    }
}
