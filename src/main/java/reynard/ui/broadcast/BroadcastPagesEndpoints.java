package reynard.ui.broadcast;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.broadcast.Broadcast;
import reynard.broadcast.BroadcastEndpoints;
import reynard.broadcast.BroadcastSettings;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.Figures;
import reynard.broadcast.Mailing;
import reynard.broadcast.PostLinks;
import reynard.broadcast.Writer;
import reynard.db.Database;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.draft.Drafts;
import reynard.http.InvalidRequest;
import reynard.http.JsonBody;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.BroadcastId;
import reynard.mail.EmailAddress;
import reynard.proof.ProofEndpoints;
import reynard.segment.Segments;
import reynard.tag.Tags;
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

/// Writing a broadcast, sending it, and what came of it.
public final class BroadcastPagesEndpoints {
    private static final String ONE = "/broadcasts/{id}";
    private static final String BEGUN = "It is being sent already, or was.";
    private static final int LINKS = 50;
    private static final List<String> FIELDS = List.of(
            "subject",
            "preview_text",
            "content",
            "content_type",
            "match",
            "sources",
            "email_address",
            "email_template_id",
            "public",
            "description",
            "thumbnail_url",
            "thumbnail_alt",
            "published_at");

    /// Every field in which something may be wrong.
    private static final Set<String> SENT =
            Stream.concat(FIELDS.stream(), Stream.of("send_at")).collect(Collectors.toUnmodifiableSet());

    private final Database database;
    private final Broadcasts broadcasts;
    private final BroadcastEndpoints bodies;
    private final Mailing mailing;
    private final Audiences audiences;
    private final Accounts accounts;
    private final EmailTemplates templates;
    private final Writer writer;
    private final ProofEndpoints proofs;
    private final Variables variables;
    private final ManuscriptEndpoints manuscripts;
    private final PostLinks links;
    private final reynard.ui.Figures figures;
    private final Desk desk;

