package reynard.ui.sequence;

import java.time.DayOfWeek;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import reynard.account.Secrets;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.draft.Drafts;
import reynard.foresight.Edits;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.schedule.Delay;
import reynard.schedule.SendDays;
import reynard.sequence.EmailSettings;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.Sequences;
import reynard.sequence.Sequences.EmailEdit;
import reynard.template.EmailTemplates;
import reynard.template.Format;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;
import reynard.ui.letter.ConflictPage.Difference;
import reynard.ui.letter.ManuscriptEndpoints;
import reynard.ui.letter.Variables;

/// Writing an email of a sequence.
public final class EditorEndpoints {
    private static final String NEW = "/sequences/{id}/emails/new";
    private static final String EMAIL = "/sequences/{id}/emails/{email_id}";
    private static final String NOT_FIRST =
            "Only the first email of a sequence may go at once: give it a delay of at least one day or hour.";
    private static final List<String> FIELDS = List.of(
            "subject",
            "preview_text",
            "content",
            "content_type",
            "delay_value",
            "delay_unit",
            "send_days",
            "email_template_id");

    private final Database database;
    private final Sequences sequences;
    private final SequenceEmailEndpoints bodies;
    private final Edits edits;
    private final EmailTemplates templates;
    private final Variables variables;
    private final ManuscriptEndpoints manuscripts;
    private final AskingEndpoints asking;
    private final PublishingEndpoints publishing;
    private final Desk desk;

