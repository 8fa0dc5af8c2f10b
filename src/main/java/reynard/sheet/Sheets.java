package reynard.sheet;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reynard.bulk.Bulk;
import reynard.bulk.Item;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.BulkJobId;
import reynard.id.SequenceId;
import reynard.id.SheetId;
import reynard.mail.EmailAddress;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;

/// Tables of people: kept, tried without doing anything, and then worked off in the background ([Bulk]), a step at a
/// time, whoever dies when.
public final class Sheets {
    /// How many faults a trial names.
    public static final int FAULTS_SHOWN_MAX = 20;

    private static final Duration KEPT = Duration.ofDays(7);
    private static final int NAME_MAX = 200;
    private static final int TEXT_MAX = 1_000;
    private static final int TAG_NAME_MAX = 255;
    private static final int TAGS_MAX = 500;
    private static final int LOOKED_UP_MAX = 50_000;
    private static final int LOOKED_UP_TOGETHER = 1_000;

    private final SheetStore store = new SheetStore();
    private final Database database;
    private final IdBlocks ids;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Tags tags;
    private final Bulk bulk;
    private final InstantSource clock;

    public Sheets(
            Database database,
            IdBlocks ids,
            Subscribers subscribers,
            CustomFields customFields,
            Tags tags,
            Bulk bulk,
            InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.tags = tags;
        this.bulk = bulk;
        this.clock = clock;
    }

    /// A table that an author has brought.
    ///
    /// @param name of its file
    /// @param job by which it is worked off, once it is queued
    public record Kept(SheetId id, String name, int lines, Instant at, Optional<BulkJobId> job) {}

    /// What is not queued within a week is forgotten with the next one.
    public Kept keep(AccountId account, String name, Sheet sheet) {
        var now = clock.instant();
        var text = name.replace("\0", "").strip();
        var kept = new Kept(
                new SheetId(ids.next()),
                text.length() > NAME_MAX ? text.substring(0, NAME_MAX) : text,
                sheet.lines(),
                now,
                Optional.empty());
        database.useTx(tx -> {
            store.forget(tx, account, now.minus(KEPT));
            store.insert(tx, account, kept, sheet.text());
        });
        return kept;
    }

    public Optional<Kept> find(Tx tx, AccountId account, SheetId id) {
        return store.find(tx, account, id);
    }

    /// Newest first.
    public List<Kept> latest(Tx tx, AccountId account, int limit) {
        return store.latest(tx, account, limit);
    }

    /// What is in a table that is not queued yet.
    public Optional<Sheet> content(AccountId account, SheetId id) {
        return database.inTx(tx -> store.content(tx, account, id)).map(Sheets::read);
    }

    private static Sheet read(String content) {
        return switch (Sheet.of(content)) {
            case Sheet.Reading.Read(var sheet) -> sheet;
            case Sheet.Reading.Unreadable(var why) -> throw new IllegalStateException(why);
        };
    }

    /// What would come of a table.
    ///
    /// @param good lines that can be done
    /// @param repeated how many of them name an address that an earlier line has named
    /// @param known how many addresses are on the list already; empty for tables too long to look
    /// @param faults of the first lines that cannot be done
    public record Trial(int lines, int good, int repeated, OptionalInt known, List<Fault> faults) {
        public Trial {
            faults = List.copyOf(faults);
        }
    }

    /// @param sentences what is wrong with the line
    public record Fault(long line, String address, List<String> sentences) {
        public Fault {
            sentences = List.copyOf(sentences);
        }
    }

    /// Goes through the whole table and changes nothing.
    public Trial attempt(AccountId account, Sheet sheet, Wishes wishes) {
        var faults = new ArrayList<Fault>();
        var seen = new LinkedHashSet<String>();
        int lines = 0;
        int good = 0;
        int repeated = 0;
        int address = wishes.column(Meaning.Address.class);
        try (var rows = sheet.rows()) {
            for (var row : (Iterable<Sheet.Row>) rows::iterator) {
                lines++;
                var wrong = faults(row, wishes);
                if (wrong.isEmpty()) {
                    good++;
                    repeated += seen.add(row.cell(address).toLowerCase(Locale.ROOT)) ? 0 : 1;
                } else if (faults.size() < FAULTS_SHOWN_MAX) {
                    faults.add(new Fault(row.line(), row.cell(address), wrong));
                }
            }
        }
        return new Trial(lines, good, repeated, known(account, seen), faults);
    }

    private OptionalInt known(AccountId account, Set<String> addresses) {
        if (addresses.size() > LOOKED_UP_MAX) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(database.read(tx -> {
            var all = List.copyOf(addresses);
            int known = 0;
            for (int from = 0; from < all.size(); from += LOOKED_UP_TOGETHER) {
                var some = all.subList(from, Math.min(all.size(), from + LOOKED_UP_TOGETHER));
                known += subscribers.findByEmails(tx, account, some).size();
            }
            return known;
        }));
    }

    private static List<String> faults(Sheet.Row row, Wishes wishes) {
        var faults = new ArrayList<String>();
        var address = row.cell(wishes.column(Meaning.Address.class));
        if (address.isEmpty()) {
            faults.add("There is no address.");
        } else if (EmailAddress.parse(address).isEmpty()) {
            faults.add("This is no email address.");
        }
        for (int column = 0; column < wishes.columns().size(); column++) {
            if (!(wishes.columns().get(column) instanceof Meaning.Nothing)
                    && row.cell(column).length() > TEXT_MAX) {
                faults.add("Column " + (column + 1) + " is longer than " + TEXT_MAX + " characters.");
            }
        }
        return faults;
    }

