package reynard.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.identity.DkimKeys;
import reynard.identity.ReturnPath;
import reynard.mail.EmailAddress;
import reynard.mail.Header;
import reynard.mail.Message;
import reynard.mail.Mime;
import reynard.mail.dkim.DkimKey;
import reynard.mail.dkim.DkimSigner;
import reynard.sequence.EmailSettings;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.Subscribers;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplate;
import reynard.template.EmailTemplates;

/// Writes the email of a delivery: what the author wrote at this moment, with the reader's values and the headers of a
/// list.
public final class Letters {
    private final Database database;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Sequences sequences;
    private final EmailTemplates templates;
    private final EmailRenderer renderer;
    private final Tracker tracker;
    private final Links links;
    private final DkimKeys dkimKeys;
    private final ReturnPath returnPath;

    public Letters(
            Database database,
            Accounts accounts,
            Subscribers subscribers,
            CustomFields customFields,
            Sequences sequences,
            EmailTemplates templates,
            EmailRenderer renderer,
            Tracker tracker,
            Links links,
            DkimKeys dkimKeys,
            ReturnPath returnPath) {
        this.database = database;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.sequences = sequences;
        this.templates = templates;
        this.renderer = renderer;
        this.tracker = tracker;
        this.links = links;
        this.dkimKeys = dkimKeys;
        this.returnPath = returnPath;
    }

    /// An email ready for the wire.
    record Letter(EmailAddress sender, EmailAddress recipient, byte[] message) {}

    /// Everything that a letter is made of, read in one transaction.
    private record Parts(
            Account account,
            SendingAddress from,
            Subscriber reader,
            Map<String, Object> values,
            Sequence sequence,
            EmailSettings email,
            EmailTemplate layout,
            List<DkimKey> keys) {}

    /// Empty when the sequence, its email or the reader is gone, or the email is a draft again.
    ///
    /// @throws reynard.template.liquid.LiquidError when the author's Liquid cannot be rendered
    Optional<Letter> write(Claim claim, Instant date) {
        return database.inTx(tx -> parts(tx, claim)).map(parts -> letter(claim, parts, date));
    }

    private Optional<Parts> parts(Tx tx, Claim claim) {
        var account = accounts.get(tx, claim.account());
        var reader = subscribers.find(tx, account.id(), claim.subscriber());
        var sequence = sequences.find(tx, account.id(), claim.sequence());
        var email = sequences.findEmail(tx, account.id(), claim.email()).filter(SequenceEmail::isSent);
        if (reader.isEmpty() || sequence.isEmpty() || email.isEmpty()) {
            return Optional.empty();
        }
        var layout = email.get()
                .settings()
                .emailTemplate()
                .or(() -> sequence.get().settings().emailTemplate())
                .flatMap(id -> templates.find(tx, account.id(), id))
                .orElseGet(() -> templates.defaultOf(tx, account.id()));
        var from = from(tx, account, sequence.get());
        return Optional.of(new Parts(
                account,
                from,
                reader.get(),
                values(tx, account, reader.get()),
                sequence.get(),
                email.get().settings(),
                layout,
                dkimKeys.signing(tx, account.id(), address(from.emailAddress()).asciiDomain())));
    }

    private SendingAddress from(Tx tx, Account account, Sequence sequence) {
        var addresses = accounts.sendingAddresses(tx, account.id());
        return sequence.settings()
                .sendingAddress()
                .flatMap(id -> addresses.stream()
                        .filter(address -> address.id().equals(id))
                        .findFirst())
                .or(() -> addresses.stream().filter(SendingAddress::isDefault).findFirst())
                .orElseThrow(() -> new IllegalStateException("no sending address: " + account.id()));
    }

    private Map<String, Object> values(Tx tx, Account account, Subscriber reader) {
        var values = new HashMap<String, Object>();
        values.put("email_address", reader.emailAddress());
        reader.firstName().ifPresent(name -> values.put("first_name", name));
        for (var field : customFields.all(tx, account.id())) {
            var value = reader.fields().get(field.id());
            if (value != null) {
                values.putIfAbsent(field.key(), value);
            }
        }
        return values;
    }

