package reynard.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(ReplaceUnderscores.class)
class SnippetReferencesTest {
    @Test
    void references_stand_in_liquid_however_it_is_spaced() {
        assertThat(SnippetReferences.in("""
                        {{ snippet.welcome-message }} {{snippet.cat}}{{- snippet.dog-}} {{ snippet . bird | upcase }}
                        {% if snippet.fish %}{{ subscriber.first_name | append:
                        snippet.frog }}{% endif %} {{ snippet.cat }}
                        """)).containsExactly("welcome-message", "cat", "dog", "bird", "fish", "frog");
    }

    @Test
    void text_outside_of_liquid_and_other_names_are_no_references() {
        assertThat(SnippetReferences.in(
                        "snippet.cat {{ subscriber.snippet.dog }} {{ my_snippet.bird }} }} snippet.x {{"))
                .isEmpty();
    }

    @Test
    void a_snippet_that_names_itself_is_circular() {
        assertThat(cycle("cat", "{{ snippet.cat }}", Map.of())).contains(List.of("cat", "cat"));
    }

    @Test
    void a_snippet_that_comes_back_by_way_of_others_is_circular() {
        var others = Map.of(
                "dog", "{{ snippet.fish }} {{ snippet.bird }}",
                "fish", "nothing",
                "bird", "{{ snippet.cat }}");

        assertThat(cycle("cat", "{{ snippet.dog }}", others)).contains(List.of("cat", "dog", "bird", "cat"));
    }

    @Test
    void naming_one_snippet_twice_and_one_that_is_not_there_is_no_circle() {
        var others = Map.of("dog", "{{ snippet.bird }}", "fish", "{{ snippet.bird }}", "bird", "{{ snippet.gone }}");

        assertThat(cycle("cat", "{{ snippet.dog }}{{ snippet.fish }}", others)).isEmpty();
    }

    @Test
    void a_circle_among_others_that_does_not_come_back_ends_the_search() {
        var others = Map.of("dog", "{{ snippet.fish }}", "fish", "{{ snippet.dog }}");

        assertThat(cycle("cat", "{{ snippet.dog }}", others)).isEmpty();
    }

    private static Optional<List<String>> cycle(String key, String content, Map<String, String> others) {
        return SnippetReferences.cycle(key, content, other -> Optional.ofNullable(others.get(other)));
    }
}
