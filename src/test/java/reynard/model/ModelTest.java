package reynard.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// Two hundred random histories; `bin/bench model` lives through more. Another seed: `-Dreynard.seed=…`.
@DisplayNameGeneration(ReplaceUnderscores.class)
class ModelTest {
    private static final int BATCHES = 4;
    private static final int BATCH = 50;

    @Test
    void a_server_does_what_the_model_does_and_why_foretells_it() {
        long seed = Long.getLong("reynard.seed", new Random().nextInt(1_000_000));
        System.out.println("histories from seed " + seed);
        for (int batch = 0; batch < BATCHES; batch++) {
            assertThat(Histories.differ(seed + batch, BATCH)).isEmpty();
        }
    }
}
