package reynard.ui.people;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import reynard.bulk.Bulk;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.http.Reply;
import reynard.http.Request;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.CustomFieldId;
import reynard.id.SequenceId;
import reynard.id.SheetId;
import reynard.sequence.Sequences;
import reynard.sheet.Meaning;
import reynard.sheet.Sheet;
import reynard.sheet.Sheets;
import reynard.sheet.Wishes;
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.tag.Tags;
import reynard.ui.Csv;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;
import reynard.ui.Work;

/// People come as a table: its columns are named, it is tried, and it is worked off while the author does other things.
public final class ImportEndpoints {
    private static final String HOME = "/people/import";
    private static final int FILE_BYTES_MAX = 25_000_000;
    private static final int SHOWN_MAX = 20;
    private static final int REFUSALS_SHOWN_MAX = 50;
    private static final int SAMPLES = 3;
    private static final int SAMPLE_MAX = 60;
    private static final int TAG_MAX = 255;
    private static final String NOTHING = "";
    private static final String ADDRESS = "email";
    private static final String FIRST_NAME = "first_name";
    private static final String TAGS = "tags";
    private static final String NEW_FIELD = "new";
    private static final String FIELD = "field-";

    private final Database database;
    private final Sheets sheets;
    private final CustomFields customFields;
    private final Tags tags;
    private final Sequences sequences;
    private final Desk desk;

    public ImportEndpoints(
            Database database, Sheets sheets, CustomFields customFields, Tags tags, Sequences sequences, Desk desk) {
        this.database = database;
        this.sheets = sheets;
        this.customFields = customFields;
        this.tags = tags;
        this.sequences = sequences;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(
                routes,
                HOME,
                visit -> visit.page("ui/people/import.jte", new ImportPage(frame(visit), Form.empty(), rows(visit))));
        desk.upload(routes, HOME, FILE_BYTES_MAX, this::take);
        desk.page(routes, HOME + "/{id}", this::show);
        desk.form(routes, HOME + "/{id}", this::attempt);
        desk.form(routes, HOME + "/{id}/start", this::start);
        desk.data(routes, HOME + "/{id}/progress", Desk.Right.LOOK, this::progress);
        desk.data(routes, HOME + "/{id}/refused.csv", Desk.Right.WRITE, this::refused);
    }

    private static reynard.ui.Frame frame(Desk.Visit visit) {
        return visit.frame("Import people", Section.PEOPLE);
    }

    private static SheetId id(Desk.Visit visit) {
        return visit.request().path("id", SheetId::new);
    }

    private List<ImportPage.Row> rows(Desk.Visit visit) {
        return database.read(tx -> sheets.latest(tx, visit.account(), SHOWN_MAX).stream()
                .map(kept -> {
                    var advance = sheets.advance(tx, visit.account(), kept.id());
                    var standing = advance.map(ImportEndpoints::standing).orElse("Not started");
                    var tone = advance.isEmpty() ? "" : advance.get().finished() ? "good" : "accent";
                    return new ImportPage.Row(
                            kept.id().value(),
                            kept.name(),
                            Words.count(kept.lines(), "line"),
                            standing,
                            tone,
                            visit.local().moment(kept.at()));
                })
                .toList());
    }

    private static String standing(Bulk.Advance advance) {
        return advance.finished() ? "Done" : Words.rate(advance.done(), advance.items());
    }

    private Reply take(Desk.Visit visit, Form form, Map<String, Request.File> files) {
        var file = Optional.ofNullable(files.get("file"));
        var reading = file.map(chosen -> Sheet.read(chosen.content()))
                .orElseGet(() -> new Sheet.Reading.Unreadable("Choose a file."));
        return switch (reading) {
            case Sheet.Reading.Read(var sheet) -> {
                var kept = sheets.keep(
                        visit.account(), file.map(Request.File::name).orElse(""), sheet);
                yield visit.go(HOME + "/" + kept.id().value());
            }
            case Sheet.Reading.Unreadable(var why) -> {
                form.fault("file", why);
                yield visit.refusal("ui/people/import.jte", new ImportPage(frame(visit), form, rows(visit)));
            }
        };
    }

    private Reply show(Desk.Visit visit) {
        var kept = database.read(tx -> sheets.find(tx, visit.account(), id(visit)));
        if (kept.isEmpty()) {
            return visit.noSuchPage();
        }
        var sheet = sheets.content(visit.account(), id(visit));
        return sheet.isPresent()
                ? visit.page(
                        "ui/people/columns.jte",
                        columns(visit, kept.get(), sheet.get(), guessed(visit, sheet.get()), Optional.empty()))
                : arrival(visit, kept.get());
    }

    private Form guessed(Desk.Visit visit, Sheet sheet) {
        var fields = database.read(tx -> customFields.all(tx, visit.account()));
        var values = new HashMap<String, String>();
        for (int column = 0; column < sheet.headers().size(); column++) {
            values.put("column-" + column, guess(sheet, column, fields, values.containsValue(ADDRESS)));
        }
        return Form.filled(values);
    }