    public sealed interface Start {
        record Queued(Kept sheet) implements Start {}

        /// It is queued already, or forgotten.
        record Gone() implements Start {}

        record QueueFull() implements Start {}

        /// @param sentence what is wrong with the wishes
        record Refused(String sentence) implements Start {}
    }

    /// Queues every line. Tags and fields that are wanted and not there are made.
    public Start start(AccountId account, SheetId id, Wishes wishes) {
        return database.inTx(tx -> {
            var content = store.content(tx, account, id);
            if (content.isEmpty()) {
                return new Start.Gone();
            }
            var sheet = read(content.get());
            var named = tagNames(sheet, wishes);
            if (named.size() > TAGS_MAX) {
                return new Start.Refused("A table names at most " + TAGS_MAX + " tags.");
            }
            var worn = new HashMap<String, Long>();
            for (var tag : tags.createAll(tx, account, named)) {
                worn.put(key(tag.name()), tag.id().value());
            }
            var fields = fields(tx, account, wishes);
            try (var rows = sheet.rows()) {
                var lines = rows.map(row -> line(row, wishes, worn, fields));
                var job = bulk.queueArrivals(tx, account, lines, content.get().length());
                if (job.isEmpty()) {
                    return new Start.QueueFull();
                }
                store.queue(tx, account, id, job.get());
            }
            return new Start.Queued(store.find(tx, account, id).orElseThrow());
        });
    }

    private static String key(String tag) {
        return tag.toLowerCase(Locale.ROOT);
    }

    private static Stream<String> split(String names) {
        return Stream.of(names.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty() && name.length() <= TAG_NAME_MAX);
    }

    private static List<String> tagNames(Sheet sheet, Wishes wishes) {
        var names = new LinkedHashSet<String>();
        var keys = new HashSet<String>();
        wishes.tag().filter(name -> keys.add(key(name))).ifPresent(names::add);
        int column = wishes.column(Meaning.TagNames.class);
        if (column >= 0) {
            try (var rows = sheet.rows()) {
                rows.flatMap(row -> split(row.cell(column)))
                        .filter(name -> keys.add(key(name)))
                        .limit(TAGS_MAX + 1L)
                        .forEach(names::add);
            }
        }
        return List.copyOf(names);
    }

    /// The fields of the columns, by the columns' numbers.
    private Map<Integer, Long> fields(Tx tx, AccountId account, Wishes wishes) {
        var fields = new HashMap<Integer, Long>();
        for (int column = 0; column < wishes.columns().size(); column++) {
            switch (wishes.columns().get(column)) {
                case Meaning.Field(var field) -> fields.put(column, field.value());
                case Meaning.NewField(var label) -> {
                    var made = made(customFields.create(tx, account, label));
                    if (made.isPresent()) {
                        fields.put(column, made.get().id().value());
                    }
                }
                case Meaning.Nothing _, Meaning.Address _, Meaning.FirstName _, Meaning.TagNames _ -> {}
            }
        }
        return fields;
    }

    private static Optional<CustomField> made(CustomFields.Creation creation) {
        return switch (creation) {
            case CustomFields.Creation.Created(var field) -> Optional.of(field);
            case CustomFields.Creation.Existing(var field) -> Optional.of(field);
            case CustomFields.Creation.NoKey _ -> Optional.empty();
        };
    }

    private static Bulk.Line line(Sheet.Row row, Wishes wishes, Map<String, Long> tags, Map<Integer, Long> fields) {
        var values = new HashMap<String, String>();
        fields.forEach((column, field) -> {
            // What a table does not say stays as it is.
            if (!row.cell(column).isEmpty()) {
                values.put(Long.toString(field), row.cell(column));
            }
        });
        int named = wishes.column(Meaning.TagNames.class);
        var worn = Stream.concat(wishes.tag().stream(), named < 0 ? Stream.of() : split(row.cell(named)))
                .flatMap(name -> Optional.ofNullable(tags.get(key(name))).stream())
                .distinct()
                .toList();
        int firstName = wishes.column(Meaning.FirstName.class);
        @Nullable String name = firstName < 0 || row.cell(firstName).isEmpty() ? null : row.cell(firstName);
        var faults = faults(row, wishes);
        return new Bulk.Line(
                new Item.Arrival(
                        row.line(),
                        row.cell(wishes.column(Meaning.Address.class)),
                        name,
                        values,
                        worn,
                        wishes.sequence().map(SequenceId::value).orElse(null)),
                faults);
    }

    /// How far it has come; empty when it is not queued.
    public Optional<Bulk.Advance> advance(Tx tx, AccountId account, SheetId id) {
        return store.find(tx, account, id).flatMap(Kept::job).flatMap(job -> bulk.advance(tx, account, job));
    }

    /// What could not be done, the first ones.
    public List<Bulk.Refusal> refusals(Tx tx, AccountId account, SheetId id, int max) {
        return store.find(tx, account, id)
                .flatMap(Kept::job)
                .map(job -> bulk.refusals(tx, account, job, max))
                .orElse(List.of());
    }
}
