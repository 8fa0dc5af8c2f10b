package reynard.proof;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import reynard.db.Database;
import reynard.db.Tx;
import reynard.delivery.BroadcastWriter;
import reynard.delivery.Letters;
import reynard.delivery.Notice;
import reynard.delivery.Notices;
import reynard.delivery.Specimen;
import reynard.enrollment.Plan;
import reynard.enrollment.Standings;
import reynard.id.AccountId;
import reynard.id.SequenceEmailId;
import reynard.id.SequenceId;
import reynard.id.SubscriberId;
import reynard.mail.EmailAddress;
import reynard.schedule.Due;
import reynard.schedule.DueTime;
import reynard.sequence.Sequence;
import reynard.sequence.SequenceEmail;
import reynard.sequence.Sequences;
import reynard.template.EmailRenderer.Rendered;
import reynard.template.HtmlText;

/// Emails for their author's eyes: written by the same [Letters] as those for readers, and of no list. Nobody's place
/// in a sequence and no figure changes by them.
public final class Proofs {
    private static final Duration OF_USE = Duration.ofHours(1);
    private static final DateTimeFormatter PLANNED =
            DateTimeFormatter.ofPattern("EEEE d MMMM uuuu, HH:mm", Locale.ENGLISH);

    private final Database database;
    private final Sequences sequences;
    private final Standings standings;
    private final Letters letters;
    private final Notices notices;
    private final InstantSource clock;

    public Proofs(
            Database database,
            Sequences sequences,
            Standings standings,
            Letters letters,
            Notices notices,
            InstantSource clock) {
        this.database = database;
        this.sequences = sequences;
        this.standings = standings;
        this.letters = letters;
        this.notices = notices;
        this.clock = clock;
    }

    /// The email, drafts too, as this reader would get it now; without one, as somebody without a name and without
    /// fields. Empty when there is no such email in this sequence, or no such reader.
    ///
    /// @throws reynard.template.BrokenEmail when what the author wrote cannot be rendered
    Optional<Specimen> preview(
            AccountId account, SequenceId sequence, SequenceEmailId email, Optional<SubscriberId> reader) {
        return database.inTx(tx -> preview(tx, account, sequence, email, reader));
    }

    Optional<Sequence> find(AccountId account, SequenceId sequence) {
        return database.inTx(tx -> sequences.find(tx, account, sequence));
    }

    Optional<SequenceEmail> find(AccountId account, SequenceId sequence, SequenceEmailId email) {
        return database.inTx(tx -> sequences.findEmail(tx, account, sequence, email));
    }

    private Optional<Specimen> preview(
            Tx tx, AccountId account, SequenceId sequence, SequenceEmailId email, Optional<SubscriberId> reader) {
        return sequences
                .find(tx, account, sequence)
                .flatMap(found -> sequences
                        .findEmail(tx, account, sequence, email)
                        .flatMap(one -> letters.specimen(tx, account, found, one.settings(), reader, clock.instant())));
    }

    /// Sends the email as [#preview] shows it.
    ///
    /// @param to of [reynard.account.Accounts#ownAddresses]
    /// @return whether there is such an email and such a reader
    boolean test(
            AccountId account,
            SequenceId sequence,
            SequenceEmailId email,
            Optional<SubscriberId> reader,
            List<EmailAddress> to) {
        return database.inTx(tx -> {
            var specimen = preview(tx, account, sequence, email, reader);
            specimen.ifPresent(found -> {
                for (var address : to) {
                    queue(tx, account, Notice.Purpose.TEST, address, found, "[Test] ", found.rendered());
                }
            });
            return specimen.isPresent();
        });
    }

    /// The same of a broadcast.
    boolean test(AccountId account, BroadcastWriter.Draft written, EmailAddress to) {
        return database.inTx(tx -> {
            var specimen = letters.specimen(tx, account, written, Optional.empty(), clock.instant());
            specimen.ifPresent(
                    found -> queue(tx, account, Notice.Purpose.TEST, to, found, "[Test] ", found.rendered()));
            return specimen.isPresent();
        });
    }

    private void queue(
            Tx tx,
            AccountId account,
            Notice.Purpose purpose,
            EmailAddress to,
            Specimen specimen,
            String mark,
            Rendered rendered) {
        notices.queue(
                tx,
                account,
                new Notice(
                        purpose,
                        to,
                        specimen.from(),
                        mark + rendered.subject(),
                        rendered.html(),
                        rendered.text(),
                        OF_USE),
                clock.instant());
    }

    /// One email of a rehearsal.
    ///
    /// @param plannedAt when somebody who joins now would get it; empty when no day is allowed
    record Rehearsed(SequenceEmailId email, String subject, Optional<Instant> plannedAt) {}

    /// Sends every published email of a sequence at once, each with the date on top when somebody who joins now would
    /// get it. Empty when there is no such sequence or no such reader.
    ///
    /// @param to of [reynard.account.Accounts#ownAddresses]
    /// @throws reynard.template.BrokenEmail when one of them cannot be rendered; then none is sent
    Optional<List<Rehearsed>> rehearse(
            AccountId account, SequenceId sequence, Optional<SubscriberId> reader, List<EmailAddress> to) {
        var now = clock.instant();
        return database.inTx(tx -> standings.plan(tx, account, sequence).flatMap(plan -> {
            var emails = plan.emails().stream().filter(SequenceEmail::isSent).toList();
            var rehearsed = new ArrayList<Rehearsed>();
            var anchor = Optional.of(now);
            for (int i = 0; i < emails.size(); i++) {
                var email = emails.get(i);
                var specimen = preview(tx, account, sequence, email.id(), reader);
                if (specimen.isEmpty()) {
                    return Optional.empty();
                }
                anchor = anchor.flatMap(from -> planned(plan, email, from));
                var mark = "Email " + (i + 1) + " of " + emails.size() + ", " + date(plan, anchor);
                var rendered = marked(specimen.get().rendered(), mark);
                for (var address : to) {
                    queue(tx, account, Notice.Purpose.REHEARSAL, address, specimen.get(), "[Rehearsal] ", rendered);
                }
                rehearsed.add(
                        new Rehearsed(email.id(), specimen.get().rendered().subject(), anchor));
            }
            return Optional.of(rehearsed);
        }));
    }

    private static Optional<Instant> planned(Plan plan, SequenceEmail email, Instant anchor) {
        return switch (DueTime.after(anchor, email.settings().delay(), plan.window(email))) {
            case Due.At(var at) -> Optional.of(at);
            case Due.Never _ -> Optional.empty();
        };
    }

    private static String date(Plan plan, Optional<Instant> at) {
        return at.map(instant -> "planned for "
                        + PLANNED.format(instant.atOffset(plan.zone().rules().getOffset(instant)))
                        + " (" + plan.sequence().settings().timeZone() + ")")
                .orElse("without a date: its sequence has no send day");
    }

    private static Rendered marked(Rendered rendered, String mark) {
        var banner = "<div style=\"margin:0;padding:10px 16px;background:#fff3cd;color:#4d3800;"
                + "font:14px/1.4 Helvetica,Arial,sans-serif;text-align:center\">Rehearsal. " + HtmlText.escape(mark)
                + "</div>";
        var html = rendered.html();
        int body = html.toLowerCase(Locale.ROOT).indexOf("<body");
        int end = body < 0 ? 0 : html.indexOf('>', body) + 1;
        return new Rendered(
                rendered.subject(),
                html.substring(0, end) + banner + html.substring(end),
                "Rehearsal. " + mark + "\n\n" + rendered.text());
    }
}
