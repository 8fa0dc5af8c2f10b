package reynard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A server killed at each point of a send that has a name (R3).
@DisplayNameGeneration(ReplaceUnderscores.class)
class CrashPointTest {
    @ParameterizedTest
    @EnumSource
    void a_server_killed_at_this_point_loses_nothing_and_repeats_only_what_it_named(CrashPoint point) {
        var result = point.crash();

        assertThat(result.holds(point)).as(result.toString()).isTrue();
    }
}
