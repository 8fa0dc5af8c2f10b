package reynard.template.liquid;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one rendering knows and has written so far.
final class Scope {
    final Budget budget;
    final boolean html;

    /// The offset of what is being rendered, for the place of an error.
    int at;

    Loop.@Nullable Frame frame;

    private final Map<String, ?> data;
    private final RenderOptions options;
    private final int outputRoom;

    private StringBuilder out;
    private int room;
    private @Nullable Map<String, @Nullable Object> locals;
    private @Nullable Map<String, Long> counters;
    private @Nullable Map<String, Long> places;
    private String lastIfChanged = "";

    Scope(Map<String, ?> data, RenderOptions options, int capacity) {
        this.data = data;
        this.options = options;
        this.budget = options.budget();
        this.html = options.escaping() == Escaping.HTML;
        this.outputRoom = budget.outputCharsLeft();
        this.room = outputRoom;
        this.out = new StringBuilder(Math.clamp(capacity, 0, Math.max(outputRoom, 0)));
    }

    String written() {
        return out.toString();
    }

    int writtenChars() {
        return outputRoom - room;
    }

    ZoneId zone() {
        return options.zone();
    }

    ZonedDateTime now() {
        return options.now().atZone(options.zone());
    }

    // Names: loops first, then what the template set, then the data, then counters.

    @Nullable
    Object lookup(String name) {
        for (var loop = frame; loop != null; loop = loop.outer) {
            if (name.equals(loop.name)) {
                return loop.item;
            }
            if (name.equals(loop.progressName)) {
                return loop;
            }
        }
        if (locals != null) {
            var local = locals.get(name);
            if (local != null || locals.containsKey(name)) {
                return local;
            }
        }
        var value = Values.of(data.get(name));
        return value == null && counters != null && !data.containsKey(name) ? counters.get(name) : value;
    }

    void assign(String name, @Nullable Object value) {
        if (locals == null) {
            locals = new HashMap<>();
        }
        locals.put(name, value);
    }

    /// The counter's value before it is changed by `by`; counters start at 0.
    long count(String name, int by) {
        if (counters == null) {
            counters = new HashMap<>();
        }
        long before = counters.getOrDefault(name, 0L);
        counters.put(name, before + by);
        return before;
    }

    /// Where a cycle stands, or where a loop left off.
    long place(String key) {
        return places == null ? 0 : places.getOrDefault(key, 0L);
    }

    void place(String key, long place) {
        if (places == null) {
            places = new HashMap<>();
        }
        places.put(key, place);
    }

    boolean changed(String text) {
        boolean changed = !text.equals(lastIfChanged);
        lastIfChanged = text;
        return changed;
    }

    // Writing.

    void write(String text) {
        take(text.length());
        out.append(text);
    }

    void writeValue(@Nullable Object value) {
        switch (value) {
            case null -> {}
            case String text when html -> writeEscaped(text);
            case String text -> write(text);
            case Markup markup -> write(markup.html());
            case Long number -> write(number.toString());
            default -> {
                var text = Values.text(value, this);
                if (html) {
                    writeEscaped(text);
                } else {
                    write(text);
                }
            }
        }
    }

    private void writeEscaped(String text) {
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            var entity = Html.entity(text.charAt(i));
            if (entity != null) {
                take(i - from + entity.length());
                out.append(text, from, i).append(entity);
                from = i + 1;
            }
        }
        take(text.length() - from);
        out.append(text, from, text.length());
    }

    private void take(int chars) {
        if (chars > room) {
            throw new Failure("output is longer than " + budget.textCharsMax() + " characters");
        }
        room -= chars;
    }

    /// What the body writes, as text instead of output.
    String capture(Node body, Signal signal) {
        var outerOut = out;
        int outerRoom = room;
        out = new StringBuilder();
        room = budget.textCharsMax();
        try {
            signal.code = body.render(this);
            budget.text(out.length());
            return out.toString();
        } finally {
            out = outerOut;
            room = outerRoom;
        }
    }

    /// How the body of a capture ended: [Node#GO_ON], [Node#BREAK] or [Node#CONTINUE].
    static final class Signal {
        int code;
    }
}
