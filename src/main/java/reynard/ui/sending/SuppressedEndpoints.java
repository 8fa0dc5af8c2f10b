package reynard.ui.sending;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import reynard.db.PageRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.SubscriberId;
import reynard.id.SuppressionId;
import reynard.mail.EmailAddress;
import reynard.subscriber.Suppression;
import reynard.subscriber.Suppressions;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Option;
import reynard.ui.Section;

/// Who gets no mail at all. Whatever is taken off the list stays on record.
public final class SuppressedEndpoints {
    private static final String HOME = "/sending/suppressed";
    private static final int ROWS = 50;
    private static final int REMOVALS = 20;
    private static final int NOTE_MAX = 1_000;

    private final Suppressions suppressions;
    private final Desk desk;

    public SuppressedEndpoints(Suppressions suppressions, Desk desk) {
        this.suppressions = suppressions;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, HOME, visit -> visit.page("ui/sending/suppressed.jte", page(visit, Form.empty())));
        desk.form(routes, HOME, this::add);
        desk.form(routes, HOME + "/{id}/remove", this::remove);
    }

    private SuppressedPage page(Desk.Visit visit, Form form) {
        var asked = visit.request().page();
        var typed = visit.request().query("q").orElse("").strip();
        var reason = visit.request().oneOf("reason", Suppression.Reason.NAMES);
        var address = EmailAddress.parse(typed);
        var filter = Form.filled(Map.of("q", typed, "reason", reason.orElse("")));
        if (!typed.isEmpty() && address.isEmpty()) {
            filter.fault("q", "This is no email address.");
        }
        var page = suppressions.list(
                visit.account(),
                address,
                reason.flatMap(name -> Stream.of(Suppression.Reason.values())
                        .filter(one -> one.wireName().equals(name))
                        .findFirst()),
                new PageRequest(asked.after(), asked.before(), ROWS, false));
        return new SuppressedPage(
                visit.frame("Suppressed", Section.SENDING),
                filter,
                form,
                Stream.of(Suppression.Reason.values())
                        .map(one -> new Option(one.wireName(), label(one)))
                        .toList(),
                filter.hasFaults()
                        ? List.of()
                        : page.items().stream().map(entry -> row(visit, entry)).toList(),
                suppressions.removals(visit.account(), PageRequest.first(REMOVALS)).items().stream()
                        .map(removal -> new SuppressedPage.Removal(
                                removal.suppression().address(),
                                label(removal.suppression().reason()),
                                visit.local().moment(removal.at()),
                                removal.note().orElse("")))
                        .toList(),
                path(filter),
                PageJson.next(page),
                PageJson.previous(page));
    }

    private static SuppressedPage.Row row(Desk.Visit visit, Suppression entry) {
        return new SuppressedPage.Row(
                entry.id().value(),
                entry.address(),
                label(entry.reason()),
                switch (entry.reason()) {
                    case UNSUBSCRIBED, MANUAL -> "";
                    case BOUNCED, COMPLAINED -> "bad";
                },
                entry.evidence(),
                visit.local().day(entry.createdAt()),
                entry.subscriber().map(SubscriberId::value).orElse(0L));
    }

    private static String label(Suppression.Reason reason) {
        return switch (reason) {
            case UNSUBSCRIBED -> "Unsubscribed";
            case MANUAL -> "By hand";
            case BOUNCED -> "Bounced";
            case COMPLAINED -> "Complained";
        };
    }

    private static String path(Form filter) {
        var query = new ArrayList<String>();
        for (var name : List.of("q", "reason")) {
            if (!filter.value(name).isEmpty()) {
                query.add(name + "=" + URLEncoder.encode(filter.value(name), StandardCharsets.UTF_8));
            }
        }
        return query.isEmpty() ? HOME : HOME + "?" + String.join("&", query);
    }

    private static Optional<String> note(Form form) {
        var note = form.value("note").replace("\0", "").strip();
        return Optional.of(note.length() > NOTE_MAX ? note.substring(0, NOTE_MAX) : note)
                .filter(text -> !text.isEmpty());
    }

    private Reply add(Desk.Visit visit, Form form) {
        var address = EmailAddress.parse(form.value("email_address").strip());
        if (address.isEmpty()) {
            form.fault("email_address", "This is no email address.");
            return visit.refusal("ui/sending/suppressed.jte", page(visit, form));
        }
        suppressions.add(visit.account(), address.get(), note(form).orElse(""));
        return visit.done(HOME, "No mail goes to " + address.get().value() + " any more.");
    }

    private Reply remove(Desk.Visit visit, Form form) {
        return suppressions.remove(visit.account(), visit.request().path("id", SuppressionId::new), note(form))
                ? visit.done(HOME, "Taken off the list; that it was there stays on record.")
                : visit.noSuchPage();
    }
}
