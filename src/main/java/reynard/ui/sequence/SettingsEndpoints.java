package reynard.ui.sequence;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.enrollment.Census;
import reynard.enrollment.Standings;
import reynard.foresight.Edits;
import reynard.form.FormFilter;
import reynard.form.Forms;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.SequenceId;
import reynard.segment.Segments;
import reynard.sequence.Exclusion;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEndpoints;
import reynard.sequence.Sequences;
import reynard.tag.Tags;
import reynard.template.EmailTemplates;
import reynard.tzdata.TzData;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// Creating a sequence, its settings, and its end.
public final class SettingsEndpoints {
    private static final Set<String> FIELDS = Set.of(
            "name",
            "email_address",
            "email_template_id",
            "send_days",
            "send_hour",
            "time_zone",
            "exclude_subscriber_sources",
            "catch_up",
            "catch_up_hours",
            "on_uncertain");

    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Edits edits;
    private final SequenceEndpoints bodies;
    private final Accounts accounts;
    private final EmailTemplates templates;
    private final Sources sources;
    private final TzData tzData;
    private final Figures figures;
    private final AskingEndpoints asking;
    private final Desk desk;

    /// What people may be excluded by.
    public record Sources(Tags tags, Forms forms, Segments segments) {}

    public SettingsEndpoints(
            Database database,
            Sequences sequences,
            Standings standings,
            Edits edits,
            SequenceEndpoints bodies,
            Accounts accounts,
            EmailTemplates templates,
            Sources sources,
            TzData tzData,
            Figures figures,
            Desk desk) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.edits = edits;
        this.bodies = bodies;
        this.accounts = accounts;
        this.templates = templates;
        this.sources = sources;
        this.tzData = tzData;
        this.figures = figures;
        this.asking = new AskingEndpoints(database);
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sequences/new", this::create);
        desk.form(routes, "/sequences", this::created);
        desk.page(routes, "/sequences/{id}/settings", this::show);
        desk.form(routes, "/sequences/{id}/settings", this::save);
        desk.page(routes, "/sequences/{id}/delete", this::sayGoodbye);
        desk.form(routes, "/sequences/{id}/delete", this::delete);
    }

    private Reply create(Desk.Visit visit) {
        var account = visit.accountItself();
        var form = Form.filled(Map.of(
                "send_days", dayNames(List.of(DayOfWeek.values())),
                "send_hour", account.sendHour(),
                "time_zone", account.timeZone()));
        return visit.page("ui/sequence/new.jte", page(visit, 0, "New sequence", form, ""));
    }

    private Reply created(Desk.Visit visit, Form form) {
        var body = new Body(form)
                .text("name")
                .texts("send_days")
                .number("send_hour")
                .text("time_zone")
                .json();
        try {
            var sequence = database.inTx(tx -> bodies.create(tx, visit.account(), body));
            return visit.done(
                    "/sequences/" + sequence.id().value(),
                    "“" + sequence.settings().name() + "” is created.");
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/sequence/new.jte", page(visit, 0, "New sequence", form, ""));
        }
    }

    private Reply show(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        return database.read(tx -> sequences.find(tx, visit.account(), id))
                .map(sequence -> visit.page(
                        "ui/sequence/settings.jte",
                        page(
                                visit,
                                id.value(),
                                sequence.settings().name(),
                                filled(visit, sequence),
                                people(visit, id))))
                .orElseGet(visit::noSuchPage);
    }

    private String people(Desk.Visit visit, SequenceId id) {
        return figures.get(
                        visit.account(),
                        Census.class,
                        id.value(),
                        () -> database.read(tx -> standings.census(tx, visit.account(), List.of(id)))
                                .getOrDefault(id, Census.NONE))
                .map(census -> Words.count(census.inside(), "person"))
                .orElse("Everybody");
    }

    private Form filled(Desk.Visit visit, Sequence sequence) {
        var settings = sequence.settings();
        var values = new LinkedHashMap<String, Object>();
        values.put("name", settings.name());
        settings.sendingAddress()
                .flatMap(address -> senders(visit.account()).stream()
                        .filter(sender -> sender.id().equals(address))
                        .findFirst())
                .ifPresent(sender -> values.put("email_address", sender.emailAddress()));
        settings.emailTemplate().ifPresent(template -> values.put("email_template_id", template.value()));
        values.put("send_days", dayNames(settings.sendDays().days()));
        values.put("send_hour", settings.sendHour());
        values.put("time_zone", settings.timeZone());
        if (settings.repeat()) {
            values.put("repeat", "on");
        }
        if (settings.hold()) {
            values.put("hold", "on");
        }
        values.put(
                "exclude",
                settings.exclusions().stream().map(SettingsEndpoints::box).toList());
        values.put("catch_up", sequence.handling().catchUp().wireName());
        var hours = sequence.handling().catchUp().hours();
        values.put("catch_up_hours", hours == null ? "" : hours);
        values.put("open_tracking", tracked(sequence.handling().tracking().opens()));
        values.put("click_tracking", tracked(sequence.handling().tracking().clicks()));
        values.put("on_uncertain", sequence.handling().onUncertain().wireName());
        return Form.filled(values);
    }

    private static String tracked(Optional<Boolean> own) {
        return own.map(on -> on ? "on" : "off").orElse("");
    }

    private static @Nullable Boolean tracked(String choice) {
        return choice.isEmpty() ? null : (Boolean) choice.equals("on");
    }

    private static String box(Exclusion exclusion) {
        return exclusion.source().wireName() + ":" + exclusion.id();
    }

    private static List<String> dayNames(Iterable<DayOfWeek> days) {
        var names = new ArrayList<String>();
        days.forEach(day -> names.add(day.name().toLowerCase(Locale.ROOT)));
        return names;
    }

    private List<SendingAddress> senders(AccountId account) {
        return database.read(tx -> accounts.sendingAddresses(tx, account)).stream()
                .filter(SendingAddress::verified)
                .toList();
    }

    private SettingsPage page(Desk.Visit visit, long id, String name, Form form, String people) {
        return new SettingsPage(
                visit.frame(id == 0 ? name : "Settings of " + name, Section.SEQUENCES),
                id,
                name,
                form,
                senders(visit.account()).stream()
                        .map(sender -> new Option(
                                sender.emailAddress(), sender.fromName() + " <" + sender.emailAddress() + ">"))
                        .toList(),
                templates.list(visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                        .map(template -> new Option(Long.toString(template.id().value()), template.name()))
                        .toList(),
                Arrays.stream(DayOfWeek.values())
                        .map(day -> new Option(day.name().toLowerCase(Locale.ROOT), Words.shortName(day)))
                        .toList(),
                IntStream.range(0, 24)
                        .mapToObj(hour -> new Option(Integer.toString(hour), Words.hour(hour)))
                        .toList(),
                tzData.names(),
                id == 0 ? List.of() : groups(visit.account(), id, form),
                people);
    }

    private List<SettingsPage.Group> groups(AccountId account, long id, Form form) {
        var all = PageRequest.first(PageRequest.PER_PAGE_MAX);
        return List.of(
                group(
                        "Tags",
                        "tag",
                        form,
                        sources.tags().list(account, all).items().stream()
                                .map(tag -> new Option("tag:" + tag.id().value(), tag.name()))
                                .toList()),
                group(
                        "Sequences",
                        "sequence",
                        form,
                        database.read(tx -> sequences.list(tx, account, all)).items().stream()
                                .filter(sequence -> sequence.id().value() != id)
                                .map(sequence -> new Option(
                                        "sequence:" + sequence.id().value(),
                                        sequence.settings().name()))
                                .toList()),
                group(
                        "Forms",
                        "form",
                        form,
                        sources
                                .forms()
                                .list(account, new FormFilter(Optional.empty(), Optional.empty()), all)
                                .items()
                                .stream()
                                .map(found -> new Option("form:" + found.id().value(), found.name()))
                                .toList()),
                group(
                        "Segments",
                        "segment",
                        form,
                        sources.segments().list(account, all).items().stream()
                                .map(segment ->
                                        new Option("segment:" + segment.id().value(), segment.name()))
                                .toList()));
    }

    /// What is chosen is shown even where the list does not reach it.
    private static SettingsPage.Group group(String label, String kind, Form form, List<Option> listed) {
        var options = new ArrayList<>(listed);
        var known = listed.stream().map(Option::value).toList();
        var chosen = form.values("exclude").stream()
                .filter(box -> box.startsWith(kind + ":"))
                .toList();
        chosen.stream()
                .filter(box -> !known.contains(box))
                .forEach(box -> options.add(new Option(box, box.replace(':', ' '))));
        return new SettingsPage.Group(label, options, chosen.size());
    }

    private Reply save(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SequenceId::new);
        var found = database.read(tx -> sequences.find(tx, visit.account(), id));
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var home = "/sequences/" + id.value() + "/settings";
        var settings = found.get().settings();
        try {
            return asking.ask(
                    visit,
                    form,
                    new AskingEndpoints.Wish(
                            "Change the settings of “" + settings.name() + "”",
                            settings.name(),
                            settings.timeZone(),
                            home,
                            home,
                            "Save",
                            AskingEndpoints.Wish.ALL,
                            false,
                            false),
                    (tx, terms) -> edit(tx, visit, id, form, terms),
                    _ -> visit.noSuchPage(),
                    () -> visit.done(home, "The settings are saved."));
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal(
                    "ui/sequence/settings.jte", page(visit, id.value(), settings.name(), form, people(visit, id)));
        }
    }

    private Edits.Outcome edit(Tx tx, Desk.Visit visit, SequenceId id, Form form, Edits.Terms terms) {
        return edits.ofSequence(
                tx,
                visit.account(),
                id,
                sequence -> {
                    var body = body(form);
                    var handling = SequenceEndpoints.handling(body, sequence.handling());
                    var edit = bodies.edit(tx, visit.account(), body);
                    if (terms.intent() == Edits.Intent.MAKE) {
                        sequences.handle(tx, visit.account(), id, handling);
                    }
                    return edit;
                },
                terms);
    }

    private static JsonBody body(Form form) {
        var exclusions = new ArrayList<Map<String, Object>>();
        Body.ids(form.values("exclude")).forEach((kind, ids) -> exclusions.add(Map.of("type", kind, "ids", ids)));
        boolean takesHours = List.of("spread", "skip_if_later_than").contains(form.value("catch_up"));
        var body = new Body(form)
                .text("name")
                .textOrNone("email_address")
                .number("email_template_id")
                .texts("send_days")
                .number("send_hour")
                .text("time_zone")
                .flag("repeat")
                .flag("hold")
                .put("exclude_subscriber_sources", exclusions)
                .text("catch_up")
                .text("on_uncertain")
                .put("open_tracking", tracked(form.value("open_tracking")))
                .put("click_tracking", tracked(form.value("click_tracking")));
        if (takesHours) {
            body.number("catch_up_hours");
        }
        return body.json();
    }

    private Reply sayGoodbye(Desk.Visit visit) {
        var id = visit.request().path("id", SequenceId::new);
        return database.read(tx -> sequences.find(tx, visit.account(), id))
                .map(sequence -> visit.page(
                        "ui/sequence/delete.jte",
                        new FarewellPage(
                                visit.frame("Delete " + sequence.settings().name(), Section.SEQUENCES),
                                id.value(),
                                sequence.settings().name(),
                                people(visit, id))))
                .orElseGet(visit::noSuchPage);
    }

    private Reply delete(Desk.Visit visit, Form form) {
        var id = visit.request().path("id", SequenceId::new);
        var name = database.read(tx -> sequences.find(tx, visit.account(), id))
                .map(sequence -> sequence.settings().name());
        return name.isPresent() && sequences.delete(visit.account(), id)
                ? visit.done("/sequences", "“" + name.get() + "” is deleted.")
                : visit.noSuchPage();
    }
}
