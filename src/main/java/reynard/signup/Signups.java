package reynard.signup;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.account.Secrets;
import reynard.consent.Consents;
import reynard.db.Database;
import reynard.db.IdBlocks;
import reynard.db.Tx;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.enrollment.Enrollment;
import reynard.enrollment.Enrollments;
import reynard.event.Event;
import reynard.event.Events;
import reynard.form.Form;
import reynard.form.Forms;
import reynard.id.AccountId;
import reynard.id.FormId;
import reynard.id.SignupId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;
import reynard.page.Language;
import reynard.page.ShortLetter;
import reynard.subscriber.Subscriber;
import reynard.subscriber.SubscriberState;
import reynard.subscriber.Subscribers;
import reynard.subscriber.Suppression;
import reynard.tag.Tags;

/// People who join by a form: asked by mail whether it was they, let in when they say so, and given what the form
/// gives.
///
/// A mail goes to an address at most once in 24 hours by one form, and three times in seven days by all. It holds no
/// word that a visitor wrote: otherwise strangers would write to strangers through us.
public final class Signups {
    private static final Duration BY_FORM_WITHIN = Duration.ofHours(24);
    private static final Duration BY_ALL_WITHIN = Duration.ofDays(7);
    private static final int BY_ALL_MAX = 3;
    private static final Duration GIVE_UP_AFTER = Duration.ofHours(24);

    private final SignupStore store = new SignupStore();
    private final Database database;
    private final IdBlocks ids;
    private final Accounts accounts;
    private final Subscribers subscribers;
    private final Forms forms;
    private final FormPages pages;
    private final Tags tags;
    private final Enrollments enrollments;
    private final Consents consents;
    private final Notices notices;
    private final Supplier<String> publicUrl;
    private final InstantSource clock;

    public Signups(
            Database database,
            IdBlocks ids,
            Events events,
            Accounts accounts,
            Subscribers subscribers,
            Forms forms,
            FormPages pages,
            Tags tags,
            Enrollments enrollments,
            Consents consents,
            Notices notices,
            Supplier<String> publicUrl,
            InstantSource clock) {
        this.database = database;
        this.ids = ids;
        this.accounts = accounts;
        this.subscribers = subscribers;
        this.forms = forms;
        this.pages = pages;
        this.tags = tags;
        this.enrollments = enrollments;
        this.consents = consents;
        this.notices = notices;
        this.publicUrl = publicUrl;
        this.clock = clock;
        events.listen(this::happened);
    }

    /// What a visitor has sent, and in which language they read.
    record Visitor(
            EmailAddress email,
            Optional<String> firstName,
            Optional<String> referrer,
            Consents.Visit visit,
            Language language) {}

    /// A visitor has sent a form. Whoever they are and whatever we do about it, there is nothing to answer: who asks
    /// learns nothing of the address.
    void signUp(AccountId account, Form form, FormPage page, Visitor visitor) {
        database.useTx(tx -> {
            var countedAs = lock(tx, account, visitor.email(), visitor.visit().at());
            var known = subscribers.findByEmail(tx, account, visitor.email().value());
            if (!page.doubleOptIn()
                    && known.filter(Signups::hasLeft).isEmpty()
                    && !subscribers.isSuppressed(tx, account, visitor.email())) {
                join(tx, account, form, visitor, known);
            } else {
                var subscriber = known.orElseGet(() -> unconfirmed(tx, account, visitor.email()));
                ask(tx, account, form, page, subscriber, visitor, countedAs);
            }
        });
    }

    private static boolean hasLeft(Subscriber subscriber) {
        return switch (subscriber.state()) {
            case ACTIVE, INACTIVE -> false;
            case CANCELLED, BOUNCED, COMPLAINED -> true;
        };
    }

    private Subscriber unconfirmed(Tx tx, AccountId account, EmailAddress email) {
        return subscribers
                .upsert(tx, account, email, Optional.empty(), SubscriberState.INACTIVE, Map.of())
                .subscriber();
    }

