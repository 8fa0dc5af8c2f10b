package reynard.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/// The document on how a sequence behaves is made of the names of the scenarios, so it says what was tried
/// and nothing else.
@DisplayNameGeneration(ReplaceUnderscores.class)
class SpecificationTest {
    private static final Path DOCUMENT = Path.of("docs/sequence-behaviour.md");
    private static final Path SOURCES = Path.of("src/test/java/reynard/scenario");

    /// In the order of a sequence's life.
    private static final List<Class<?>> CHAPTERS = List.of(
            JoiningTest.class,
            FirstEmailTest.class,
            DelaysTest.class,
            SendDaysTest.class,
            TimeZonesTest.class,
            TzdataChangeTest.class,
            DraftsTest.class,
            PositionsTest.class,
            EditingInMidFlightTest.class,
            ScheduleChangesTest.class,
            PausingAndResumingTest.class,
            CatchUpTest.class,
            RestoredBackupTest.class,
            HoldTest.class,
            RepeatTest.class,
            ExclusionsTest.class,
            LeavingTest.class,
            DeletingTest.class,
            StatisticsTest.class,
            PoliciesTest.class,
            BroadcastsTest.class,
            BroadcastUnderWayTest.class);

    private static final String HEAD = """
            # How a sequence behaves

            Each sentence is the name of a test in `src/test/java/reynard/scenario`, which drives a whole server over
            HTTP on a virtual clock. Where Kit's documentation is silent or contradicts itself, the sentence is our
            choice.

            """;

    @Test
    void the_document_is_what_the_scenarios_say() throws IOException {
        var expected = new StringBuilder(HEAD);
        for (var chapter : CHAPTERS) {
            expected.append(chapter(chapter));
        }
        if (Boolean.getBoolean("reynard.updateGolden")) {
            Files.writeString(DOCUMENT, expected);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/sequence-behaviour.md is stale: bin/test --update-golden")
                .isEqualTo(expected.toString());
    }

    @Test
    void every_scenario_is_in_the_document() throws IOException {
        try (var files = Files.list(SOURCES)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith("Test.java") && !name.equals("SpecificationTest.java")))
                    .containsExactlyInAnyOrderElementsOf(CHAPTERS.stream()
                            .map(chapter -> chapter.getSimpleName() + ".java")
                            .toList());
        }
    }

    private static String chapter(Class<?> chapter) throws IOException {
        var text = new StringBuilder("## " + title(chapter) + "\n\n");
        sentences(chapter)
                .forEach(name -> text.append("- ").append(sentence(name)).append('\n'));
        return text.append('\n').toString();
    }

    /// `PausingAndResumingTest` is "Pausing and resuming".
    private static String title(Class<?> chapter) {
        var words = chapter.getSimpleName().replaceFirst("Test$", "").replaceAll("(?<!^)([A-Z])", " $1");
        return words.charAt(0) + words.substring(1).toLowerCase(Locale.ROOT);
    }

    /// The names of the class's tests, as they follow each other in its source, which reflection does not tell.
    private static List<String> sentences(Class<?> chapter) throws IOException {
        var source = Files.readString(SOURCES.resolve(chapter.getSimpleName() + ".java"));
        return Arrays.stream(chapter.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getName())
                .sorted(java.util.Comparator.comparingInt(name -> place(source, name)))
                .toList();
    }

    private static int place(String source, String name) {
        var declared = Pattern.compile("void " + name + "\\(").matcher(source);
        return declared.find() ? declared.start() : Integer.MAX_VALUE;
    }

    private static String sentence(String name) {
        var words = name.replace('_', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1) + ".";
    }
}
