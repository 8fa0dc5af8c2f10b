package reynard.app;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import reynard.access.Invitations;
import reynard.access.LoginEndpoints;
import reynard.access.SecondFactors;
import reynard.account.Accounts;
import reynard.account.ApiKeys;
import reynard.account.Members;
import reynard.bounce.Bounces;
import reynard.bulk.Bulk;
import reynard.db.Database;
import reynard.delivery.Deliveries;
import reynard.delivery.Letters;
import reynard.delivery.Notices;
import reynard.delivery.Relays;
import reynard.draft.Drafts;
import reynard.enrollment.Brake;
import reynard.enrollment.Enrollments;
import reynard.enrollment.Replanner;
import reynard.enrollment.Standings;
import reynard.foresight.Edits;
import reynard.foresight.Forecast;
import reynard.foresight.Why;
import reynard.form.Forms;
import reynard.http.Routes;
import reynard.identity.DkimKeys;
import reynard.identity.Dns;
import reynard.inbox.Inbox;
import reynard.page.AssetEndpoints;
import reynard.proof.ProofEndpoints;
import reynard.proof.SendingAddressEndpoints;
import reynard.segment.Segments;
import reynard.sequence.AccountSettingsEndpoints;
import reynard.sequence.SequenceEmailEndpoints;
import reynard.sequence.SequenceEndpoints;
import reynard.sequence.Sequences;
import reynard.sheet.Sheets;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.subscriber.Suppressions;
import reynard.tag.Tags;
import reynard.template.EmailTemplates;
import reynard.template.Snippets;
import reynard.tzdata.TzData;
import reynard.ui.Desk;
import reynard.ui.Figures;
import reynard.ui.home.HomeEndpoints;
import reynard.ui.home.SampleEndpoints;
import reynard.ui.inbox.InboxPagesEndpoints;
import reynard.ui.letter.Variables;
import reynard.ui.people.ChangeEndpoints;
import reynard.ui.people.ExportEndpoints;
import reynard.ui.people.ImportEndpoints;
import reynard.ui.people.PeopleEndpoints;
import reynard.ui.people.PersonEndpoints;
import reynard.ui.sending.HealthEndpoints;
import reynard.ui.sending.LedgerEndpoints;
import reynard.ui.sending.ReturnedEndpoints;
import reynard.ui.sending.SuppressedEndpoints;
import reynard.ui.sequence.EditorEndpoints;
import reynard.ui.sequence.PreviewEndpoints;
import reynard.ui.sequence.ProofPagesEndpoints;
import reynard.ui.sequence.SequenceListEndpoints;
import reynard.ui.sequence.SettingsEndpoints;
import reynard.ui.sequence.TimelineEndpoints;
import reynard.ui.settings.AccountPagesEndpoints;
import reynard.ui.settings.SenderEndpoints;
import reynard.ui.settings.TeamEndpoints;
import reynard.ui.settings.YouEndpoints;