    /// A form that asks for no confirmation. A stranger's words do not change what is known of somebody.
    private void join(Tx tx, AccountId account, Form form, Visitor visitor, Optional<Subscriber> known) {
        var subscriber = known.orElseGet(() -> subscribers
                .upsert(tx, account, visitor.email(), visitor.firstName(), SubscriberState.ACTIVE, Map.of())
                .subscriber());
        consents.byForm(tx, account, subscriber.id(), form.id(), visitor.visit(), Optional.empty());
        var added = forms.add(tx, account, form.id(), subscriber.id(), visitor.referrer());
        if (!added.added()) {
            welcome(tx, account, form.id(), subscriber.id());
        }
    }

    private void ask(
            Tx tx,
            AccountId accountId,
            Form form,
            FormPage page,
            Subscriber subscriber,
            Visitor visitor,
            String countedAs) {
        var now = visitor.visit().at();
        var count =
                store.count(tx, accountId, countedAs, form.id(), now.minus(BY_FORM_WITHIN), now.minus(BY_ALL_WITHIN));
        if (count.byForm() > 0 || count.byAll() >= BY_ALL_MAX) {
            return;
        }
        var account = accounts.get(tx, accountId);
        var signup = new Signup(
                new SignupId(ids.next()),
                form.id(),
                subscriber.id(),
                Secrets.token(),
                countedAs,
                visitor.firstName(),
                visitor.referrer(),
                visitor.visit().page(),
                visitor.visit().textShown(),
                visitor.visit().clientAddress(),
                visitor.visit().userAgent(),
                now,
                Optional.empty());
        var queued = notices.queue(
                tx, accountId, confirmation(tx, account, page, subscriber, signup, visitor.language()), now);
        if (queued instanceof Notices.Queuing.Queued) {
            store.insert(tx, accountId, signup);
        }
    }

    private Notice confirmation(
            Tx tx, Account account, FormPage page, Subscriber subscriber, Signup signup, Language visitors) {
        var texts = page.texts(visitors);
        var link = publicUrl.get() + "/confirm/" + account.token() + "/" + signup.token();
        var letter = new ShortLetter(
                texts,
                page.confirmationSubject().orElseGet(() -> texts.get("confirmMail.subject", account.name())),
                page.confirmationText().orElseGet(() -> texts.get("confirmMail.explained", account.name())),
                Optional.of(new ShortLetter.Button(texts.get("confirmMail.button"), link)),
                texts.get("confirmMail.ignore"),
                account.name(),
                account.postalAddress());
        return new Notice(
                Notice.Purpose.CONFIRMATION,
                EmailAddress.parse(subscriber.emailAddress()).orElseThrow(),
                Optional.of(subscriber.id()),
                accounts.defaultSendingAddress(tx, account.id()),
                letter.subject(),
                letter.html(),
                letter.text(),
                GIVE_UP_AFTER);
    }

    /// What the page behind the link of a confirmation mail shows.
    record Invitation(Account account, String address, Language language, boolean confirmed) {}

    Optional<Invitation> invitation(AccountId account, String token, Language visitors) {
        return database.inTx(tx -> store.find(tx, account, token)
                .flatMap(signup -> subscribers
                        .find(tx, account, signup.subscriber())
                        .map(subscriber -> new Invitation(
                                accounts.get(tx, account),
                                subscriber.emailAddress(),
                                pages.find(tx, account, signup.form())
                                        .language()
                                        .orElse(visitors),
                                signup.confirmedAt().isPresent()))));
    }

    /// Whoever has the mail says yes. Said twice it counts once, and not again for somebody who has left since.
    ///
    /// @return whether there is such an invitation
    boolean confirm(AccountId account, String token) {
        return database.inTx(tx -> {
            var signup = store.find(tx, account, token);
            var now = clock.instant();
            if (signup.isPresent() && store.confirm(tx, account, signup.get().id(), now)) {
                confirmed(tx, account, signup.get(), now);
            }
            return signup.isPresent();
        });
    }

