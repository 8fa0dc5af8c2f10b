package reynard.ui.people;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import reynard.id.TagId;
import reynard.subscriber.Sought;
import reynard.subscriber.SubscriberState;

/// Whom the list of people is to show, as the fields of its form and the addresses of its pages say it.
///
/// @param beginning of their address, as it was typed
record Search(String beginning, Optional<SubscriberState> state, Optional<TagId> tag) {
    /// @param field what stands in a field; empty when nothing does
    /// @return empty when it is not to be understood, which must not find everybody
    static Optional<Search> of(Function<String, Optional<String>> field) {
        var state = field.apply("state");
        var tag = field.apply("tag");
        var search = new Search(
                field.apply("q").map(String::strip).orElse(""),
                state.flatMap(SubscriberState::named),
                tag.filter(id -> id.matches("[0-9]{1,18}")).map(id -> new TagId(Long.parseLong(id))));
        return state.isPresent() != search.state.isPresent() || tag.isPresent() != search.tag.isPresent()
                ? Optional.empty()
                : Optional.of(search);
    }

    Sought sought() {
        return new Sought(beginning, state, tag);
    }

    /// What is looked for, by the names of the fields; those that are empty are missing.
    Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        if (!beginning.isEmpty()) {
            fields.put("q", beginning);
        }
        state.ifPresent(wanted -> fields.put("state", wanted.wireName()));
        tag.ifPresent(wanted -> fields.put("tag", Long.toString(wanted.value())));
        return fields;
    }

    /// A page about those who are found.
    String path(String page) {
        return fields().isEmpty()
                ? page
                : fields().entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", page + "?", ""));
    }
}
