package reynard.ui.sending;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.db.Tx;
import reynard.delivery.Decision;
import reynard.delivery.Deliveries;
import reynard.delivery.Delivery;
import reynard.delivery.DeliveryFilter;
import reynard.delivery.Kind;
import reynard.enrollment.Rule;
import reynard.foresight.Why;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.sequence.Sequences;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Local;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;

/// The ledger, to be looked through.
public final class LedgerEndpoints {
    private static final int ROWS = 50;
    private static final int NOTE_MAX = 1_000;
    private static final List<String> STATES =
            Arrays.stream(Delivery.State.values()).map(Delivery.State::wireName).toList();

    private final Database database;
    private final Deliveries deliveries;
    private final Sequences sequences;
    private final Subscribers subscribers;
    private final Desk desk;

    public LedgerEndpoints(
            Database database, Deliveries deliveries, Sequences sequences, Subscribers subscribers, Desk desk) {
        this.database = database;
        this.deliveries = deliveries;
        this.sequences = sequences;
        this.subscribers = subscribers;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/sending", this::list);
        desk.page(routes, "/sending/{id}", this::show);
        desk.form(routes, "/sending/{id}/resend", (visit, form) -> decide(visit, form, Decision.Verdict.RESEND));
        desk.form(routes, "/sending/{id}/leave", (visit, form) -> decide(visit, form, Decision.Verdict.LEAVE));
    }

    private Reply list(Desk.Visit visit) {
        var request = visit.request();
        var state = request.oneOf("state", STATES);
        var sequence = request.id("sequence").map(SequenceId::new);
        var address = request.query("to").map(String::strip).orElse("");
        var asked = request.page();
        var person = address.isEmpty()
                ? Optional.<SubscriberId>empty()
                : database.read(tx -> subscribers.findByEmail(tx, visit.account(), address))
                        .map(Subscriber::id);
        var form = Form.filled(Map.of(
                "state", state.orElse(""),
                "sequence", sequence.map(id -> Long.toString(id.value())).orElse(""),
                "to", address));
        if (!address.isEmpty() && person.isEmpty()) {
            form.fault("to", "Nobody on your list has this address.");
        }
        var page = deliveries.list(
                visit.account(),
                new DeliveryFilter(
                        state.map(name -> Delivery.State.valueOf(name.toUpperCase(Locale.ROOT))),
                        Optional.empty(),
                        Optional.empty(),
                        sequence,
                        Optional.empty(),
                        person,
                        Optional.empty(),
                        Optional.empty()),
                new PageRequest(asked.after(), asked.before(), ROWS, false));
        return database.read(tx -> visit.page(
                "ui/sending/ledger.jte",
                new LedgerPage(
                        visit.frame("Sending", Section.SENDING),
                        form,
                        Arrays.stream(Delivery.State.values())
                                .map(one -> new Option(
                                        one.wireName(), LedgerPage.State.of(one).label()))
                                .toList(),
                        sequences
                                .list(tx, visit.account(), PageRequest.first(PageRequest.PER_PAGE_MAX))
                                .items()
                                .stream()
                                .map(one -> new Option(
                                        Long.toString(one.id().value()),
                                        one.settings().name()))
                                .toList(),
                        visit.accountItself().timeZone(),
                        form.hasFaults() ? List.of() : rows(tx, visit, page),
                        path(form),
                        form.hasFaults() ? Optional.empty() : PageJson.next(page),
                        form.hasFaults() ? Optional.empty() : PageJson.previous(page))));
    }

    private static String path(Form form) {
        var query = new ArrayList<String>();
        for (var name : List.of("state", "sequence", "to")) {
            if (!form.value(name).isEmpty()) {
                query.add(name + "=" + URLEncoder.encode(form.value(name), StandardCharsets.UTF_8));
            }
        }
        return query.isEmpty() ? "/sending" : "/sending?" + String.join("&", query);
    }

    private List<LedgerPage.Row> rows(Tx tx, Desk.Visit visit, Page<Delivery> page) {
        var people = subscribers.findAll(
                tx,
                visit.account(),
                page.items().stream()
                        .flatMap(delivery -> delivery.kind().subscriber().stream())
                        .toList());
        var subjects = new HashMap<SequenceEmailId, String>();
        var local = visit.local();
        return page.items().stream()
                .map(delivery -> new LedgerPage.Row(
                        delivery.id().value(),
                        what(tx, visit.account(), delivery.kind(), subjects),
                        to(delivery.kind(), people),
                        delivery.kind().subscriber().map(SubscriberId::value).orElse(0L),
                        LedgerPage.State.of(delivery.state()),
                        local.moment(delivery.dueAt()),
                        delivery.dueAt().toString(),
                        words(delivery, local)))
                .toList();
    }

    /// @param subjects those found before
    private String what(Tx tx, AccountId account, Kind kind, Map<SequenceEmailId, String> subjects) {
        return switch (kind) {
            case Kind.SequenceMail mail ->
                subjects.computeIfAbsent(
                        mail.email(),
                        id -> sequences
                                .findEmail(tx, account, id)
                                .map(email -> email.settings().subject())
                                .orElse("An email of a sequence"));
            case Kind.BroadcastMail _ -> "A broadcast";
            case Kind.NoticeMail notice ->
                switch (notice.purpose()) {
                    case CONFIRMATION -> "Asks for a confirmation";
                    case VERIFICATION -> "Verifies a sending address";
                    case TEST -> "A test";
                    case REHEARSAL -> "A rehearsal";
                    case INVITATION -> "An invitation";
                    case PASSWORD_RESET -> "A new password";
                    case ADDRESS_CHANGE -> "Asks at a reader's new address";
                    case ADDRESS_CHANGED -> "Tells a reader's old address";
                };
        };
    }

