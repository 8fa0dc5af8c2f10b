package reynard.ui;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class TourTest {
    @Test
    void the_tour_shows_every_picture_that_is_taken_and_no_other() throws IOException {
        var shown = new TreeSet<String>();
        Pattern.compile("\\]\\(tour/([a-z-]+\\.png)\\)")
                .matcher(Files.readString(Path.of("docs/tour.md")))
                .results()
                .forEach(found -> shown.add(found.group(1)));
        try (var files = Files.list(Path.of("docs/tour"))) {
            assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.toSet()))
                    .isEqualTo(shown);
        }
    }
}
