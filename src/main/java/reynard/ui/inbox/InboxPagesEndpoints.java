package reynard.ui.inbox;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import reynard.db.PageRequest;
import reynard.http.PageJson;
import reynard.http.Reply;
import reynard.http.Routes;
import reynard.id.InboxMessageId;
import reynard.inbox.Inbox;
import reynard.inbox.InboxMessage;
import reynard.inbox.ParsedMail;
import reynard.ui.Desk;
import reynard.ui.Form;
import reynard.ui.Section;

/// The built-in inbox, to be read.
public final class InboxPagesEndpoints {
    private static final int ROWS = 50;

    private final Inbox inbox;
    private final boolean inUse;
    private final Desk desk;

    /// @param inUse whether no relay is named, so that mail goes there
    public InboxPagesEndpoints(Inbox inbox, boolean inUse, Desk desk) {
        this.inbox = inbox;
        this.inUse = inUse;
        this.desk = desk;
    }

    public void register(Routes routes) {
        desk.page(routes, "/inbox", this::show);
        desk.page(routes, "/inbox/{id}", this::open);
        desk.page(routes, "/inbox/{id}/html", this::html);
    }

    private Reply show(Desk.Visit visit) {
        var to = visit.request().query("to").map(String::strip).filter(text -> !text.isEmpty());
        var asked = visit.request().page();
        var page = inbox.list(visit.account(), to, new PageRequest(asked.after(), asked.before(), ROWS, false));
        return visit.page(
                "ui/inbox/list.jte",
                new InboxPage(
                        visit.frame("Inbox", Section.INBOX),
                        inUse,
                        Form.filled(Map.of("to", to.orElse(""))),
                        page.items().stream()
                                .map(message -> row(visit, message))
                                .toList(),
                        to.map(address -> "/inbox?to=" + URLEncoder.encode(address, StandardCharsets.UTF_8))
                                .orElse("/inbox"),
                        PageJson.next(page),
                        PageJson.previous(page)));
    }

    private static InboxPage.Row row(Desk.Visit visit, InboxMessage message) {
        return new InboxPage.Row(
                message.id().value(),
                message.to(),
                message.subject().isBlank() ? "(no subject)" : message.subject(),
                visit.local().moment(message.receivedAt()),
                message.receivedAt().toString());
    }

    private Optional<InboxMessage> message(Desk.Visit visit) {
        return inbox.find(visit.account(), visit.request().path("id", InboxMessageId::new));
    }

    private Reply open(Desk.Visit visit) {
        return message(visit)
                .map(message -> {
                    var mail = ParsedMail.of(message.raw());
                    return visit.page(
                            "ui/inbox/mail.jte",
                            new MailPage(
                                    visit.frame(mail.subject(), Section.INBOX),
                                    message.id().value(),
                                    mail.subject(),
                                    mail.headers().getOrDefault("From", message.from()),
                                    message.to(),
                                    visit.local().exact(message.receivedAt()),
                                    mail.html().isPresent(),
                                    mail.text().orElse(""),
                                    mail.headers()));
                })
                .orElseGet(visit::noSuchPage);
    }

    private Reply html(Desk.Visit visit) {
        return message(visit)
                .flatMap(message -> ParsedMail.of(message.raw()).html())
                .map(Desk::sandboxedWithLinks)
                .orElseGet(visit::noSuchPage);
    }
}