    public EditorEndpoints(
            Database database,
            Sequences sequences,
            SequenceEmailEndpoints bodies,
            Edits edits,
            EmailTemplates templates,
            Variables variables,
            Drafts drafts,
            Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.bodies = bodies;
        this.edits = edits;
        this.templates = templates;
        this.variables = variables;
        this.manuscripts = new ManuscriptEndpoints(database, drafts, FIELDS, "email", Section.SEQUENCES);
        this.asking = new AskingEndpoints(database);
        this.publishing = new PublishingEndpoints(database, edits);
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, NEW, this::create);
        desk.form(routes, NEW, this::created);
        desk.page(routes, EMAIL, this::show);
        desk.form(routes, EMAIL, this::save);
        desk.form(routes, EMAIL + "/draft", this::keepDraft);
        desk.form(routes, EMAIL + "/draft/drop", this::dropDraft);
        desk.page(routes, EMAIL + "/versions", this::versions);
    }

    private Optional<Sequence> sequence(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        return database.read(tx -> sequences.find(tx, visit.account(), id));
    }

    private Reply create(Desk.Visit visit) {
        int at = visit.request().integer("at", 0, 1_000_000).orElse(1_000_000);
        return sequence(visit)
                .map(sequence -> visit.page(
                        "ui/sequence/editor.jte",
                        page(visit, sequence, Optional.empty(), begun(at, formatBefore(visit, sequence, at)))))
                .orElseGet(visit::noSuchPage);
    }

    /// Who writes by hand writes Markdown, unless the email before is in HTML.
    private Format formatBefore(Desk.Visit visit, Sequence sequence, int at) {
        var emails = database.read(tx -> sequences.outline(tx, visit.account(), sequence.id()));
        return emails.isEmpty()
                ? Format.MARKDOWN
                : emails.get(Math.clamp(at - 1L, 0, emails.size() - 1))
                        .settings()
                        .format();
    }

    private static Form begun(int at, Format format) {
        var hello = "Hello {{ subscriber.first_name | default: \"there\" }},";
        return Form.filled(Map.of(
                "at",
                at,
                "delay_value",
                at == 0 ? 0 : 1,
                "delay_unit",
                "days",
                "content_type",
                format.wireName(),
                "content",
                format == Format.MARKDOWN ? hello + "\n\n" : "<p>" + hello + "</p>\n<p></p>\n"));
    }

    private Reply created(Desk.Visit visit, Form form) {
        var found = sequence(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var sequence = found.get();
        int at = form.value("at").matches("[0-9]{1,6}") ? Integer.parseInt(form.value("at")) : Integer.MAX_VALUE;
        try {
            var edit = database.inTx(tx -> {
                var inserted = bodies.insert(
                        tx,
                        visit.account(),
                        sequence.id(),
                        at,
                        body(form).put("published", false).json());
                return inserted instanceof EmailEdit.Saved(var email)
                                && format(form).equals("markdown")
                        ? sequences.updateEmail(
                                tx,
                                visit.account(),
                                sequence.id(),
                                email.id(),
                                settings -> settings.in(Format.MARKDOWN))
                        : inserted;
            });
            switch (edit) {
                case EmailEdit.Saved(var email) -> {
                    return form.value("then").equals("publish")
                            ? publishing.publish(visit, sequence, email)
                            : visit.done(address(email), "“" + email.settings().subject() + "” is saved as a draft.");
                }
                case EmailEdit.NotFirst _ -> form.fault("delay_value", NOT_FIRST);
                // A draft may be broken; this one is a draft.
                case EmailEdit.Broken(var fault) -> form.fault("content", fault);
                case EmailEdit.NotFound _, EmailEdit.PositionTaken _ -> {
                    return visit.noSuchPage();
                }
            }
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), Set.copyOf(FIELDS));
        }
        return visit.refusal("ui/sequence/editor.jte", page(visit, sequence, Optional.empty(), form));
    }

    private static String address(SequenceEmail email) {
        return "/sequences/" + email.sequence().value() + "/emails/"
                + email.id().value();
    }

    private Optional<SequenceEmail> email(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        var emailId = visit.request().path("email_id", SequenceEmailId::new);
        return database.read(tx -> sequences.findEmail(tx, visit.account(), id, emailId));
    }

    private Reply show(Desk.Visit visit) {
        var sequence = sequence(visit);
        var email = email(visit);
        if (sequence.isEmpty() || email.isEmpty()) {
            return visit.noSuchPage();
        }
        var opened =
                manuscripts.open(visit, about(email.get()), filled(email.get().settings()));
        return visit.page(
                "ui/sequence/editor.jte",
                page(visit, sequence.get(), email, opened.form()).withDraft(opened.draft()));
    }

    private static String about(SequenceEmail email) {
        return Drafts.about(email.sequence(), email.id());
    }

    private Reply keepDraft(Desk.Visit visit, Form form) {
        return email(visit)
                .map(email -> manuscripts.keep(visit, about(email), form))
                .orElseGet(visit::noSuchPage);
    }

    private Reply dropDraft(Desk.Visit visit, Form form) {
        return email(visit)
                .map(email -> manuscripts.drop(visit, about(email), address(email)))
                .orElseGet(visit::noSuchPage);
    }

    private Reply versions(Desk.Visit visit) {
        return email(visit)
                .map(email -> manuscripts.versions(
                        visit, about(email), address(email), email.settings().subject()))
                .orElseGet(visit::noSuchPage);
    }

    private static Form filled(EmailSettings settings) {
        var values = new LinkedHashMap<String, Object>();
        values.put("based_on", version(settings));
        values.put("subject", settings.subject());
        values.put("preview_text", settings.previewText().orElse(""));
        values.put("content_type", settings.format().wireName());
        values.put("content", settings.content().orElse(""));
        values.put(
                "delay_value",
                switch (settings.delay()) {
                    case Delay.Immediate _ -> 0;
                    case Delay.Hours(int count) -> count;
                    case Delay.Days(int count) -> count;
                });
        values.put("delay_unit", settings.delay() instanceof Delay.Hours ? "hours" : "days");
        values.put("send_days", settings.sendDays().map(EditorEndpoints::names).orElse(List.of()));
        values.put(
                "email_template_id",
                settings.emailTemplate().map(id -> Long.toString(id.value())).orElse(""));
        return Form.filled(values);
    }

    private static List<String> names(SendDays days) {
        return days.days().stream().map(EditorEndpoints::name).toList();
    }

    private static String name(DayOfWeek day) {
        return day.name().toLowerCase(Locale.ROOT);
    }

    /// Tells one state of an email from another. Its place and whether it is published are not part of the form.
    private static String version(EmailSettings settings) {
        var text = String.join(
                "\0",
                settings.subject(),
                settings.previewText().orElse(""),
                settings.content().orElse(""),
                settings.format().wireName(),
                settings.delay().toString(),
                settings.sendDays().toString(),
                settings.emailTemplate().toString());
        return HexFormat.of().formatHex(Secrets.sha256(text)).substring(0, 16);
    }

    private EditorPage page(Desk.Visit visit, Sequence sequence, Optional<SequenceEmail> email, Form form) {
        var home = "/sequences/" + sequence.id().value();
        return new EditorPage(
                visit.frame(email.map(found -> found.settings().subject()).orElse("New email"), Section.SEQUENCES),
                sequence.id().value(),
                sequence.settings().name(),
                email.map(found -> found.id().value()).orElse(0L),
                email.map(found -> found.settings().published()).orElse(false),
                email.map(EditorEndpoints::address).orElse(home + "/emails/new"),
                form,
                templates.list(visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                        .map(template -> new Option(Long.toString(template.id().value()), template.name()))
                        .toList(),
                Arrays.stream(DayOfWeek.values())
                        .map(day -> new Option(name(day), Words.shortName(day)))
                        .toList(),
                variables.of(visit.account()),
                "");
    }

    private static Body body(Form form) {
        var body = new Body(form)
                .text("subject")
                .textOrNone("preview_text")
                .lines("content")
                .number("delay_value")
                .text("delay_unit")
                .number("email_template_id");
        return form.values("send_days").isEmpty() ? body.put("send_days", null) : body.texts("send_days");
    }

    /// Somebody has saved the email since the form was opened.
    private static final class Overtaken extends RuntimeException {
        private final transient EmailSettings theirs;

        Overtaken(EmailSettings theirs) {
            super("overtaken", null, false, false);
            this.theirs = theirs;
        }
    }

    private Reply save(Desk.Visit visit, Form form) {
        var found = sequence(visit);
        var email = email(visit);
        if (found.isEmpty() || email.isEmpty()) {
            return visit.noSuchPage();
        }
        var sequence = found.get();
        var action = address(email.get());
        var body = body(form).json();
        try {
            return asking.ask(
                    visit,
                    form,
                    new AskingEndpoints.Wish(
                            "Change “" + email.get().settings().subject() + "”",
                            sequence.settings().name(),
                            sequence.settings().timeZone(),
                            action,
                            action,
                            "Save",
                            AskingEndpoints.Wish.ALL,
                            false,
                            false),
                    (tx, terms) -> edits.ofEmail(
                            tx,
                            visit.account(),
                            sequence.id(),
                            email.get().id(),
                            now -> edit(visit, body, form, now, tx),
                            terms),
                    refusal -> {
                        if (refusal instanceof EmailEdit.Broken(var fault)) {
                            form.fault("content", fault);
                        } else {
                            form.fault("delay_value", NOT_FIRST);
                        }
                        return visit.refusal("ui/sequence/editor.jte", page(visit, sequence, email, form));
                    },
                    () -> {
                        // Beside the edit, which may have been tried several times: a version too many does no harm.
                        manuscripts.saved(visit, about(email.get()), form);
                        return visit.done(action, "Saved.");
                    });
        } catch (Overtaken overtaken) {
            return conflict(visit, email.get(), form, overtaken.theirs);
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), Set.copyOf(FIELDS));
            return visit.refusal("ui/sequence/editor.jte", page(visit, sequence, email, form));
        }
    }

    private UnaryOperator<EmailSettings> edit(Desk.Visit visit, JsonBody body, Form form, SequenceEmail now, Tx tx) {
        if (!version(now.settings()).equals(form.value("based_on"))) {
            throw new Overtaken(now.settings());
        }
        var format =
                Format.named(form.value("content_type")).orElse(now.settings().format());
        return bodies.edit(tx, visit.account(), body, now.settings()).andThen(edited -> edited.in(format))::apply;
    }

    private Reply conflict(Desk.Visit visit, SequenceEmail email, Form mine, EmailSettings theirs) {
        var saved = filled(theirs);
        return manuscripts.conflict(
                visit,
                address(email),
                theirs.subject(),
                version(theirs),
                mine,
                List.of(
                        new Difference("Subject", saved.value("subject"), mine.value("subject")),
                        new Difference("Preview text", saved.value("preview_text"), mine.value("preview_text")),
                        new Difference("Written in", saved.value("content_type"), format(mine)),
                        new Difference("Delay", delay(saved), delay(mine)),
                        new Difference(
                                "Own days",
                                String.join(", ", saved.values("send_days")),
                                String.join(", ", mine.values("send_days"))),
                        new Difference("Layout", layout(visit, saved), layout(visit, mine)),
                        new Difference("Text", saved.value("content"), mine.value("content"))));
    }

    private static String format(Form form) {
        return form.value("content_type").isEmpty() ? Format.HTML.wireName() : form.value("content_type");
    }

    private static String delay(Form form) {
        return form.value("delay_value") + " " + form.value("delay_unit");
    }

    private String layout(Desk.Visit visit, Form form) {
        return templates.list(visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .filter(template -> Long.toString(template.id().value()).equals(form.value("email_template_id")))
                .map(template -> template.name())
                .findFirst()
                .orElse("the sequence’s");
    }
}
