package reynard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static reynard.testing.TestServer.text;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import reynard.testing.TestServer;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RehearsalTest {
    @Test
    void the_demos_course_comes_into_the_inbox_at_once_with_its_planned_dates() throws IOException {
        var course = Course.read(Path.of("examples/tea-course"));
        // Monday, 2026-01-05, seven in the morning in New York.
        try (var server = TestServer.start()) {
            var settings = new HashMap<>(course.settings());
            settings.put("name", course.name());
            long sequence = server.post("/v4/sequences", text(settings))
                    .at("/sequence/id")
                    .asLong();
            course.letters()
                    .forEach(letter -> server.post("/v4/sequences/" + sequence + "/emails", text(letter.body())));

            assertThat(server.post("/ext/v1/sequences/" + sequence + "/rehearse", "{}")
                            .status())
                    .isEqualTo(202);
            server.settle();

            var mail = server.get("/ext/v1/inbox?to=author@example.com").each("messages", "id").stream()
                    .map(id -> server.get("/ext/v1/inbox/" + id))
                    .map(one -> one.at("/message/subject").asText() + ": "
                            + one.at("/message/text")
                                    .asText()
                                    .lines()
                                    .findFirst()
                                    .orElse(""))
                    .toList();
            assertThat(mail)
                    .containsExactlyInAnyOrder(
                            planned("Put the kettle on", 1, "Monday 5 January 2026, 07:00"),
                            planned("Your first cup, properly", 2, "Monday 5 January 2026, 12:00"),
                            planned("One plant, six teas", 3, "Tuesday 6 January 2026, 09:00"),
                            planned("A slow pot for the weekend", 4, "Saturday 10 January 2026, 09:00"),
                            planned("Milk, lemon, or nothing at all", 5, "Monday 12 January 2026, 09:00"),
                            planned("The last cup", 6, "Thursday 15 January 2026, 09:00"));
        }
    }

    private static String planned(String subject, int number, String at) {
        return "[Rehearsal] %s: Rehearsal. Email %d of 6, planned for %s (America/New_York)"
                .formatted(subject, number, at);
    }
}