    private Letter letter(Claim claim, Parts parts, Instant date) {
        var unsubscribeUrl = links.unsubscribe(parts.account().token(), claim.token());
        var rendered = tracker.tracked(rendered(parts, unsubscribeUrl, date), tracked(claim, parts));
        var from = address(parts.from().emailAddress());
        var to = address(parts.reader().emailAddress());
        var message = new Message(
                from,
                Header.cleaned(parts.from().fromName()),
                to,
                parts.reader().firstName().map(Header::cleaned).orElse(""),
                Optional.empty(),
                Header.cleaned(rendered.subject()),
                date,
                messageId(claim, parts.account(), from),
                rendered.text(),
                rendered.html(),
                headers(claim, parts, from, unsubscribeUrl),
                boundary(claim.messageId()));
        var sender = claim.envelopeSender()
                .flatMap(EmailAddress::parse)
                .or(() -> returnPath.sender(parts.account().token(), claim.token()))
                .orElse(from);
        return new Letter(sender, to, DkimSigner.sign(Mime.compose(message), parts.keys(), date));
    }

    private EmailRenderer.Rendered rendered(Parts parts, String unsubscribeUrl, Instant date) {
        return renderer.render(
                new EmailRenderer.Source(
                        parts.email().subject(),
                        parts.email().previewText().orElse(""),
                        parts.email().content().orElse(""),
                        parts.layout().html()),
                new EmailRenderer.Values(
                        parts.values(),
                        unsubscribeUrl,
                        parts.account().postalAddress().orElse(""),
                        date));
    }

    private static Tracker.What tracked(Claim claim, Parts parts) {
        var account = parts.account();
        var tracking = parts.sequence().handling().tracking();
        return new Tracker.What(
                account.id(),
                claim.delivery(),
                claim.token(),
                tracking.opens().orElse(account.openTracking()),
                tracking.clicks().orElse(account.clickTracking()),
                List.of(parts.email().content().orElse(""), parts.layout().html()));
    }

    /// It says whose email it is, so that one that comes back without its envelope is still found.
    private static String messageId(Claim claim, Account account, EmailAddress from) {
        return claim.messageId() + "." + ReturnPath.accountStart(account.token()) + "@" + from.asciiDomain();
    }

    private static EmailAddress address(String stored) {
        return EmailAddress.parse(stored)
                .orElseThrow(() -> new IllegalStateException("an address was stored that is none"));
    }

    private List<Header> headers(Claim claim, Parts parts, EmailAddress from, String unsubscribeUrl) {
        var headers = new ArrayList<>(listHeaders(parts, from, unsubscribeUrl));
        headers.addAll(returnPath.headers(parts.account().token(), claim.token()));
        return headers;
    }

    /// RFC 2369, RFC 8058 (one click), RFC 2919 (List-Id); Feedback-ID as Gmail's feedback loop reads it.
    private static List<Header> listHeaders(Parts parts, EmailAddress from, String unsubscribeUrl) {
        var listId = "s" + Long.toString(parts.sequence().id().value(), 36);
        var accountToken = parts.account().token();
        return List.of(
                Header.of("List-Unsubscribe", "<" + unsubscribeUrl + ">"),
                Header.of("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
                Header.named(
                        "List-Id",
                        Header.cleaned(parts.sequence().settings().name()),
                        listId + "." + accountToken.toLowerCase(java.util.Locale.ROOT) + "." + from.asciiDomain()),
                Header.of("Feedback-ID", listId + ":" + accountToken + ":sequence:reynard"),
                Header.of("Precedence", "bulk"));
    }

    /// A boundary has letters and digits only; it is made unique by the delivery's own randomness.
    private static String boundary(String messageId) {
        return "b" + messageId.replace("-", "x2d").replace("_", "x5f");
    }
}