    public BroadcastPagesEndpoints(
            Database database,
            Broadcasts broadcasts,
            BroadcastEndpoints bodies,
            Mailing mailing,
            Segments segments,
            Tags tags,
            Accounts accounts,
            EmailTemplates templates,
            Writer writer,
            ProofEndpoints proofs,
            Variables variables,
            Drafts drafts,
            PostLinks links,
            reynard.ui.Figures figures,
            Desk desk) {
        this.database = database;
        this.broadcasts = broadcasts;
        this.bodies = bodies;
        this.mailing = mailing;
        this.audiences = new Audiences(segments, tags);
        this.accounts = accounts;
        this.templates = templates;
        this.writer = writer;
        this.proofs = proofs;
        this.variables = variables;
        this.manuscripts = new ManuscriptEndpoints(database, drafts, FIELDS, "broadcast", Section.BROADCASTS);
        this.links = links;
        this.figures = figures;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/broadcasts/new", this::create);
        desk.form(routes, "/broadcasts/new", this::created);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, this::save);
        desk.form(routes, ONE + "/draft", this::keepDraft);
        desk.form(routes, ONE + "/draft/drop", this::dropDraft);
        desk.page(routes, ONE + "/versions", this::versions);
        desk.form(routes, ONE + "/test", this::test);
        desk.page(routes, ONE + "/send", this::ask);
        desk.form(routes, ONE + "/send", this::send);
        desk.form(routes, ONE + "/hold", this::hold);
        desk.form(routes, ONE + "/abort", this::abort);
        desk.form(routes, ONE + "/delete", this::delete);
    }

    private static String address(BroadcastId id) {
        return "/broadcasts/" + id.value();
    }

    private static BroadcastId id(Desk.Visit visit) {
        return visit.request().path("id", BroadcastId::new);
    }

    private Optional<Broadcast> broadcast(Desk.Visit visit) {
        return database.read(tx -> broadcasts.find(tx, visit.account(), id(visit)));
    }

    private Reply create(Desk.Visit visit) {
        var form = Form.filled(Map.of(
                "match",
                Audiences.EVERYONE,
                "content",
                "<p>Hello {{ subscriber.first_name | default: \"there\" }},</p>\n<p></p>\n"));
        return visit.page("ui/broadcast/editor.jte", page(visit, Optional.empty(), form));
    }

    private Reply created(Desk.Visit visit, Form form) {
        var body = body(visit, form);
        if (!form.hasFaults()) {
            try {
                var broadcast = database.inTx(tx -> written(tx, visit, form, bodies.create(tx, visit.account(), body)));
                return visit.done(address(broadcast.id()), "Saved as a draft: nothing is sent yet.");
            } catch (InvalidRequest invalid) {
                refuse(form, invalid);
            }
        }
        return visit.refusal("ui/broadcast/editor.jte", page(visit, Optional.empty(), form));
    }

    /// How the content is written is no part of the API's bodies.
    private Broadcast written(Tx tx, Desk.Visit visit, Form form, Broadcast saved) {
        var format = format(form);
        if (saved.settings().format() == format) {
            return saved;
        }
        return broadcasts.update(tx, visit.account(), saved.id(), settings -> settings.in(format))
                        instanceof Broadcasts.Edit.Saved(var changed)
                ? changed
                : saved;
    }

    private static Format format(Form form) {
        return Format.named(form.value("content_type")).orElse(Format.HTML);
    }

    private static JsonBody body(Desk.Visit visit, Form form) {
        var dated = form.value("published_at");
        var publishedAt = visit.local().parse(dated);
        if (!dated.isBlank() && publishedAt.isEmpty()) {
            form.fault("published_at", "Choose a day and a time, or leave it empty.");
        }
        var picture = form.value("thumbnail_url").strip();
        if (!picture.isEmpty() && !picture.matches("(?i)https?://.+")) {
            form.fault("thumbnail_url", "Must begin with https:// or http://.");
        }
        return new Body(form)
                .text("subject")
                .textOrNone("preview_text")
                .lines("content")
                .textOrNone("description")
                .textOrNone("thumbnail_url")
                .textOrNone("thumbnail_alt")
                .put("published_at", publishedAt.map(Instant::toString).orElse(null))
                .textOrNone("email_address")
                .number("email_template_id")
                .flag("public")
                .put("subscriber_filter", Audiences.filter(form))
                .json();
    }

    /// Some of Kit's sentences begin with a capital.
    private static void refuse(Form form, InvalidRequest invalid) {
        form.refuse(
                invalid.faults().stream()
                        .map(fault -> {
                            int space = Math.max(0, fault.indexOf(' '));
                            return fault.substring(0, space).toLowerCase(Locale.ROOT) + fault.substring(space);
                        })
                        .toList(),
                SENT);
    }

    private Reply show(Desk.Visit visit) {
        var found = broadcast(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        if (!found.get().isOpen()) {
            return report(visit, found.get());
        }
        var opened = manuscripts.open(visit, Drafts.about(found.get().id()), filled(visit, found.get()));
        return visit.page(
                "ui/broadcast/editor.jte", page(visit, found, opened.form()).withDraft(opened.draft()));
    }

    private Reply open(Desk.Visit visit, Function<Broadcast, Reply> act) {
        return broadcast(visit).filter(Broadcast::isOpen).map(act).orElseGet(visit::noSuchPage);
    }

    private Reply keepDraft(Desk.Visit visit, Form form) {
        return open(visit, broadcast -> manuscripts.keep(visit, Drafts.about(broadcast.id()), form));
    }

    private Reply dropDraft(Desk.Visit visit, Form form) {
        return open(visit, broadcast -> manuscripts.drop(visit, Drafts.about(broadcast.id()), address(broadcast.id())));
    }

    private Reply versions(Desk.Visit visit) {
        return open(
                visit,
                broadcast -> manuscripts.versions(
                        visit,
                        Drafts.about(broadcast.id()),
                        address(broadcast.id()),
                        BroadcastListEndpoints.subject(broadcast)));
    }

    /// As it was saved last.
    private Reply test(Desk.Visit visit, Form form) {
        return open(visit, broadcast -> {
            var written = database.read(tx -> writer.written(tx, visit.account(), broadcast.settings()));
            try {
                proofs.test(
                        visit.account(),
                        written,
                        EmailAddress.parse(visit.user()).orElseThrow());
                return visit.done(address(broadcast.id()), "Sent to " + visit.user() + ", as it was saved last.");
            } catch (InvalidRequest invalid) {
                return visit.done(address(broadcast.id()), "Not sent: " + String.join(" ", invalid.faults()) + ".");
            }
        });
    }

    private Form filled(Desk.Visit visit, Broadcast broadcast) {
        var settings = broadcast.settings();
        var values = new LinkedHashMap<String, Object>();
        values.put("based_on", broadcast.updatedAt());
        values.put("subject", settings.subject().orElse(""));
        values.put("preview_text", settings.previewText().orElse(""));
        values.put("content", settings.content().orElse(""));
        values.put("content_type", settings.format().wireName());
        values.put("thumbnail_url", settings.thumbnailUrl().orElse(""));
        values.put("thumbnail_alt", settings.thumbnailAlt().orElse(""));
        values.put(
                "published_at", settings.publishedAt().map(visit.local()::field).orElse(""));
        values.put("description", settings.description().orElse(""));
        values.put(
                "email_address",
                settings.sendingAddress()
                        .flatMap(id -> senders(visit).stream()
                                .filter(sender -> sender.id().equals(id))
                                .findFirst())
                        .map(SendingAddress::emailAddress)
                        .orElse(""));
        values.put(
                "email_template_id",
                settings.emailTemplate().map(id -> Long.toString(id.value())).orElse(""));
        if (settings.isPublic()) {
            values.put("public", "on");
        }
        Audiences.fill(values, settings.audience());
        return Form.filled(values);
    }

    private List<SendingAddress> senders(Desk.Visit visit) {
        return database.read(tx -> accounts.sendingAddresses(tx, visit.account())).stream()
                .filter(SendingAddress::verified)
                .toList();
    }

    private BroadcastPage page(Desk.Visit visit, Optional<Broadcast> broadcast, Form form) {
        return new BroadcastPage(
                visit.frame(broadcast.map(BroadcastListEndpoints::subject).orElse("New broadcast"), Section.BROADCASTS),
                broadcast.map(found -> found.id().value()).orElse(0L),
                broadcast.map(found -> address(found.id())).orElse("/broadcasts/new"),
                form,
                broadcast.map(Broadcast::stage).map(Step::of).orElse(new Step("Draft", "")),
                broadcast
                        .flatMap(found -> found.settings().sendAt())
                        .map(visit.local()::moment)
                        .orElse(""),
                templates.list(visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                        .map(template -> new Option(Long.toString(template.id().value()), template.name()))
                        .toList(),
                senders(visit).stream()
                        .map(sender -> new Option(sender.emailAddress(), named(sender)))
                        .toList(),
                audiences.segments(visit.account()),
                audiences.tags(visit.account()),
                variables.of(visit.account()),
                visit.accountItself().timeZone(),
                "");
    }

    private static String named(SendingAddress sender) {
        return sender.fromName() + " <" + sender.emailAddress() + ">";
    }

    private Reply save(Desk.Visit visit, Form form) {
        var found = broadcast(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        var body = body(visit, form);
        if (!form.hasFaults()) {
            try {
                var edit = database.inTx(tx -> isOvertaken(tx, visit, form)
                        ? Optional.<Broadcasts.Edit>empty()
                        : Optional.of(edited(tx, visit, form, body)));
                if (edit.isEmpty()) {
                    return overtaken(visit, form);
                }
                switch (edit.get()) {
                    case Broadcasts.Edit.Saved(var broadcast) -> {
                        // Beside the edit, which may have been tried several times: a version too many does no harm.
                        manuscripts.saved(visit, Drafts.about(broadcast.id()), form);
                        return visit.done(address(broadcast.id()), "Saved.");
                    }
                    case Broadcasts.Edit.NotFound _ -> {
                        return visit.noSuchPage();
                    }
                    case Broadcasts.Edit.AlreadySending _ -> {
                        return visit.done(address(id(visit)), BEGUN + " What you typed was not saved.");
                    }
                }
            } catch (InvalidRequest invalid) {
                refuse(form, invalid);
            }
        }
        return visit.refusal("ui/broadcast/editor.jte", page(visit, found, form));
    }

    private Broadcasts.Edit edited(Tx tx, Desk.Visit visit, Form form, JsonBody body) {
        var format = format(form);
        broadcasts.update(tx, visit.account(), id(visit), settings -> settings.in(format));
        return bodies.update(tx, visit.account(), id(visit), () -> body);
    }

    /// Whether somebody has saved the broadcast since the form was opened.
    private boolean isOvertaken(Tx tx, Desk.Visit visit, Form form) {
        return broadcasts
                .findForUpdate(tx, visit.account(), id(visit))
                .filter(Broadcast::isOpen)
                .filter(now -> !now.updatedAt().toString().equals(form.value("based_on")))
                .isPresent();
    }

    private Reply overtaken(Desk.Visit visit, Form mine) {
        return broadcast(visit)
                .map(theirs -> manuscripts.conflict(
                        visit,
                        address(theirs.id()),
                        BroadcastListEndpoints.subject(theirs),
                        theirs.updatedAt().toString(),
                        mine,
                        differences(visit, filled(visit, theirs), mine)))
                .orElseGet(visit::noSuchPage);
    }

    private List<Difference> differences(Desk.Visit visit, Form theirs, Form mine) {
        return List.of(
                difference("Subject", "subject", theirs, mine),
                difference("Preview text", "preview_text", theirs, mine),
                new Difference(
                        "Written in", format(theirs).wireName(), format(mine).wireName()),
                new Difference("For whom", audience(visit, theirs), audience(visit, mine)),
                difference("From", "email_address", theirs, mine),
                new Difference("Layout", layout(visit, theirs), layout(visit, mine)),
                new Difference(
                        "Also on the web", theirs.isOn("public") ? "yes" : "no", mine.isOn("public") ? "yes" : "no"),
                difference("Description of the post", "description", theirs, mine),
                difference("Picture", "thumbnail_url", theirs, mine),
                difference("What the picture shows", "thumbnail_alt", theirs, mine),
                difference("Dated", "published_at", theirs, mine),
                difference("Text", "content", theirs, mine));
    }

    private static Difference difference(String label, String field, Form theirs, Form mine) {
        return new Difference(label, theirs.value(field), mine.value(field));
    }

    private String audience(Desk.Visit visit, Form form) {
        var names = Stream.concat(
                        audiences.segments(visit.account()).stream(), audiences.tags(visit.account()).stream())
                .filter(option -> form.has("sources", option.value()))
                .map(Option::label);
        return form.value("match") + ": " + names.collect(Collectors.joining(", "));
    }

    private String layout(Desk.Visit visit, Form form) {
        return templates.list(visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX)).items().stream()
                .filter(template -> Long.toString(template.id().value()).equals(form.value("email_template_id")))
                .map(template -> template.name())
                .findFirst()
                .orElse("the account’s");
    }

    private Reply ask(Desk.Visit visit) {
        return broadcast(visit)
                .map(broadcast -> broadcast.isOpen()
                        ? reached(visit, broadcast)
                                .map(reached -> visit.page(
                                        "ui/broadcast/send.jte",
                                        question(visit, broadcast, reached, asked(visit, broadcast))))
                                .orElseGet(() -> visit.counting("Send it", Section.BROADCASTS))
                        : visit.go(address(broadcast.id())))
                .orElseGet(visit::noSuchPage);
    }

    private static Form asked(Desk.Visit visit, Broadcast broadcast) {
        var at = broadcast.settings().sendAt();
        return Form.filled(Map.of(
                "when",
                at.isPresent() ? "at" : "now",
                "send_at",
                at.map(visit.local()::field).orElse("")));
    }

    /// To how many it would go.
    ///
    /// @param people empty when something that says whom it is for is gone
    private record Reached(Optional<Long> people, Instant at) {}

    /// Empty while they are counted.
    private Optional<Reached> reached(Desk.Visit visit, Broadcast broadcast) {
        var account = visit.account();
        var audience = broadcast.settings().audience();
        var now = visit.now();
        return figures.get(
                account,
                Reached.class,
                reynard.ui.Figures.name(audience.toString()),
                () -> new Reached(database.read(tx -> mailing.reach(tx, account, audience)), now));
    }

    private SendPage question(Desk.Visit visit, Broadcast broadcast, Reached reached, Form form) {
        var settings = broadcast.settings();
        var reach = reached.people();
        return database.read(tx -> {
            return new SendPage(
                    visit.frame("Send “" + BroadcastListEndpoints.subject(broadcast) + "”", Section.BROADCASTS),
                    broadcast.id().value(),
                    BroadcastListEndpoints.subject(broadcast),
                    sender(tx, visit, settings),
                    audiences.sentence(tx, visit.account(), settings.audience()),
                    reach.map(count -> Words.count(count, "person")).orElse("nobody"),
                    visit.local().exact(reached.at()),
                    obstacles(settings, reach),
                    settings.sendAt().map(visit.local()::moment).orElse(""),
                    visit.accountItself().timeZone(),
                    form);
        });
    }

    private String sender(Tx tx, Desk.Visit visit, BroadcastSettings settings) {
        var addresses = accounts.sendingAddresses(tx, visit.account());
        return settings.sendingAddress()
                .flatMap(id -> addresses.stream()
                        .filter(sender -> sender.id().equals(id))
                        .findFirst())
                .or(() -> addresses.stream().filter(SendingAddress::isDefault).findFirst())
                .map(BroadcastPagesEndpoints::named)
                .orElse("the account’s address");
    }

    private static List<String> obstacles(BroadcastSettings settings, Optional<Long> reach) {
        var obstacles = new ArrayList<String>();
        if (settings.subject().isEmpty()) {
            obstacles.add("It has no subject.");
        }
        if (settings.content().isEmpty()) {
            obstacles.add("It has no text.");
        }
        if (reach.isEmpty()) {
            obstacles.add("A segment or tag that says whom it is for has been deleted.");
        }
        return obstacles;
    }

    private Reply send(Desk.Visit visit, Form form) {
        var found = broadcast(visit);
        if (found.isEmpty()) {
            return visit.noSuchPage();
        }
        boolean now = form.value("when").equals("now");
        var at = now ? Optional.of(visit.now()) : visit.local().parse(form.value("send_at"));
        if (at.isEmpty()) {
            form.fault("send_at", "Choose a day and a time.");
        } else if (!now && at.get().isBefore(visit.now())) {
            form.fault("send_at", "This is in the past.");
        } else {
            try {
                var body = new Body(form).put("send_at", at.get().toString()).json();
                var edit = database.inTx(tx -> bodies.update(tx, visit.account(), id(visit), () -> body));
                return switch (edit) {
                    case Broadcasts.Edit.Saved _ ->
                        visit.done(
                                now ? "/broadcasts" : address(id(visit)),
                                now
                                        ? "It goes out now."
                                        : "Scheduled for " + visit.local().dated(at.get()) + ".");
                    case Broadcasts.Edit.NotFound _ -> visit.noSuchPage();
                    case Broadcasts.Edit.AlreadySending _ -> visit.done(address(id(visit)), BEGUN);
                };
            } catch (InvalidRequest invalid) {
                refuse(form, invalid);
            }
        }
        return reached(visit, found.get())
                .map(reached -> visit.refusal("ui/broadcast/send.jte", question(visit, found.get(), reached, form)))
                .orElseGet(() -> visit.go(address(id(visit)) + "/send"));
    }

    /// Back to a draft, as long as it has not begun.
    private Reply hold(Desk.Visit visit, Form form) {
        var body = new Body(form).put("send_at", null).json();
        return switch (database.inTx(tx -> bodies.update(tx, visit.account(), id(visit), () -> body))) {
            case Broadcasts.Edit.Saved _ -> visit.done(address(id(visit)), "A draft again: nothing is sent.");
            case Broadcasts.Edit.NotFound _ -> visit.noSuchPage();
            case Broadcasts.Edit.AlreadySending _ -> visit.done(address(id(visit)), BEGUN);
        };
    }

    private Reply abort(Desk.Visit visit, Form form) {
        return switch (database.inTx(tx -> broadcasts.abort(tx, visit.account(), id(visit)))) {
            case Broadcasts.Abortion.Aborted _ ->
                visit.done(address(id(visit)), "Stopped: whoever has not got it does not get it.");
            case Broadcasts.Abortion.NotFound _ -> visit.noSuchPage();
            case Broadcasts.Abortion.NotUnderWay _ -> visit.done(address(id(visit)), "There is nothing to stop.");
        };
    }

    private Reply delete(Desk.Visit visit, Form form) {
        return switch (broadcasts.delete(visit.account(), id(visit))) {
            case Broadcasts.Deletion.Deleted _ -> visit.done("/broadcasts", "Deleted.");
            case Broadcasts.Deletion.NotFound _ -> visit.noSuchPage();
            case Broadcasts.Deletion.AlreadySending _ -> visit.done(address(id(visit)), BEGUN);
        };
    }

    private Reply report(Desk.Visit visit, Broadcast broadcast) {
        return BroadcastListEndpoints.Counted.of(visit, figures, database, broadcasts, List.of(broadcast.id()))
                .map(counted -> visit.page(
                        "ui/broadcast/report.jte", report(visit, broadcast, counted.of(broadcast.id()), counted.at())))
                .orElseGet(() -> visit.counting(BroadcastListEndpoints.subject(broadcast), Section.BROADCASTS));
    }

    private ReportPage report(Desk.Visit visit, Broadcast broadcast, Figures figures, Instant at) {
        var asked = visit.request().page();
        var request = new PageRequest(asked.after(), asked.before(), LINKS, false);
        return database.read(tx -> {
            var clicked = broadcasts.clicked(tx, visit.account(), broadcast.id(), request);
            return new ReportPage(
                    visit.frame(BroadcastListEndpoints.subject(broadcast), Section.BROADCASTS),
                    broadcast.id().value(),
                    BroadcastListEndpoints.subject(broadcast),
                    Step.of(broadcast.stage()),
                    figures.progress(broadcast).toBigInteger().toString(),
                    broadcast.stage() instanceof Broadcast.Stage.Sending,
                    visit.local().exact(at),
                    tiles(broadcast, figures),
                    facts(tx, visit, broadcast),
                    broadcast
                            .post()
                            .flatMap(post -> links.of(visit.accountItself(), post))
                            .orElse(""),
                    clicked.items().stream()
                            .map(link -> new ReportPage.Link(
                                    link.url(),
                                    Words.number(link.readers()),
                                    Words.rate(link.readers(), figures.recipients())))
                            .toList(),
                    address(broadcast.id()),
                    PageJson.next(clicked),
                    PageJson.previous(clicked));
        });
    }

    private static List<ReportPage.Tile> tiles(Broadcast broadcast, Figures figures) {
        long recipients = figures.recipients();
        return List.of(
                new ReportPage.Tile(
                        "Sent", Words.number(recipients), "of " + Words.number(broadcast.audienceCount()) + " chosen"),
                new ReportPage.Tile("Opened", Words.rate(figures.opened(), recipients), Words.number(figures.opened())),
                new ReportPage.Tile(
                        "Clicked", Words.rate(figures.clicked(), recipients), Words.number(figures.clicked())),
                new ReportPage.Tile(
                        "Unsubscribed",
                        Words.rate(figures.unsubscribed(), recipients),
                        Words.number(figures.unsubscribed())),
                new ReportPage.Tile("Clicks in all", Words.number(figures.clicks()), ""));
    }

    private List<Option> facts(Tx tx, Desk.Visit visit, Broadcast broadcast) {
        var facts = new ArrayList<Option>();
        facts.add(new Option(
                "For",
                Words.capital(audiences.sentence(
                        tx, visit.account(), broadcast.settings().audience()))));
        facts.add(new Option("From", sender(tx, visit, broadcast.settings())));
        broadcast
                .stage()
                .startedAt()
                .ifPresent(at -> facts.add(new Option("Began", visit.local().exact(at))));
        broadcast
                .stage()
                .endedAt()
                .ifPresent(at -> facts.add(new Option("Ended", visit.local().exact(at))));
        if (broadcast.stage() instanceof Broadcast.Stage.Aborted(var _, var _, var reason)) {
            facts.add(new Option(
                    "Stopped",
                    switch (reason) {
                        case BY_HAND -> "by hand";
                        case AUDIENCE_GONE -> "because a segment or tag of its audience has been deleted";
                    }));
        }
        return facts;
    }
}
