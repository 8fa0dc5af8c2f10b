package reynard.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.id.SequenceId;
import reynard.schedule.SendDays;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SequenceTest {
    private static final Instant MADE = Instant.parse("2026-01-05T12:00:00Z");
    private static final Instant LATER = Instant.parse("2026-01-06T12:00:00Z");

    private final Sequence sequence = new Sequence(
            new SequenceId(1),
            settings("Tea", 9),
            Handling.DEFAULT,
            new CatchUp.NextSlot(),
            Optional.empty(),
            1,
            MADE,
            MADE,
            MADE);

    private static SequenceSettings settings(String name, int sendHour) {
        return new SequenceSettings(
                name,
                Optional.empty(),
                Optional.empty(),
                SendDays.ALL,
                sendHour,
                "Etc/UTC",
                true,
                false,
                false,
                new TreeSet<>());
    }

    @Test
    void an_edit_that_moves_someone_changes_the_plan_and_says_when() {
        var edited = sequence.edited(settings("Tea", 10), Optional.empty(), LATER);

        assertThat(edited.planVersion()).isEqualTo(2);
        assertThat(edited.planChangedAt()).isEqualTo(LATER);
        assertThat(sequence.replanned(Optional.empty(), LATER).planChangedAt()).isEqualTo(LATER);
    }

    @Test
    void a_new_name_and_another_way_to_catch_up_leave_the_plan_as_old_as_it_is() {
        var renamed = sequence.edited(settings("Green tea", 9), Optional.empty(), LATER);

        assertThat(renamed.planVersion()).isEqualTo(1);
        assertThat(renamed.planChangedAt()).isEqualTo(MADE);
        assertThat(renamed.updatedAt()).isEqualTo(LATER);
        assertThat(sequence.handled(Handling.DEFAULT, LATER).planChangedAt()).isEqualTo(MADE);
    }
}