    /// What a column is about most likely, by what it is called; without headers by what is in it.
    private static String guess(Sheet sheet, int column, List<CustomField> fields, boolean addressed) {
        var header = plain(sheet.headers().get(column));
        if (!addressed
                && (sheet.headed()
                        ? List.of("email", "emailaddress", "mail", "address").contains(header)
                        : samples(sheet, column).stream().anyMatch(sample -> sample.contains("@")))) {
            return ADDRESS;
        }
        if (List.of("firstname", "name", "givenname").contains(header)) {
            return FIRST_NAME;
        }
        if (header.equals("tags")) {
            return TAGS;
        }
        return fields.stream()
                .filter(field -> plain(field.key()).equals(header)
                        || plain(field.label()).equals(header))
                .findFirst()
                .map(field -> FIELD + field.id().value())
                .orElse(NOTHING);
    }

    private static String plain(String header) {
        return header.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }

    private static List<String> samples(Sheet sheet, int column) {
        try (var rows = sheet.rows()) {
            return rows.limit(SAMPLES)
                    .map(row -> row.cell(column))
                    .map(cell -> cell.length() > SAMPLE_MAX ? cell.substring(0, SAMPLE_MAX) + "…" : cell)
                    .toList();
        }
    }

    private ColumnsPage columns(
            Desk.Visit visit, Sheets.Kept kept, Sheet sheet, Form form, Optional<Sheets.Trial> trial) {
        var fields = database.read(tx -> customFields.all(tx, visit.account()));
        var meanings = new ArrayList<>(List.of(
                new Option(NOTHING, "Leave out"),
                new Option(ADDRESS, "Email address"),
                new Option(FIRST_NAME, "First name"),
                new Option(TAGS, "Tags, with commas between")));
        fields.forEach(field -> meanings.add(new Option(FIELD + field.id().value(), field.label())));
        meanings.add(new Option(NEW_FIELD, "A new field of this name"));
        return new ColumnsPage(
                frame(visit),
                form,
                kept.id().value(),
                kept.name(),
                Words.count(kept.lines(), "line"),
                IntStream.range(0, sheet.headers().size())
                        .mapToObj(column -> new ColumnsPage.Column(
                                "column-" + column, sheet.headers().get(column), samples(sheet, column)))
                        .toList(),
                meanings,
                tagNames(visit.account()),
                going(visit),
                trial.map(ImportEndpoints::shown));
    }

    private List<String> tagNames(AccountId account) {
        return tags.list(account, PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .map(tag -> tag.name())
                .toList();
    }

    private List<Option> going(Desk.Visit visit) {
        return database
                .read(tx -> sequences.list(tx, visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)))
                .items()
                .stream()
                .filter(sequence -> sequence.settings().active())
                .map(sequence -> new Option(
                        Long.toString(sequence.id().value()),
                        sequence.settings().name()))
                .toList();
    }

    private static ColumnsPage.Trial shown(Sheets.Trial trial) {
        var sentences = new ArrayList<String>();
        if (trial.repeated() > 0) {
            sentences.add(Words.count(trial.repeated(), "line") + (trial.repeated() == 1 ? " repeats" : " repeat")
                    + " an address of an earlier one: what the last one says is kept.");
        }
        trial.known()
                .ifPresent(
                        known -> sentences.add(
                                known == 0
                                        ? "Nobody of them is on your list yet."
                                        : (known == 1 ? "1 address is" : Words.number(known) + " addresses are")
                                                + " on your list already. Nobody's state changes: whoever has left stays away."));
        return new ColumnsPage.Trial(
                Words.count(trial.good(), "line"),
                trial.good() > 0,
                sentences,
                trial.faults().stream()
                        .map(fault -> new ColumnsPage.Fault(
                                Words.number(fault.line()), fault.address(), String.join(" ", fault.sentences())))
                        .toList(),
                more(trial.lines() - trial.good() - trial.faults().size()));
    }

    private static String more(int faults) {
        return faults == 0 ? "" : "And " + Words.count(faults, "more line") + ".";
    }

    /// What the form wants; its faults are said beside its fields.
    private Wishes wishes(Sheet sheet, Form form) {
        var columns = IntStream.range(0, sheet.headers().size())
                .mapToObj(column ->
                        meaning(form.value("column-" + column), sheet.headers().get(column)))
                .toList();
        var tag = form.value("tag").strip();
        if (tag.length() > TAG_MAX || tag.indexOf('\0') >= 0) {
            form.fault("tag", "Must be at most " + TAG_MAX + " characters.");
        }
        var wishes = new Wishes(
                columns,
                Optional.of(tag).filter(name -> !name.isEmpty()),
                Optional.of(form.value("sequence"))
                        .filter(id -> id.matches("[0-9]{1,18}"))
                        .map(id -> new SequenceId(Long.parseLong(id))));
        if (!wishes.namesAddress()) {
            form.fault("columns", "Say which one column holds the email address.");
        }
        return wishes;
    }

