package reynard.enrollment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.EnrollmentId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.schedule.Zone;
import reynard.sequence.CatchUp;
import reynard.sequence.EmailSettings;
import reynard.sequence.Handling;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.SequenceSettings;

@DisplayNameGeneration(ReplaceUnderscores.class)
class PlanTest {
    private static final SequenceId SEQUENCE = new SequenceId(1);
    private static final SequenceEmailId EMAIL = new SequenceEmailId(2);
    private static final Instant ENTRY = Instant.parse("2026-01-05T12:00:00Z");
    private static final Instant SLOT = Instant.parse("2026-01-06T09:00:00Z");

    private final Plan plan = new Plan(
            new Sequence(
                    SEQUENCE,
                    new SequenceSettings(
                            "Sequence",
                            Optional.empty(),
                            Optional.empty(),
                            SendDays.ALL,
                            9,
                            "Etc/UTC",
                            true,
                            false,
                            false,
                            new TreeSet<>()),
                    Handling.DEFAULT,
                    new CatchUp.NextSlot(),
                    Optional.empty(),
                    2,
                    ENTRY,
                    ENTRY,
                    ENTRY),
            new Zone("Etc/UTC", ZoneOffset.UTC.getRules()),
            "2026f",
            List.of(new SequenceEmail(
                    EMAIL,
                    SEQUENCE,
                    new EmailSettings(
                            "Hello",
                            Optional.empty(),
                            Optional.empty(),
                            new Delay.Days(1),
                            Optional.empty(),
                            Optional.empty(),
                            true,
                            0),
                    false)),
            Policies.DEFAULT);

    private final Enrollment enrollment = new Enrollment(
            new EnrollmentId(3),
            SEQUENCE,
            new SubscriberId(4),
            1,
            Enrollment.Source.API,
            ENTRY,
            new Progress.Waiting(EMAIL, ENTRY.plusSeconds(1), "2026f"),
            Optional.empty(),
            Optional.of(ENTRY),
            1);

    private Progress replanned(Instant editedAt) {
        return plan.standing(enrollment, Set.of(), editedAt, editedAt).progress();
    }

    @Test
    void an_email_that_fell_due_between_an_edit_and_the_look_at_it_is_late_and_not_put_off() {
        assertThat(replanned(SLOT.minusSeconds(1))).isEqualTo(new Progress.Waiting(EMAIL, SLOT, "2026f"));
        assertThat(replanned(SLOT)).isEqualTo(new Progress.Waiting(EMAIL, SLOT, "2026f"));
    }

    @Test
    void what_an_edit_puts_into_its_own_past_goes_to_the_next_slot() {
        assertThat(replanned(SLOT.plusSeconds(1)))
                .isEqualTo(new Progress.Waiting(EMAIL, Instant.parse("2026-01-07T09:00:00Z"), "2026f"));
    }

    @Test
    void without_an_edit_a_date_in_the_past_stays_what_it_is() {
        assertThat(plan.step(enrollment, Set.of(), SLOT.plusSeconds(3_600)))
                .isEqualTo(new Progress.Waiting(EMAIL, SLOT, "2026f"));
    }
}