    private void confirmed(Tx tx, AccountId account, Signup signup, Instant now) {
        var subscriber = subscribers.find(tx, account, signup.subscriber()).orElseThrow();
        consents.byForm(
                tx,
                account,
                subscriber.id(),
                signup.form(),
                new Consents.Visit(
                        signup.textShown(),
                        signup.page(),
                        signup.clientAddress(),
                        signup.userAgent(),
                        signup.askedAt()),
                Optional.of(now));
        boolean in = switch (subscriber.state()) {
            case ACTIVE -> true;
            case INACTIVE -> subscribers.confirm(tx, account, subscriber.id());
            case CANCELLED, BOUNCED, COMPLAINED -> subscribers.comeBack(tx, account, subscriber.id());
        };
        if (!in) {
            return;
        }
        if (signup.firstName().isPresent()) {
            subscribers.upsert(
                    tx,
                    account,
                    EmailAddress.parse(subscriber.emailAddress()).orElseThrow(),
                    signup.firstName(),
                    SubscriberState.ACTIVE,
                    Map.of());
        }
        if (!forms.add(tx, account, signup.form(), subscriber.id(), signup.referrer())
                .added()) {
            welcome(tx, account, signup.form(), subscriber.id());
        }
    }

    private void happened(Tx tx, AccountId account, Event event) {
        if (event instanceof Event.FormJoined(var subscriber, var form, var at)) {
            joined(tx, account, form, subscriber, at);
        }
    }

    /// Somebody has come by a form for the first time: by a page of ours, or because a program has added them.
    private void joined(Tx tx, AccountId account, FormId formId, SubscriberId id, Instant at) {
        var subscriber = subscribers.find(tx, account, id).orElseThrow();
        var page = pages.find(tx, account, formId);
        switch (subscriber.state()) {
            case ACTIVE -> welcome(tx, account, formId, id);
            case INACTIVE -> {
                if (page.doubleOptIn()) {
                    var email = EmailAddress.parse(subscriber.emailAddress()).orElseThrow();
                    var visit = new Consents.Visit(
                            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), at);
                    var visitor = new Visitor(email, Optional.empty(), Optional.empty(), visit, Language.ENGLISH);
                    var form = forms.find(tx, account, formId).orElseThrow();
                    ask(tx, account, form, page, subscriber, visitor, lock(tx, account, email, at));
                } else {
                    subscribers.confirm(tx, account, id);
                    welcome(tx, account, formId, id);
                }
            }
            case CANCELLED, BOUNCED, COMPLAINED -> {}
        }
    }

    /// What the form gives to those who have joined by it. What is not there any more is not given.
    private void welcome(Tx tx, AccountId account, FormId form, SubscriberId id) {
        var page = pages.find(tx, account, form);
        for (var tag : page.tags()) {
            if (tags.find(tx, account, tag).isPresent()) {
                tags.tag(tx, account, tag, id);
            }
        }
        for (var sequence : page.sequences()) {
            var subscriber = subscribers.find(tx, account, id).orElseThrow();
            enrollments.enroll(tx, account, sequence, subscriber, Enrollment.Source.FORM);
        }
    }

    /// Nobody else asks an address for a confirmation before this transaction ends.
    ///
    /// @return the address as limits count it
    public String lock(Tx tx, AccountId account, EmailAddress email, Instant now) {
        var countedAs = countedAs(email);
        store.lockAddress(tx, account, countedAs, now);
        return countedAs;
    }

    /// The address as limits count it: what a mailbox is called without the label that its owner may put behind a plus.
    static String countedAs(EmailAddress email) {
        var key = Suppression.key(email);
        int at = key.lastIndexOf('@');
        int plus = key.indexOf('+');
        return (plus > 0 && plus < at ? key.substring(0, plus) + key.substring(at) : key).toLowerCase(Locale.ROOT);
    }
}