    private static Meaning meaning(String value, String header) {
        return switch (value) {
            case ADDRESS -> new Meaning.Address();
            case FIRST_NAME -> new Meaning.FirstName();
            case TAGS -> new Meaning.TagNames();
            case NEW_FIELD -> new Meaning.NewField(header);
            default ->
                value.matches(FIELD + "[0-9]{1,18}")
                        ? new Meaning.Field(new CustomFieldId(Long.parseLong(value.substring(FIELD.length()))))
                        : new Meaning.Nothing();
        };
    }

    private Reply attempt(Desk.Visit visit, Form form) {
        var kept = database.read(tx -> sheets.find(tx, visit.account(), id(visit)));
        var sheet = sheets.content(visit.account(), id(visit));
        if (kept.isEmpty() || sheet.isEmpty()) {
            return kept.isEmpty()
                    ? visit.noSuchPage()
                    : visit.go(HOME + "/" + id(visit).value());
        }
        var wishes = wishes(sheet.get(), form);
        if (form.hasFaults()) {
            return visit.refusal(
                    "ui/people/columns.jte", columns(visit, kept.get(), sheet.get(), form, Optional.empty()));
        }
        var trial = sheets.attempt(visit.account(), sheet.get(), wishes);
        return visit.page("ui/people/columns.jte", columns(visit, kept.get(), sheet.get(), form, Optional.of(trial)));
    }

    private Reply start(Desk.Visit visit, Form form) {
        var kept = database.read(tx -> sheets.find(tx, visit.account(), id(visit)));
        var sheet = sheets.content(visit.account(), id(visit));
        if (kept.isEmpty() || sheet.isEmpty()) {
            return kept.isEmpty()
                    ? visit.noSuchPage()
                    : visit.go(HOME + "/" + id(visit).value());
        }
        var wishes = wishes(sheet.get(), form);
        if (!form.hasFaults()) {
            switch (sheets.start(visit.account(), id(visit), wishes)) {
                case Sheets.Start.Queued _, Sheets.Start.Gone _ -> {
                    return visit.go(HOME + "/" + id(visit).value());
                }
                case Sheets.Start.QueueFull _ ->
                    form.fault("columns", "Too much waits to be worked off already. Please try again later.");
                case Sheets.Start.Refused(var sentence) -> form.fault("columns", sentence);
            }
        }
        return visit.refusal("ui/people/columns.jte", columns(visit, kept.get(), sheet.get(), form, Optional.empty()));
    }

    private Reply arrival(Desk.Visit visit, Sheets.Kept kept) {
        return database.read(tx -> {
            var advance = sheets.advance(tx, visit.account(), kept.id()).orElseThrow();
            var faults = sheets.refusals(tx, visit.account(), kept.id(), REFUSALS_SHOWN_MAX).stream()
                    .map(ImportEndpoints::fault)
                    .toList();
            return visit.page(
                    "ui/people/arrival.jte",
                    new ArrivalPage(frame(visit), kept.name(), work(kept.id(), advance), report(advance), faults));
        });
    }

    private static ArrivalPage.Report report(Bulk.Advance advance) {
        return new ArrivalPage.Report(
                Words.number(advance.created()),
                Words.number(advance.known()),
                Words.number(advance.failed()),
                Words.number(advance.done()));
    }

    private static ColumnsPage.Fault fault(Bulk.Refusal refusal) {
        return new ColumnsPage.Fault(
                Words.number(refusal.arrival().line()),
                refusal.arrival().emailAddress(),
                String.join(" ", refusal.errors()));
    }

    private static Work work(SheetId id, Bulk.Advance advance) {
        return new Work(HOME + "/" + id.value(), advance.items(), advance.done(), advance.finished(), words(advance));
    }

    private static String words(Bulk.Advance advance) {
        return Words.number(advance.done()) + " of " + Words.count(advance.items(), "line") + " done"
                + (advance.failed() == 0 ? "." : ", " + Words.number(advance.failed()) + " of them in vain.");
    }

    private Reply progress(Desk.Visit visit) {
        return Work.told(() -> database.read(tx -> sheets.advance(tx, visit.account(), id(visit)))
                .map(advance -> work(id(visit), advance)));
    }

    /// What could not be done, to be put right and brought again.
    private Reply refused(Desk.Visit visit) {
        var refusals = database.read(tx -> sheets.refusals(tx, visit.account(), id(visit), Sheet.LINES_MAX));
        return Csv.reply("refused.csv", csv -> {
            csv.row(List.of("line", "email_address", "first_name", "why"));
            refusals.forEach(refusal -> csv.row(List.of(
                    Long.toString(refusal.arrival().line()),
                    refusal.arrival().emailAddress(),
                    Optional.ofNullable(refusal.arrival().firstName()).orElse(""),
                    String.join(" ", refusal.errors()))));
        });
    }
}
