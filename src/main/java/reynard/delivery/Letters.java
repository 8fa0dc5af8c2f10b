package reynard.delivery;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.SendingAddress;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.id.AccountId;
import reynard.id.DeliveryId;
import reynard.id.SendingAddressId;
import reynard.id.SubscriberId;
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
import reynard.subscriber.CustomField;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.template.BrokenEmail;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;
import reynard.template.Snippet;
import reynard.template.Snippets;

/// Writes the email of a delivery: what the author wrote at this moment, with the reader's values and the headers of a
/// list; or a notice, as it was given.
public final class Letters {
    /// Whose letter others are told from.
    private static final String NOBODY = "reader@example.com";
    /// Stands where a delivery's tokens stand in a letter that is not of one. It has their form.
    private static final String NO_DELIVERY = "A".repeat(22);

    /// Of so many emails the letter that nobody gets is remembered.
    private static final int SOURCES_REMEMBERED = 100;

    private static final Header ONE_CLICK = Header.of("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
    private static final Header BULK = Header.of("Precedence", "bulk");

    private final Database database;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final CustomFields customFields;
    private final Sequences sequences;
    private final EmailTemplates templates;
    private final Snippets snippets;
    private final EmailRenderer renderer;
    private final Tracker tracker;
    private final Links links;
    private final DkimKeys dkimKeys;
    private final ReturnPath returnPath;
    private final BroadcastWriter broadcasts;
    private final Map<Written, Optional<Delta.Source>> sources =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Written, Optional<Delta.Source>> eldest) {
                    return size() > SOURCES_REMEMBERED;
                }
            });

    /// What an author of an account wrote.
    private record Written(AccountId account, Draft draft) {}

    public Letters(
            Database database,
            Accounts accounts,
            Subscribers subscribers,
            CustomFields customFields,
            Sequences sequences,
            EmailTemplates templates,
            Snippets snippets,
            EmailRenderer renderer,
            Tracker tracker,
            Links links,
            DkimKeys dkimKeys,
            ReturnPath returnPath,
            BroadcastWriter broadcasts) {
        this.database = database;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.customFields = customFields;
        this.sequences = sequences;
        this.templates = templates;
        this.snippets = snippets;
        this.renderer = renderer;
        this.tracker = tracker;
        this.links = links;
        this.dkimKeys = dkimKeys;
        this.returnPath = returnPath;
        this.broadcasts = broadcasts;
    }

    /// An email ready for the wire.
    ///
    /// @param fromDomain of its From header, as DNS knows it
    /// @param source from which little tells it; empty when nothing is alike
    record Letter(
            EmailAddress sender,
            EmailAddress recipient,
            String fromDomain,
            byte[] message,
            Optional<Delta.Source> source) {}

    /// Everything that a list's letter is made of, read in one transaction.
    record Parts(
            Account account,
            SendingAddress from,
            Subscriber reader,
            Map<String, Object> values,
            Draft draft,
            Map<String, Snippet> snippets,
            List<DkimKey> keys) {}

    /// What the reader's mail program is told of the list that the letter came by.
    ///
    /// @param id its name among the account's lists
    record MailingList(String id, String name, String kind) {}

    /// What the author wrote, and of which list it is.
    ///
    /// @param zone of the dates in it
    /// @param opens whether they are counted; empty: as the account says
    record Draft(
            Optional<SendingAddressId> from,
            EmailRenderer.Source source,
            MailingList list,
            ZoneId zone,
            Optional<Boolean> opens,
            Optional<Boolean> clicks) {}

    /// Empty when the sequence or broadcast, its email or the reader is gone, or the email is a draft again.
    ///
    /// @throws reynard.template.BrokenEmail when what the author wrote cannot be rendered
    Optional<Letter> write(Claim claim, Instant date) {
        return Optional.ofNullable(database.inTx(tx -> parts(tx, claim.account(), List.of(claim)))
                        .get(claim.delivery()))
                .map(parts -> letter(claim, parts, date));
    }

    /// What the letters of these claims are made of at this moment. Missing are those that there is nothing to write
    /// for,
    /// and notices, which are written already.
    Map<DeliveryId, Parts> parts(Tx tx, AccountId id, List<Claim> claims) {
        var unwritten = claims.stream()
                .filter(claim -> !(claim.kind() instanceof Kind.NoticeMail))
                .toList();
        if (unwritten.isEmpty()) {
            return Map.of();
        }
        var account = accounts.get(tx, id);
        var fields = customFields.all(tx, id);
        var addresses = accounts.sendingAddresses(tx, id);
        var readers = subscribers.findAll(
                tx,
                id,
                unwritten.stream()
                        .flatMap(claim -> claim.kind().subscriber().stream())
                        .collect(Collectors.toSet()));
        var drafts = new HashMap<Object, Optional<Draft>>();
        var named = new HashMap<EmailRenderer.Source, Map<String, Snippet>>();
        var keys = new HashMap<String, List<DkimKey>>();
        var parts = new HashMap<DeliveryId, Parts>();
        for (var claim : unwritten) {
            var reader = claim.kind().subscriber().map(readers::get);
            var draft = drafts.computeIfAbsent(written(claim.kind()), _ -> draft(tx, id, claim.kind()));
            if (reader.isPresent() && draft.isPresent()) {
                var from = from(account, addresses, draft.get().from());
                parts.put(
                        claim.delivery(),
                        new Parts(
                                account,
                                from,
                                reader.get(),
                                values(fields, reader.get()),
                                draft.get(),
                                named.computeIfAbsent(draft.get().source(), source -> named(tx, id, source)),
                                keys.computeIfAbsent(from.emailAddress(), _ -> keys(tx, account, from))));
            }
        }
        return parts;
    }

    private Map<String, Snippet> named(Tx tx, AccountId account, EmailRenderer.Source source) {
        try {
            return snippets.named(tx, account, renderer.snippets(source));
        } catch (BrokenEmail _) {
            // Whoever renders it says where it is broken; the others who are claimed with it are not held up.
            return Map.of();
        }
    }

    private Parts parts(Tx tx, Account account, Subscriber reader, Draft draft) {
        var from = from(account, accounts.sendingAddresses(tx, account.id()), draft.from());
        return new Parts(
                account,
                from,
                reader,
                values(customFields.all(tx, account.id()), reader),
                draft,
                snippets.named(tx, account.id(), renderer.snippets(draft.source())),
                keys(tx, account, from));
    }

    /// What the author wrote it as: emails of which this is the same have the same draft.
    private static Object written(Kind kind) {
        return switch (kind) {
            case Kind.SequenceMail mail -> mail.email();
            case Kind.BroadcastMail mail -> mail.broadcast();
            case Kind.NoticeMail mail -> mail;
        };
    }

    private Optional<Draft> draft(Tx tx, AccountId account, Kind kind) {
        return switch (kind) {
            case Kind.SequenceMail mail -> draft(tx, account, mail);
            case Kind.BroadcastMail(var broadcast, var _) ->
                broadcasts.draft(tx, account, broadcast).map(draft -> draft(tx, account, draft, broadcast.value()));
            // Its bytes are kept with it; without them there is nothing to write it from.
            case Kind.NoticeMail _ -> Optional.empty();
        };
    }

    /// @param broadcast its id; 0: it is not kept
    private Draft draft(Tx tx, AccountId account, BroadcastWriter.Draft draft, long broadcast) {
        return new Draft(
                draft.from(),
                draft.source(),
                new MailingList("b" + Long.toString(broadcast, 36), "", "broadcast"),
                zone(accounts.get(tx, account).timeZone()),
                Optional.empty(),
                Optional.empty());
    }

    private Optional<Draft> draft(Tx tx, AccountId account, Kind.SequenceMail mail) {
        var sequence = sequences.find(tx, account, mail.sequence());
        var email = sequences.findEmail(tx, account, mail.email()).filter(SequenceEmail::isSent);
        if (sequence.isEmpty() || email.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(draft(tx, account, sequence.get(), email.get().settings()));
    }

    private Draft draft(Tx tx, AccountId account, Sequence sequence, EmailSettings email) {
        var layout = email.emailTemplate()
                .or(() -> sequence.settings().emailTemplate())
                .flatMap(id -> templates.find(tx, account, id))
                .orElseGet(() -> templates.defaultOf(tx, account));
        return new Draft(
                sequence.settings().sendingAddress(),
                new EmailRenderer.Source(
                        email.subject(),
                        email.previewText().orElse(""),
                        email.content().orElse(""),
                        layout.html(),
                        email.format()),
                new MailingList(
                        "s" + Long.toString(sequence.id().value(), 36),
                        sequence.settings().name(),
                        "sequence"),
                zone(sequence.settings().timeZone()),
                sequence.handling().tracking().opens(),
                sequence.handling().tracking().clicks());
    }

    /// The time zone data that schedules are made with may know zones that the JDK does not know yet.
    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException _) {
            return ZoneOffset.UTC;
        }
    }

    /// An email of a sequence, a draft too, as this reader would get it now, but for what names a delivery. Without a
    /// reader it is the account's owner's, without a name and without fields. Empty when there is no such reader.
    ///
    /// @throws reynard.template.BrokenEmail when what the author wrote cannot be rendered
    public Optional<Specimen> specimen(
            Tx tx, AccountId id, Sequence sequence, EmailSettings email, Optional<SubscriberId> reader, Instant date) {
        return specimen(tx, id, draft(tx, id, sequence, email), reader, date);
    }

    /// The same of a broadcast, whether it is kept or not.
    ///
    /// @throws reynard.template.BrokenEmail when what the author wrote cannot be rendered
    public Optional<Specimen> specimen(
            Tx tx, AccountId id, BroadcastWriter.Draft written, Optional<SubscriberId> reader, Instant date) {
        return specimen(tx, id, draft(tx, id, written, 0), reader, date);
    }

    private Optional<Specimen> specimen(Tx tx, AccountId id, Draft draft, Optional<SubscriberId> reader, Instant date) {
        var account = accounts.get(tx, id);
        var known = reader.map(one -> subscribers.find(tx, id, one)).orElseGet(() -> Optional.of(nobody(tx, id, date)));
        return known.map(one -> {
            var parts = parts(tx, account, one, draft);
            var unsubscribeUrl = links.unsubscribe(account.token(), NO_DELIVERY);
            var rendered = rendered(parts, unsubscribeUrl, date);
            var fields = new HashSet<>(Set.of("email_address", "first_name"));
            customFields.all(tx, id).forEach(field -> fields.add(field.key()));
            var message = message(parts, rendered, unsubscribeUrl, NO_DELIVERY, NO_DELIVERY, date);
            return new Specimen(
                    account,
                    parts.from(),
                    parts.snippets(),
                    renderer.variables(parts.draft().source(), parts.snippets()),
                    fields,
                    parts.values(),
                    rendered,
                    DkimSigner.sign(Mime.compose(message), parts.keys(), date));
        });
    }

    private Subscriber nobody(Tx tx, AccountId account, Instant now) {
        return new Subscriber(
                new SubscriberId(0),
                accounts.owner(tx, account).emailAddress(),
                Optional.empty(),
                SubscriberState.ACTIVE,
                now,
                Map.of(),
                now,
                now);
    }

    private static SendingAddress from(
            Account account, List<SendingAddress> addresses, Optional<SendingAddressId> chosen) {
        return chosen.flatMap(id -> addresses.stream()
                        .filter(address -> address.id().equals(id))
                        .findFirst())
                .or(() -> addresses.stream().filter(SendingAddress::isDefault).findFirst())
                .orElseThrow(() -> new IllegalStateException("no sending address: " + account.id()));
    }

    private List<DkimKey> keys(Tx tx, Account account, SendingAddress from) {
        return dkimKeys.signing(tx, account.id(), address(from.emailAddress()).asciiDomain());
    }

    private static Map<String, Object> values(List<CustomField> fields, Subscriber reader) {
        var values = new HashMap<String, Object>();
        values.put("email_address", reader.emailAddress());
        reader.firstName().ifPresent(name -> values.put("first_name", name));
        for (var field : fields) {
            var value = reader.fields().get(field.id());
            if (value != null) {
                values.putIfAbsent(field.key(), value);
            }
        }
        return values;
    }

    Letter letter(Claim claim, Parts parts, Instant date) {
        var unsubscribeUrl = links.unsubscribe(parts.account().token(), claim.token());
        var rendered =
                tracker.tracked(rendered(parts, unsubscribeUrl, date), tracked(claim.delivery(), claim.token(), parts));
        var message = message(parts, rendered, unsubscribeUrl, claim.token(), claim.messageId(), date);
        var from = message.from();
        var sender = claim.envelopeSender()
                .flatMap(EmailAddress::parse)
                .orElseGet(() -> sender(parts.account(), claim.token(), from));
        return new Letter(
                sender,
                message.to(),
                from.asciiDomain(),
                DkimSigner.sign(Mime.compose(message), parts.keys(), date),
                source(parts, date));
    }

    /// The letter as nobody in particular would get it. It holds nothing of any reader.
    private Optional<Delta.Source> source(Parts parts, Instant date) {
        return sources.computeIfAbsent(
                new Written(parts.account().id(), parts.draft()), written -> nobodysLetter(parts, date));
    }

    private Optional<Delta.Source> nobodysLetter(Parts parts, Instant date) {
        var account = parts.account();
        var reader = new Subscriber(
                new SubscriberId(0), NOBODY, Optional.empty(), SubscriberState.ACTIVE, date, Map.of(), date, date);
        var nobodys = new Parts(
                account, parts.from(), reader, values(List.of(), reader), parts.draft(), parts.snippets(), List.of());
        var unsubscribeUrl = links.unsubscribe(account.token(), NO_DELIVERY);
        try {
            var rendered = tracker.tracked(
                    rendered(nobodys, unsubscribeUrl, date), tracked(new DeliveryId(0), NO_DELIVERY, nobodys));
            var message = message(nobodys, rendered, unsubscribeUrl, NO_DELIVERY, NO_DELIVERY, date);
            return Optional.of(new Delta.Source(Mime.compose(message)));
        } catch (BrokenEmail _) {
            // Broken for those of whom nothing is known.
            return Optional.empty();
        }
    }

    private Message message(
            Parts parts,
            EmailRenderer.Rendered rendered,
            String unsubscribeUrl,
            String token,
            String messageId,
            Instant date) {
        var from = address(parts.from().emailAddress());
        return new Message(
                from,
                Header.cleaned(parts.from().fromName()),
                address(parts.reader().emailAddress()),
                parts.reader().firstName().map(Header::cleaned).orElse(""),
                Optional.of(from),
                Header.cleaned(rendered.subject()),
                date,
                messageId(messageId, parts.account(), from),
                rendered.text(),
                rendered.html(),
                headers(token, parts, from, unsubscribeUrl),
                boundary(messageId));
    }

    private EmailRenderer.Rendered rendered(Parts parts, String unsubscribeUrl, Instant date) {
        return renderer.render(
                parts.draft().source(),
                new EmailRenderer.Values(
                        parts.values(),
                        parts.snippets(),
                        unsubscribeUrl,
                        parts.account().postalAddress().orElse(""),
                        date,
                        parts.draft().zone()));
    }

    private static Tracker.What tracked(DeliveryId delivery, String token, Parts parts) {
        var account = parts.account();
        var draft = parts.draft();
        return new Tracker.What(
                account.id(),
                delivery,
                token,
                draft.opens().orElse(account.openTracking()),
                draft.clicks().orElse(account.clickTracking()),
                written(parts));
    }

    private static List<String> written(Parts parts) {
        var written = new ArrayList<>(
                List.of(parts.draft().source().content(), parts.draft().source().layout()));
        parts.snippets().values().forEach(snippet -> written.add(snippet.content()));
        return written;
    }

    private EmailAddress sender(Account account, String token, EmailAddress from) {
        return returnPath.sender(account.token(), token).orElse(from);
    }

    /// Writes a message that is of no list: nobody can leave by it, and no machine is to answer it (RFC 3834, 5).
    Letter notice(Tx tx, Account account, Notice notice, String token, String messageId, Instant date) {
        var from = address(notice.from().emailAddress());
        var headers = new ArrayList<>(List.of(Header.of("Auto-Submitted", "auto-generated")));
        headers.addAll(returnPath.headers(account.token(), token));
        var message = new Message(
                from,
                Header.cleaned(notice.from().fromName()),
                notice.to(),
                "",
                Optional.empty(),
                Header.cleaned(notice.subject()),
                date,
                messageId(messageId, account, from),
                notice.text(),
                notice.html(),
                headers,
                boundary(messageId));
        var signed = DkimSigner.sign(Mime.compose(message), keys(tx, account, notice.from()), date);
        return new Letter(sender(account, token, from), notice.to(), from.asciiDomain(), signed, Optional.empty());
    }

    /// It says whose email it is, so that one that comes back without its envelope is still found.
    private static String messageId(String own, Account account, EmailAddress from) {
        return own + "." + ReturnPath.accountStart(account.token()) + "@" + from.asciiDomain();
    }

    private static EmailAddress address(String stored) {
        return EmailAddress.parse(stored)
                .orElseThrow(() -> new IllegalStateException("an address was stored that is none"));
    }

    private List<Header> headers(String token, Parts parts, EmailAddress from, String unsubscribeUrl) {
        var headers = new ArrayList<>(listHeaders(parts, from, unsubscribeUrl));
        headers.addAll(returnPath.headers(parts.account().token(), token));
        return headers;
    }

    /// RFC 2369, RFC 8058 (one click), RFC 2919 (List-Id); Feedback-ID as Gmail's feedback loop reads it.
    private static List<Header> listHeaders(Parts parts, EmailAddress from, String unsubscribeUrl) {
        var list = parts.draft().list();
        var accountToken = parts.account().token();
        return List.of(
                Header.of("List-Unsubscribe", "<" + unsubscribeUrl + ">"),
                ONE_CLICK,
                Header.named(
                        "List-Id",
                        Header.cleaned(list.name()),
                        list.id() + "." + accountToken.toLowerCase(java.util.Locale.ROOT) + "." + from.asciiDomain()),
                Header.of("Feedback-ID", list.id() + ":" + accountToken + ":" + list.kind() + ":reynard"),
                BULK);
    }

    /// A boundary has letters and digits only; it is made unique by the delivery's own randomness.
    private static String boundary(String messageId) {
        return "b" + messageId.replace("-", "x2d").replace("_", "x5f");
    }
}
