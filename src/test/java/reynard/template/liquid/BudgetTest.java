package reynard.template.liquid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class BudgetTest {
    private static final Duration LONGEST = Duration.ofMillis(300);
    /// All that is allocated, garbage included, in whatever stage of compilation; the heap grows by far less.
    private static final long BYTES_MAX = 100L << 20;
    private static final Map<String, ?> DATA = Map.of("items", List.of("x", "y"), "k", "x".repeat(1000));

    @BeforeEach
    void the_classes_are_loaded() {
        render("{% for i in (1..3) %}{{ i | plus: 1 | append: 'x' | replace: 'x', 'y' }}{% endfor %}", new Budget());
    }

    private static String render(String source, Budget budget) {
        return Template.parse(source)
                .render(DATA, new RenderOptions(budget, Escaping.NONE, Instant.EPOCH, ZoneOffset.UTC));
    }

    static Stream<Arguments> bombs() {
        var doubled = "{% assign s = 'ab' %}" + "{% assign s = s | append: s %}".repeat(18);
        var million = "{% for i in (1..1000000000) %}";
        var tree = "{% assign l = 'a,b' | split: ',' %}" + "{% assign l = l | concat: l %}".repeat(40);
        return Stream.of(
                Arguments.of("an endless loop with an empty body", million + "{% endfor %}"),
                Arguments.of(
                        "an endless loop that only comments", million + "{% comment %}x{% endcomment %}{% endfor %}"),
                Arguments.of("an endless loop that writes", million + "text{% endfor %}"),
                Arguments.of(
                        "an endless loop that captures",
                        million + "{% capture c %}{{ k }}{% endcapture %}{% endfor %}"),
                Arguments.of("an endless table", "{% tablerow i in (1..1000000000) %}{% endtablerow %}"),
                Arguments.of(
                        "four nested loops",
                        "{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}{% for d in (1..1000) %}"
                                + "{% endfor %}{% endfor %}{% endfor %}{% endfor %}"),
                Arguments.of(
                        "a text doubled 40 times",
                        "{% assign s = 'x' %}" + "{% assign s = s | append: s %}".repeat(40)),
                Arguments.of("a list doubled 40 times", tree),
                Arguments.of(
                        "a list of the same long text",
                        doubled + "{% assign l = s | split: '|' %}" + "{% assign l = l | concat: l %}".repeat(16)
                                + "{{ l }}"),
                Arguments.of("a long list joined by a long text", doubled + "{{ (1..1000) | join: s }}"),
                Arguments.of("every character replaced by a long text", doubled + "{{ s | replace: '', s }}"),
                Arguments.of("one letter replaced by a long text", doubled + "{{ s | replace: 'a', s }}"),
                Arguments.of(
                        "a long text searched for in a longer one",
                        "{% assign s = 'a' %}" + "{% assign s = s | append: s %}".repeat(18)
                                + "{% assign t = s | append: 'b' %}{% assign s = s | append: s %}"
                                + "{% for i in (1..1000000) %}{{ s | replace: t, '' | split: t | size }}{% endfor %}"),
                Arguments.of(
                        "a long text read in a loop",
                        doubled + million + "{% if s contains 'x' %}{% endif %}{% endfor %}"),
                Arguments.of(
                        "long texts made in a loop", doubled + million + "{% assign t = s | upcase %}{% endfor %}"),
                Arguments.of(
                        "long texts kept",
                        doubled + "{% assign l = '' | split: ',' %}{% for i in (1..1000) %}"
                                + "{% assign t = s | append: i | split: '|' %}{% assign l = l | concat: t %}{% endfor %}"),
                Arguments.of(
                        "long texts sorted",
                        doubled + "{% assign l = s | split: '|' %}" + "{% assign l = l | concat: l %}".repeat(14)
                                + "{{ l | sort_natural | uniq | size }}"),
                Arguments.of(
                        "many openings of tags",
                        "{% assign s = '<script<!--<style' %}"
                                + "{% assign s = s | append: s %}".repeat(15)
                                + million + "{{ s | strip_html | size }}{% endfor %}"),
                Arguments.of("a huge range joined", "{{ (1..1000000000) | join: '' }}"),
                Arguments.of("a huge range reversed", "{% for i in (0..9223372036854775807) reversed %}{% endfor %}"),
                Arguments.of(
                        "a range from end to end",
                        "{{ (-9223372036854775808..9223372036854775807) | size }}"
                                + "{{ (-9223372036854775808..9223372036854775807) | sort }}"),
                Arguments.of(
                        "a number squared 40 times", "{% assign n = 9 %}" + "{% assign n = n | times: n %}".repeat(40)),
                Arguments.of("a wide date", doubled + "{{ 'now' | date: s }}"),
                Arguments.of(
                        "loops over cheap tags", million + "{% if a %}{% endif %}".repeat(20_000) + "{% endfor %}"),
                Arguments.of(
                        "loops over long conditions",
                        million + "{% if a" + " or a".repeat(50_000) + " %}{% endif %}{% endfor %}"),
                Arguments.of("100,000 nested ifs", "{% if x %}".repeat(50_000)),
                Arguments.of("nested brackets", "{{ " + "a[".repeat(100_000) + " }}"),
                Arguments.of("nested ranges", "{{ " + "(".repeat(100_000) + " }}"),
                Arguments.of("nested liquid", "{% " + "liquid ".repeat(70_000) + "%}"),
                Arguments.of("nested comments", "{% comment %}".repeat(40_000)),
                Arguments.of("a source too long", "x".repeat(512 * 1024 + 1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bombs")
    void a_template_that_wants_too_much_fails_soon_and_without_much_memory(String name, String source) {
        var options = new RenderOptions(new Budget(), Escaping.NONE, Instant.EPOCH, ZoneOffset.UTC);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        // The thread's own time: what other programs take from the machine is not the template's doing.
        var parsedAt = new AtomicLong(threads.getCurrentThreadCpuTime());

        var error = catchThrowableOfType(LiquidError.class, () -> {
            var template = Template.parse(source);
            parsedAt.set(threads.getCurrentThreadCpuTime());
            template.render(DATA, options);
        });

        assertThat(error).as(name).isNotNull();
        assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - parsedAt.get()))
                .isLessThan(LONGEST);
        assertThat(threads.getCurrentThreadAllocatedBytes() - bytes).isLessThan(BYTES_MAX);
    }

    @Test
    void a_bomb_leaves_other_templates_alone() {
        var honest = Template.parse("{{ k }}{% for i in (1..100) %}{{ i }}{% endfor %}");
        var expected =
                honest.render(DATA, new RenderOptions(new Budget(), Escaping.NONE, Instant.EPOCH, ZoneOffset.UTC));

        var bomb = catchThrowableOfType(
                LiquidError.class, () -> render("{% for i in (1..1000000000) %}{% endfor %}", new Budget()));

        assertThat(bomb).isNotNull();
        assertThat(honest.render(DATA, new RenderOptions(new Budget(), Escaping.NONE, Instant.EPOCH, ZoneOffset.UTC)))
                .isEqualTo(expected);
    }

    @Test
    void ranges_that_run_backwards_are_empty() {
        assertThat(render("[{% for i in (5..-1000000000) %}x{% endfor %}{{ (3..1) | join: '' }}]", new Budget()))
                .isEqualTo("[]");
    }

    @Test
    void one_budget_bounds_all_templates_of_an_email() {
        var budget = new Budget(Budget.STEPS_MAX, 10, Duration.ofSeconds(9), () -> 0);
        render("12345678", budget);

        var error = catchThrowableOfType(LiquidError.class, () -> render("123", budget));

        assertThat(error.message()).isEqualTo("output is longer than 10 characters");
        assertThat(render("12", budget)).isEqualTo("12");
    }

    @Test
    void turns_of_a_loop_are_counted_over_all_templates_of_an_email() {
        var budget = new Budget(1000, 10, Duration.ofSeconds(9), () -> 0);
        var loop = "{% for i in (1..300) %}{% endfor %}";
        render(loop, budget);
        render(loop, budget);
        render(loop, budget);

        var error = catchThrowableOfType(LiquidError.class, () -> render(loop, budget));

        assertThat(error.message()).isEqualTo("template takes more than 1000 steps");
    }

    @Test
    void time_counts_only_while_rendering() {
        var nanos = new AtomicLong();
        var budget = new Budget(Budget.STEPS_MAX, 1000, Duration.ofMillis(250), nanos::get);
        render("a{% for i in (1..1000) %}{% endfor %}", budget);
        nanos.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(render("a{% for i in (1..1000) %}{% endfor %}", budget)).isEqualTo("a");
    }

    @Test
    void a_template_that_takes_too_long_is_stopped_inside_its_loop() {
        var nanos = new AtomicLong();
        var budget = new Budget(
                Budget.STEPS_MAX,
                1000,
                Duration.ofMillis(250),
                () -> nanos.addAndGet(Duration.ofMillis(20).toNanos()));

        var error = catchThrowableOfType(
                LiquidError.class, () -> render("\n {% for i in (1..1000000) %}{% endfor %}", budget));

        assertThat(error).hasMessage("template takes longer than 250 ms (line 2, column 2)");
    }

    @Test
    void a_long_honest_email_stays_within_the_budget() {
        var email = "<p>{{ k }}</p>\n{% for i in (1..20) %}{{ i }}{% endfor %}".repeat(400);

        assertThat(render(email, new Budget())).hasSizeGreaterThan(400_000);
    }
}
