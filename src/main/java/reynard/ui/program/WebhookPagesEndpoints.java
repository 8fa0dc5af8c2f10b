package reynard.ui.program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reynard.db.Page;
import reynard.db.PageRequest;
import reynard.http.InvalidRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.ReceiverId;
import reynard.id.WebhookDeliveryId;
import reynard.ui.Body;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;
import reynard.ui.Words;
import reynard.webhook.Receiver;
import reynard.webhook.ReceiverEndpoints;
import reynard.webhook.Receivers;
import reynard.webhook.Shipment;
import reynard.webhook.Topic;

/// Webhooks: who is told of what, what they were told, and telling them once more.
public final class WebhookPagesEndpoints {
    private static final String ALL = "/settings/webhooks";
    private static final String ONE = ALL + "/{id}";
    private static final String DELIVERY = ONE + "/deliveries/{delivery_id}";
    private static final int ROWS = 50;
    private static final Set<String> FIELDS = Set.of("name", "url", "description", "events");

    private final Receivers receivers;
    private final ReceiverEndpoints bodies;
    private final Desk desk;

    public WebhookPagesEndpoints(Receivers receivers, ReceiverEndpoints bodies, Desk desk) {
        this.receivers = receivers;
        this.bodies = bodies;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, ALL, this::list);
        desk.page(routes, ALL + "/new", this::create);
        desk.form(routes, ALL + "/new", Desk.Right.RULE, this::created);
        desk.page(routes, ONE, this::show);
        desk.form(routes, ONE, Desk.Right.RULE, this::save);
        desk.form(routes, ONE + "/status", Desk.Right.RULE, this::changeStatus);
        desk.form(routes, ONE + "/secret", Desk.Right.RULE, this::rotate);
        desk.form(routes, ONE + "/delete", Desk.Right.RULE, this::delete);
        desk.page(routes, DELIVERY, this::delivery);
        desk.form(routes, DELIVERY + "/again", Desk.Right.RULE, this::again);
    }

    private static PageRequest page(Desk.Visit visit) {
        var asked = visit.request().page();
        return new PageRequest(asked.after(), asked.before(), ROWS, false);
    }

    private Reply list(Desk.Visit visit) {
        var page = receivers.list(visit.account(), Optional.empty(), page(visit));
        return visit.page(
                "ui/program/webhooks.jte",
                new WebhookListPage(
                        visit.frame("Webhooks", Section.SETTINGS),
                        page.items().stream()
                                .map(receiver -> new WebhookListPage.Row(
                                        receiver.id().value(),
                                        receiver.name(),
                                        receiver.url(),
                                        isActive(receiver),
                                        Words.count(receiver.events().size(), "kind") + " of events",
                                        visit.local().day(receiver.createdAt()),
                                        receiver.createdAt().toString()))
                                .toList(),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    private static boolean isActive(Receiver receiver) {
        return receiver.status() == Receiver.Status.ACTIVE;
    }

    private static ReceiverId id(Desk.Visit visit) {
        return visit.request().path("id", ReceiverId::new);
    }

    private static String address(ReceiverId id) {
        return ALL + "/" + id.value();
    }

    private Reply create(Desk.Visit visit) {
        return visit.page("ui/program/webhook.jte", page(visit, Optional.empty(), Form.empty(), ""));
    }

    private WebhookPage page(Desk.Visit visit, Optional<Receiver> receiver, Form form, String secret) {
        var shipments = receiver.flatMap(found ->
                receivers.shipments(visit.account(), found.id(), Optional.empty(), Optional.empty(), page(visit)));
        return new WebhookPage(
                visit.frame(receiver.map(Receiver::name).orElse("New webhook"), Section.SETTINGS),
                receiver.map(found -> found.id().value()).orElse(0L),
                receiver.map(found -> address(found.id())).orElse(ALL + "/new"),
                form,
                receiver.map(WebhookPagesEndpoints::isActive).orElse(true),
                secret,
                receiver.filter(found -> found.rotates(visit.now()))
                        .flatMap(Receiver::previousSecretExpiresAt)
                        .map(visit.local()::moment)
                        .orElse(""),
                Topic.NAMES.stream().map(name -> new Option(name, name)).toList(),
                shipments.map(Page::items).orElse(List.of()).stream()
                        .map(shipment -> row(visit, shipment))
                        .toList(),
                shipments.flatMap(PageJson::next),
                shipments.flatMap(PageJson::previous));
    }

    private static WebhookPage.Delivery row(Desk.Visit visit, Shipment shipment) {
        return new WebhookPage.Delivery(
                shipment.id().value(),
                shipment.type(),
                Words.count(shipment.eventCount(), "event"),
                outcome(shipment),
                Words.number(shipment.attempts()),
                visit.local().moment(shipment.createdAt()),
                shipment.createdAt().toString(),
                shipment.nextAttemptAt().map(visit.local()::moment).orElse(""));
    }

    private static WebhookPage.Outcome outcome(Shipment shipment) {
        return switch (shipment.status()) {
            case PENDING -> new WebhookPage.Outcome("On its way", "");
            case RETRYING -> new WebhookPage.Outcome("Tried again", "warn");
            case DELIVERED -> new WebhookPage.Outcome("Delivered", "good");
            case FAILED -> new WebhookPage.Outcome("Given up", "bad");
        };
    }

    private static Body body(Form form) {
        return new Body(form).text("name").text("url").text("description").texts("events");
    }

    /// The secret is in the answer itself and nowhere else: whoever looks at the page again does not see it.
    private Reply created(Desk.Visit visit, Form form) {
        try {
            var issued = bodies.create(visit.account(), body(form).json());
            return visit.page(
                    "ui/program/webhook.jte",
                    page(visit, Optional.of(issued.receiver()), filled(issued.receiver()), issued.secret()));
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/program/webhook.jte", page(visit, Optional.empty(), form, ""));
        }
    }

    private static Form filled(Receiver receiver) {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", receiver.name());
        values.put("url", receiver.url());
        values.put("description", receiver.description());
        values.put("events", receiver.events());
        return Form.filled(values);
    }

    private Reply show(Desk.Visit visit) {
        return receivers
                .find(visit.account(), id(visit))
                .map(receiver ->
                        visit.page("ui/program/webhook.jte", page(visit, Optional.of(receiver), filled(receiver), "")))
                .orElseGet(visit::noSuchPage);
    }

    private Reply save(Desk.Visit visit, Form form) {
        var receiver = receivers.find(visit.account(), id(visit));
        if (receiver.isEmpty()) {
            return visit.noSuchPage();
        }
        try {
            return bodies.update(visit.account(), id(visit), body(form).json())
                    .map(saved -> visit.done(address(saved.id()), "Saved."))
                    .orElseGet(visit::noSuchPage);
        } catch (InvalidRequest invalid) {
            form.refuse(invalid.faults(), FIELDS);
            return visit.refusal("ui/program/webhook.jte", page(visit, receiver, form, ""));
        }
    }

    private Reply changeStatus(Desk.Visit visit, Form form) {
        boolean on = form.value("to").equals("on");
        var body = new Body(form).put("status", on ? "active" : "disabled").json();
        return bodies.update(visit.account(), id(visit), body)
                .map(saved -> visit.done(
                        address(saved.id()), on ? "Told again." : "Not told any more, until you switch it on."))
                .orElseGet(visit::noSuchPage);
    }

    private Reply rotate(Desk.Visit visit, Form form) {
        return switch (receivers.rotate(visit.account(), id(visit), form.isOn("force"))) {
            case Receivers.Rotation.Rotated(var issued) ->
                visit.page(
                        "ui/program/webhook.jte",
                        page(visit, Optional.of(issued.receiver()), filled(issued.receiver()), issued.secret()));
            case Receivers.Rotation.NoSuchReceiver _ -> visit.noSuchPage();
            case Receivers.Rotation.WindowOpen _ ->
                visit.done(
                        address(id(visit)),
                        "Not changed: the secret before this one still signs. Tick the box to end it now.");
        };
    }

    private Reply delete(Desk.Visit visit, Form form) {
        return receivers.delete(visit.account(), id(visit))
                ? visit.done(ALL, "Deleted: nothing more is sent there.")
                : visit.noSuchPage();
    }

    private Reply delivery(Desk.Visit visit) {
        var deliveryId = visit.request().path("delivery_id", WebhookDeliveryId::new);
        var receiver = receivers.find(visit.account(), id(visit));
        var history = receivers.history(visit.account(), id(visit), deliveryId);
        return receiver.isEmpty() || history.isEmpty()
                ? visit.noSuchPage()
                : visit.page("ui/program/delivery.jte", delivery(visit, receiver.get(), history.get()));
    }

    private static WebhookDeliveryPage delivery(Desk.Visit visit, Receiver receiver, Receivers.History history) {
        var shipment = history.shipment();
        var local = visit.local();
        var facts = new ArrayList<Option>();
        facts.add(new Option("Number", Long.toString(shipment.id().value())));
        facts.add(new Option("Events in it", Words.number(shipment.eventCount())));
        facts.add(new Option("Made", local.exact(shipment.createdAt())));
        shipment.nextAttemptAt().ifPresent(at -> facts.add(new Option("Next try", local.exact(at))));
        shipment.endedAt().ifPresent(at -> facts.add(new Option("Ended", local.exact(at))));
        return new WebhookDeliveryPage(
                visit.frame(shipment.type(), Section.SETTINGS),
                receiver.id().value(),
                receiver.name(),
                shipment.id().value(),
                shipment.type(),
                outcome(shipment),
                shipment.endedAt().isPresent() && isActive(receiver),
                facts,
                shipment.body(),
                history.attempts().stream()
                        .map(attempt -> new WebhookDeliveryPage.Try(
                                attempt.number(),
                                local.moment(attempt.at()),
                                attempt.at().toString(),
                                attempt.statusCode().map(String::valueOf).orElse("No answer"),
                                attempt.statusCode()
                                                .filter(code -> code / 100 == 2)
                                                .isPresent()
                                        ? "good"
                                        : "bad",
                                attempt.durationMillis() + " ms",
                                attempt.responseBody().or(attempt::error).orElse("")))
                        .toList());
    }

    private Reply again(Desk.Visit visit, Form form) {
        var deliveryId = visit.request().path("delivery_id", WebhookDeliveryId::new);
        var back = address(id(visit)) + "/deliveries/" + deliveryId.value();
        return switch (receivers.resend(visit.account(), id(visit), deliveryId)) {
            case Receivers.Resending.Resent _ -> visit.done(back, "It is sent once more, under the same id.");
            case Receivers.Resending.NoSuchDelivery _ -> visit.noSuchPage();
            case Receivers.Resending.Disabled _ -> visit.done(back, "Not sent: this webhook is switched off.");
            case Receivers.Resending.UnderWay _ -> visit.done(back, "It is on its way already.");
        };
    }
}