    private static String to(Kind kind, Map<SubscriberId, Subscriber> people) {
        if (kind instanceof Kind.NoticeMail notice) {
            return notice.recipient();
        }
        return kind.subscriber()
                .flatMap(id -> Optional.ofNullable(people.get(id)))
                .map(Subscriber::emailAddress)
                .orElse("somebody who is deleted");
    }

    /// Why it was not sent, or the server's last words.
    private static String words(Delivery delivery, Local local) {
        var reason = delivery.reason()
                .map(code -> Why.because(new Rule(code, delivery.detail()), text -> said(text, local)))
                .map(text -> Words.capital(text) + ".")
                .orElse("");
        return delivery.reply()
                .map(reply -> reason.isEmpty() ? reply : reason + " " + reply)
                .orElse(reason);
    }

    private static String said(String moment, Local local) {
        try {
            return local.dated(Instant.parse(moment));
        } catch (DateTimeParseException e) {
            return moment;
        }
    }

    private Reply show(Desk.Visit visit) {
        var found = deliveries.find(visit.account(), visit.request().path("id", DeliveryId::new));
        return found.map(delivery ->
                        database.read(tx -> visit.page("ui/sending/delivery.jte", page(tx, visit, delivery))))
                .orElseGet(visit::noSuchPage);
    }

    private Reply decide(Desk.Visit visit, Form form, Decision.Verdict verdict) {
        var id = visit.request().path("id", DeliveryId::new);
        var note = Optional.of(form.value("note").strip().replace("\0", ""))
                .filter(text -> !text.isEmpty())
                .map(text -> text.length() > NOTE_MAX ? text.substring(0, NOTE_MAX) : text);
        var home = "/sending/" + id.value();
        return switch (deliveries.decide(visit.account(), id, verdict, note, visit.now())) {
            case Decision.Deciding.Decided(var delivery) ->
                visit.done(
                        home,
                        verdict == Decision.Verdict.LEAVE
                                ? "It stays as it is."
                                : delivery.state() == Delivery.State.SKIPPED
                                        ? "It must not go out any more, and is skipped."
                                        : "It goes out again.");
            case Decision.Deciding.NoSuchDelivery _ -> visit.noSuchPage();
            case Decision.Deciding.NotOpen _ -> visit.done(home, "There is nothing to decide about it any more.");
        };
    }

    private DeliveryPage page(Tx tx, Desk.Visit visit, Delivery delivery) {
        var local = visit.local();
        var people = subscribers.findAll(
                tx, visit.account(), delivery.kind().subscriber().stream().toList());
        var what = what(tx, visit.account(), delivery.kind(), new HashMap<>());
        var facts = new ArrayList<Option>();
        facts.add(new Option("Due", local.exact(delivery.dueAt())));
        delivery.nextAttemptAt().ifPresent(at -> facts.add(new Option("Tried next", local.exact(at))));
        delivery.uncertainAt().ifPresent(at -> facts.add(new Option("Found uncertain", local.exact(at))));
        delivery.settledAt().ifPresent(at -> facts.add(new Option("Settled", local.exact(at))));
        delivery.bouncedAt().ifPresent(at -> facts.add(new Option("Came back", local.exact(at))));
        for (var decision : deliveries.decisions(visit.account(), delivery.id())) {
            var verdict = decision.verdict() == Decision.Verdict.RESEND ? "Sent again by hand" : "Left by hand";
            facts.add(new Option(
                    verdict,
                    local.exact(decision.at())
                            + decision.note().map(note -> ": " + note).orElse("")));
        }
        return new DeliveryPage(
                visit.frame(what, Section.SENDING),
                delivery.id().value(),
                what,
                delivery.kind() instanceof Kind.SequenceMail mail
                        ? "/sequences/" + mail.sequence().value()
                        : "",
                to(delivery.kind(), people),
                delivery.kind().subscriber().map(SubscriberId::value).orElse(0L),
                LedgerPage.State.of(delivery.state()),
                words(delivery, local),
                delivery.state() == Delivery.State.UNCERTAIN || delivery.state() == Delivery.State.HELD,
                delivery.state() == Delivery.State.UNCERTAIN,
                facts,
                deliveries.attempts(visit.account(), delivery.id()).stream()
                        .map(attempt -> new DeliveryPage.Try(
                                attempt.number(),
                                local.exact(attempt.at()),
                                attempt.at().toString(),
                                Words.capital(attempt.outcome()),
                                tone(attempt.outcome()),
                                attempt.stage().orElse(""),
                                attempt.reply().orElse("")))
                        .toList());
    }

    private static String tone(String outcome) {
        return switch (outcome) {
            case "accepted" -> "good";
            case "deferred", "broken", "uncertain" -> "warn";
            default -> "bad";
        };
    }
}
