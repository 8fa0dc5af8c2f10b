package reynard.ui.broadcast;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reynard.broadcast.Audience;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.SegmentId;
import reynard.id.TagId;
import reynard.segment.Filter;
import reynard.segment.Segment;
import reynard.segment.Segments;
import reynard.tag.Tag;
import reynard.tag.Tags;
import reynard.ui.Body;
import reynard.ui.Form;
import reynard.ui.Option;

/// Whom a broadcast is for, as its form asks and as a sentence says.
final class Audiences {
    static final String EVERYONE = "everyone";

    private final Segments segments;
    private final Tags tags;

    Audiences(Segments segments, Tags tags) {
        this.segments = segments;
        this.tags = tags;
    }

    List<Option> segments(AccountId account) {
        return segments.list(account, PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .map(segment -> new Option("segment:" + segment.id().value(), segment.name()))
                .toList();
    }

    List<Option> tags(AccountId account) {
        return tags.list(account, PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .map(tag -> new Option("tag:" + tag.id().value(), tag.name()))
                .toList();
    }

    static void fill(Map<String, Object> values, Audience audience) {
        values.put(
                "match",
                audience instanceof Audience.Chosen chosen ? chosen.match().wireName() : EVERYONE);
        values.put(
                "sources",
                audience.named().stream()
                        .map(source -> source.kind().wireName() + ":" + source.id())
                        .toList());
    }

    /// As the API's filter. What is missing is a fault of the form.
    static @Nullable Object filter(Form form) {
        var match = Filter.Match.named(form.value("match"));
        if (match.isEmpty()) {
            return null;
        }
        var sources = new ArrayList<Map<String, Object>>();
        Body.ids(form.values("sources")).forEach((kind, ids) -> {
            var source = new LinkedHashMap<String, Object>();
            source.put("type", kind);
            source.put("ids", ids);
            sources.add(source);
        });
        if (sources.isEmpty()) {
            form.fault("sources", "Choose a segment or a tag, or send to everyone.");
        }
        return List.of(Map.of(match.get().wireName(), sources));
    }

    String sentence(Tx tx, AccountId account, Audience audience) {
        return switch (audience) {
            case Audience.Everyone _ -> "everyone who can be mailed";
            case Audience.Chosen(var match, var sources) -> {
                var names = sources.stream()
                        .map(source -> name(tx, account, source).orElse("one that has been deleted"))
                        .toList();
                var how = switch (match) {
                    case ALL -> "those in all of ";
                    case ANY -> "those in any of ";
                    case NONE -> "everyone but those in ";
                };
                yield (names.size() == 1 && match != Filter.Match.NONE ? "those in " : how) + String.join(", ", names);
            }
        };
    }

    private Optional<String> name(Tx tx, AccountId account, Audience.Source source) {
        return switch (source.kind()) {
            case SEGMENT ->
                segments.find(tx, account, new SegmentId(source.id()))
                        .map(Segment::name)
                        .map(name -> "segment “" + name + "”");
            case TAG ->
                tags.find(tx, account, new TagId(source.id())).map(Tag::name).map(name -> "tag “" + name + "”");
        };
    }
}
