package reynard.schedule;

import static java.time.DayOfWeek.FRIDAY;
import static java.time.DayOfWeek.MONDAY;
import static java.time.DayOfWeek.WEDNESDAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static reynard.schedule.JdkZones.zone;

import java.time.DayOfWeek;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reynard.schedule.Delay.Days;
import reynard.schedule.Delay.Hours;
import reynard.schedule.Delay.Immediate;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DueTimeTest {
    private static final Zone BERLIN = zone("Europe/Berlin");
    private static final SendWindow DAILY_AT_9 = new SendWindow(SendDays.ALL, 9, BERLIN);
    private static final SendWindow MONDAYS_AT_9 = window(MONDAY);
    private static final SendWindow PAUSED = window();

    // 2026-06-03 is a Wednesday; 09:00 in Berlin is 07:00Z in June.
    private static final Instant WEDNESDAY_NOON = Instant.parse("2026-06-03T10:00:00Z");

    @ParameterizedTest
    @MethodSource("reynard.schedule.DueVector#all")
    void the_table_of_due_times_holds(DueVector vector) {
        assertThat(vector.computed(JdkZones::zone)).isEqualTo(at(vector.due()));
    }

    @Test
    void an_immediate_email_leaves_at_entry_to_the_fraction_of_a_second() {
        var entry = Instant.parse("2026-06-03T10:00:00.123456Z");

        assertThat(DueTime.after(entry, new Immediate(), DAILY_AT_9)).isEqualTo(at(entry));
        assertThat(DueTime.after(entry, new Hours(1), DAILY_AT_9)).isEqualTo(at("2026-06-03T11:00:00.123456Z"));
        assertThat(DueTime.after(entry, new Days(1), DAILY_AT_9)).isEqualTo(at("2026-06-04T07:00:00Z"));
    }

    @Test
    void an_immediate_email_on_a_disallowed_day_waits_for_the_send_hour_of_the_next_allowed_one() {
        assertThat(DueTime.after(WEDNESDAY_NOON, new Immediate(), MONDAYS_AT_9)).isEqualTo(at("2026-06-08T07:00:00Z"));
    }

    @Test
    void whether_the_day_is_allowed_is_judged_in_the_window_s_zone() {
        var lateSundayInUtc = Instant.parse("2026-06-07T22:30:00Z");

        assertThat(DueTime.after(lateSundayInUtc, new Immediate(), MONDAYS_AT_9))
                .isEqualTo(at(lateSundayInUtc));
    }

    @Test
    void a_window_without_days_pauses_all_but_hours() {
        assertThat(DueTime.after(WEDNESDAY_NOON, new Immediate(), PAUSED)).isEqualTo(new Due.Never());
        assertThat(DueTime.after(WEDNESDAY_NOON, new Days(2), PAUSED)).isEqualTo(new Due.Never());
        assertThat(DueTime.nextSlot(WEDNESDAY_NOON, PAUSED)).isEqualTo(new Due.Never());
        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Days(2), PAUSED, WEDNESDAY_NOON))
                .isEqualTo(new Due.Never());
        assertThat(DueTime.after(WEDNESDAY_NOON, new Hours(2), PAUSED)).isEqualTo(at("2026-06-03T12:00:00Z"));
    }

    @Test
    void the_next_slot_is_later_the_same_day_if_the_hour_is_still_to_come() {
        assertThat(DueTime.nextSlot(Instant.parse("2026-06-03T06:59:59.999Z"), DAILY_AT_9))
                .isEqualTo(at("2026-06-03T07:00:00Z"));
    }

    @Test
    void the_next_slot_is_strictly_later() {
        assertThat(DueTime.nextSlot(Instant.parse("2026-06-03T07:00:00Z"), DAILY_AT_9))
                .isEqualTo(at("2026-06-04T07:00:00Z"));
        assertThat(DueTime.nextSlot(Instant.parse("2026-06-08T07:00:00Z"), MONDAYS_AT_9))
                .isEqualTo(at("2026-06-15T07:00:00Z"));
    }

    @Test
    void the_next_slot_in_a_gap_is_its_end() {
        var twoAtNight = new SendWindow(SendDays.ALL, 2, BERLIN);

        assertThat(DueTime.nextSlot(Instant.parse("2027-03-28T00:30:00Z"), twoAtNight))
                .isEqualTo(at("2027-03-28T01:00:00Z"));
        assertThat(DueTime.nextSlot(Instant.parse("2027-03-28T01:00:00Z"), twoAtNight))
                .isEqualTo(at("2027-03-29T00:00:00Z"));
    }

    @Test
    void a_gap_before_midnight_sends_on_the_next_date_and_the_following_email_counts_from_that() {
        var lastHour = new SendWindow(SendDays.ALL, 23, zone("America/Nuuk"));
        // Nuuk goes from 23:00 on Saturday 27 March 2027 to midnight.
        var first = DueTime.after(Instant.parse("2027-03-26T15:00:00Z"), new Days(1), lastHour);

        assertThat(first).isEqualTo(at("2027-03-28T01:00:00Z"));
        assertThat(DueTime.after(instant(first), new Days(1), lastHour)).isEqualTo(at("2027-03-30T00:00:00Z"));
    }

    @Test
    void a_date_that_begins_twice_sends_once() {
        // Havana goes from 01:00 back to midnight on 1 November 2020.
        var midnight = new SendWindow(SendDays.ALL, 0, zone("America/Havana"));

        assertThat(DueTime.nextSlot(Instant.parse("2020-10-31T12:00:00Z"), midnight))
                .isEqualTo(at("2020-11-01T04:00:00Z"));
        assertThat(DueTime.nextSlot(Instant.parse("2020-11-01T04:00:00Z"), midnight))
                .isEqualTo(at("2020-11-02T05:00:00Z"));
    }

    @Test
    void a_new_plan_in_the_future_counts_from_the_same_anchor() {
        var now = WEDNESDAY_NOON.plusSeconds(600);

        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Days(3), DAILY_AT_9, now))
                .isEqualTo(at("2026-06-06T07:00:00Z"));
        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Hours(3), DAILY_AT_9, now))
                .isEqualTo(at("2026-06-03T13:00:00Z"));
    }

    @Test
    void a_new_plan_of_this_very_moment_stands() {
        var nine = Instant.parse("2026-06-04T07:00:00Z");

        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Days(1), DAILY_AT_9, nine))
                .isEqualTo(at(nine));
    }

    @Test
    void days_that_a_new_plan_puts_in_the_past_wait_for_the_next_slot() {
        var now = Instant.parse("2026-06-09T12:00:00Z");

        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Days(1), DAILY_AT_9, now))
                .isEqualTo(at("2026-06-10T07:00:00Z"));
        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Days(1), MONDAYS_AT_9, now))
                .isEqualTo(at("2026-06-15T07:00:00Z"));
    }

    @Test
    void hours_that_a_new_plan_puts_in_the_past_are_due_now() {
        var now = Instant.parse("2026-06-09T12:00:00Z");

        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Hours(2), MONDAYS_AT_9, now))
                .isEqualTo(at(now));
    }

    @Test
    void an_immediate_email_that_a_new_plan_brings_is_due_now_or_on_the_next_allowed_day() {
        var tuesday = Instant.parse("2026-06-09T12:00:00Z");

        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Immediate(), DAILY_AT_9, tuesday))
                .isEqualTo(at(tuesday));
        assertThat(DueTime.replanned(WEDNESDAY_NOON, new Immediate(), MONDAYS_AT_9, tuesday))
                .isEqualTo(at("2026-06-15T07:00:00Z"));
    }

    @Test
    void delays_out_of_bounds_are_refused_with_the_value_and_the_rule() {
        assertThatThrownBy(() -> new Hours(0)).hasMessage("hours must be at least 1: 0");
        assertThatThrownBy(() -> new Hours(87_601)).hasMessage("hours must be at most 87600: 87601");
        assertThatThrownBy(() -> new Days(0)).hasMessage("days must be at least 1: 0");
        assertThatThrownBy(() -> new Days(3_651)).hasMessage("days must be at most 3650: 3651");
        assertThatThrownBy(() -> new SendDays(128)).hasMessage("send days must be a mask of seven bits: 128");
        assertThatThrownBy(() -> new SendWindow(SendDays.ALL, 24, BERLIN)).hasMessage("send hour must be 0 to 23: 24");
    }

    @Test
    void send_days_are_listed_monday_first_however_they_were_given() {
        var days = SendDays.of(List.of(FRIDAY, MONDAY, FRIDAY, WEDNESDAY));

        assertThat(days.days()).containsExactly(MONDAY, WEDNESDAY, FRIDAY);
        assertThat(days.mask()).isEqualTo(0b001_0101);
        assertThat(SendDays.ALL.days()).containsExactly(DayOfWeek.values());
        assertThat(SendDays.NONE.days()).isEmpty();
        assertThat(SendDays.of(List.of())).isEqualTo(SendDays.NONE);
        assertThat(SendDays.NONE.isEmpty()).isTrue();
        assertThat(days.allows(FRIDAY)).isTrue();
        assertThat(days.allows(DayOfWeek.SUNDAY)).isFalse();
    }

    private static SendWindow window(DayOfWeek... days) {
        return new SendWindow(SendDays.of(List.of(days)), 9, BERLIN);
    }

    private static Due at(String instant) {
        return at(Instant.parse(instant));
    }

    private static Due at(Instant instant) {
        return new Due.At(instant);
    }

    private static Instant instant(Due due) {
        return ((Due.At) due).at();
    }
}