/// The pages that authors work on, all registered.
record Workplace(
        Database database,
        ApiKeys apiKeys,
        AccountSettingsEndpoints accountBodies,
        Deliveries deliveries,
        Replanner replanner,
        Inbox inbox,
        boolean builtInInbox,
        Accounts accounts,
        Subscribers subscribers,
        CustomFields customFields,
        Bulk bulk,
        Sheets sheets,
        Tags tags,
        Forms forms,
        Segments segments,
        EmailTemplates templates,
        Snippets snippets,
        Drafts drafts,
        Sequences sequences,
        SequenceEndpoints sequenceBodies,
        SequenceEmailEndpoints emailBodies,
        Standings standings,
        Enrollments enrollments,
        Why why,
        Brake brake,
        Forecast forecast,
        Edits edits,
        LoginEndpoints logins,
        SecondFactors secondFactors,
        Members members,
        Invitations invitations,
        Notices notices,
        Mail mail,
        TzData tzData,
        InstantSource clock,
        Letters letters,
        Supplier<String> publicUrl) {
    /// What pages about mail itself show.
    ///
    /// @param relays that mail is handed to
    /// @param bounceDomain of the envelope sender
    record Mail(
            Suppressions suppressions,
            Bounces bounces,
            DkimKeys dkimKeys,
            Dns dns,
            SendingAddressEndpoints senders,
            ProofEndpoints proofs,
            Relays relays,
            boolean builtInInbox,
            Optional<String> bounceDomain) {
        private List<HealthEndpoints.Way> ways() {
            return builtInInbox
                    ? List.of()
                    : relays.conditions().stream()
                            .map(condition -> new HealthEndpoints.Way(
                                    condition.relay().toString(), condition.down(), condition.refused()))
                            .toList();
        }

        private Optional<String> relayHost() {
            return builtInInbox
                    ? Optional.empty()
                    : relays.conditions().stream()
                            .map(condition -> condition.relay().host())
                            .findFirst();
        }
    }

    /// As many people as are counted while an author waits.
    private static final int SMALL_MAX = 10_000;

    /// Those that some pages share.
    static Figures figures(Database database, Subscribers subscribers) {
        return Figures.of(account -> database.read(tx -> subscribers.hasMoreThan(tx, account, SMALL_MAX)));
    }

    /// @return where further pages let their authors in
    Desk register(Routes routes) {
        var desk = new Desk(logins, accounts, tzData, clock);
        var figures = figures(database, subscribers);
        routes.errorPage(Desk::problem);
        new AssetEndpoints().register(routes);
        new HomeEndpoints(
                        database,
                        forecast,
                        deliveries,
                        subscribers,
                        sequences,
                        standings,
                        brake,
                        replanner,
                        builtInInbox,
                        figures,
                        desk)
                .register(routes);
        new SampleEndpoints(
                        database,
                        sequences,
                        sequenceBodies,
                        emailBodies,
                        subscribers,
                        tags,
                        enrollments,
                        builtInInbox,
                        desk)
                .register(routes);
        new SuppressedEndpoints(mail.suppressions(), desk).register(routes);
        new ReturnedEndpoints(database, mail.bounces(), subscribers, desk).register(routes);
        new HealthEndpoints(
                        database,
                        accounts,
                        mail.dkimKeys(),
                        mail.dns(),
                        mail::ways,
                        mail.relayHost(),
                        mail.bounceDomain(),
                        deliveries,
                        figures,
                        desk)
                .register(routes);
        new SenderEndpoints(database, accounts, mail.senders(), builtInInbox, desk).register(routes);
        new ProofPagesEndpoints(mail.proofs(), desk).register(routes);
        new LedgerEndpoints(database, deliveries, sequences, subscribers, desk).register(routes);
        new InboxPagesEndpoints(inbox, builtInInbox, desk).register(routes);
        new AccountPagesEndpoints(database, accounts, apiKeys, accountBodies, tzData, desk).register(routes);
        new YouEndpoints(database, accounts, members, secondFactors, logins, desk).register(routes);
        new TeamEndpoints(database, accounts, members, invitations, notices, publicUrl, desk).register(routes);
        new SequenceListEndpoints(database, sequences, standings, figures, desk).register(routes);
        new SettingsEndpoints(
                        database,
                        sequences,
                        standings,
                        edits,
                        sequenceBodies,
                        accounts,
                        templates,
                        new SettingsEndpoints.Sources(tags, forms, segments),
                        tzData,
                        figures,
                        desk)
                .register(routes);
        new TimelineEndpoints(database, sequences, standings, forecast, edits, figures, desk).register(routes);
        new EditorEndpoints(
                        database,
                        sequences,
                        emailBodies,
                        edits,
                        templates,
                        new Variables(database, customFields, snippets),
                        drafts,
                        desk)
                .register(routes);
        new ImportEndpoints(database, sheets, customFields, tags, sequences, desk).register(routes);
        new ExportEndpoints(database, subscribers, customFields, desk).register(routes);
        new ChangeEndpoints(database, subscribers, tags, sequences, bulk, figures, desk).register(routes);
        new PeopleEndpoints(database, subscribers, tags, sequences, enrollments, desk).register(routes);
        new PersonEndpoints(
                        database, subscribers, customFields, tags, sequences, enrollments, standings, why, brake, desk)
                .register(routes);
        new PreviewEndpoints(database, subscribers, sequences, letters, desk).register(routes);
        return desk;
    }
}
