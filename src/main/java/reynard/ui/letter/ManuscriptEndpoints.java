package reynard.ui.letter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import reynard.db.Database;
import reynard.draft.Drafts;
import reynard.draft.Fields;
import reynard.http.Reply;
import reynard.template.Format;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;

/// What authors have typed in one kind of editor: kept while they write, and of everything that they saved.
public final class ManuscriptEndpoints {
    private static final String BASED_ON = "based_on";

    private final Database database;
    private final Drafts drafts;
    private final List<String> fields;
    private final String noun;
    private final Section section;

    /// @param fields of the form that are kept
    /// @param noun what is written, such as `email`
    public ManuscriptEndpoints(Database database, Drafts drafts, List<String> fields, String noun, Section section) {
        this.database = database;
        this.drafts = drafts;
        this.fields = List.copyOf(fields);
        this.noun = noun;
        this.section = section;
    }

    /// A form as it is shown first.
    ///
    /// @param draft when the author typed something that they have not saved; empty when there is nothing, or when
    ///     it stands in the form
    public record Opened(Form form, String draft) {}

    /// @param saved what is saved now
    public Opened open(Desk.Visit visit, String about, Form saved) {
        var draft = database.read(tx -> drafts.find(tx, visit.account(), about, visit.userItself()))
                .filter(kept -> !isSame(saved, Form.sent(kept.values())));
        return taken(visit, about, draft)
                .map(kept -> new Opened(over(saved, kept), ""))
                .orElseGet(() -> new Opened(
                        saved,
                        draft.map(kept -> visit.local().moment(kept.at())).orElse("")));
    }

    /// What the author wants to go on with: their draft, or a version that was saved once.
    private Optional<Fields> taken(Desk.Visit visit, String about, Optional<Fields> draft) {
        if (visit.request().flag("draft")) {
            return draft;
        }
        return visit.request()
                .integer("version", 1, 1_000_000)
                .flatMap(number -> database.read(tx -> drafts.versions(tx, visit.account(), about)).stream()
                        .filter(version -> version.number() == number)
                        .findFirst());
    }

    /// A draft was begun on what was saved then, so that whoever saved meanwhile is noticed; an old version is taken up
    /// over what is saved now.
    private static Form over(Form saved, Fields kept) {
        var values = new LinkedHashMap<>(kept.values());
        if (kept.number() > 0) {
            values.put(BASED_ON, List.of(saved.value(BASED_ON)));
        }
        return Form.sent(values);
    }

    private boolean isSame(Form one, Form other) {
        return fields.stream().allMatch(name -> plain(one, name).equals(plain(other, name)));
    }

    private static List<String> plain(Form form, String name) {
        var values = form.values(name).stream()
                .map(value -> value.replace("\r\n", "\n"))
                .filter(value -> !value.isEmpty())
                .toList();
        return name.equals("content_type") && values.isEmpty() ? List.of(Format.HTML.wireName()) : values;
    }

    private Map<String, List<String>> kept(Form form) {
        var values = new LinkedHashMap<String, List<String>>();
        Stream.concat(Stream.of(BASED_ON), fields.stream())
                .filter(name -> !form.values(name).isEmpty())
                .forEach(name -> values.put(name, form.values(name)));
        return values;
    }

    /// Sent by the page itself while its author writes.
    public Reply keep(Desk.Visit visit, String about, Form form) {
        drafts.keep(visit.account(), about, visit.userItself(), kept(form));
        return Reply.noContent();
    }

    public Reply drop(Desk.Visit visit, String about, String address) {
        drafts.drop(visit.account(), about, visit.userItself());
        return visit.done(address, "What was not saved is dropped.");
    }

    /// It is saved: a version more, and no draft any more.
    public void saved(Desk.Visit visit, String about, Form form) {
        drafts.saved(visit.account(), about, visit.userItself(), kept(form));
    }

    public Reply versions(Desk.Visit visit, String about, String address, String subject) {
        var versions = database.read(tx -> drafts.versions(tx, visit.account(), about));
        return visit.page(
                "ui/letter/versions.jte",
                new VersionsPage(
                        visit.frame("Versions", section),
                        noun,
                        address,
                        subject,
                        versions.stream()
                                .map(version -> new VersionsPage.Row(
                                        version.number(),
                                        Form.sent(version.values()).value("subject"),
                                        version.author(),
                                        visit.local().moment(version.at())))
                                .toList()));
    }

    /// Somebody has saved it since the form was opened. Theirs stays until the author says so.
    ///
    /// @param basedOn names what they have saved
    public Reply conflict(
            Desk.Visit visit,
            String address,
            String subject,
            String basedOn,
            Form mine,
            List<ConflictPage.Difference> differences) {
        var sent = new LinkedHashMap<>(mine.all());
        sent.keySet().removeAll(List.of("csrf", "policy", BASED_ON));
        return visit.conflict(
                "ui/letter/conflict.jte",
                new ConflictPage(
                        visit.frame("Somebody else has saved this " + noun, section),
                        noun,
                        address,
                        subject,
                        basedOn,
                        sent,
                        differences));
    }
}
