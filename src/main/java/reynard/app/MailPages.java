package reynard.app;

import reynard.account.Accounts;
import reynard.broadcast.BroadcastEndpoints;
import reynard.broadcast.Broadcasts;
import reynard.broadcast.Mailing;
import reynard.broadcast.PostLinks;
import reynard.broadcast.Writer;
import reynard.db.Database;
import reynard.delivery.Letters;
import reynard.draft.Drafts;
import reynard.enrollment.Standings;
import reynard.http.Routes;
import reynard.proof.ProofEndpoints;
import reynard.report.Reports;
import reynard.segment.Segments;
import reynard.sequence.Sequences;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.template.EmailTemplates;
import reynard.template.SnippetEndpoints;
import reynard.template.Snippets;
import reynard.template.TemplateEndpoints;
import reynard.ui.Desk;
import reynard.ui.broadcast.BroadcastListEndpoints;
import reynard.ui.broadcast.BroadcastPagesEndpoints;
import reynard.ui.broadcast.BroadcastPreviewEndpoints;
import reynard.ui.letter.Variables;
import reynard.ui.sequence.StatsEndpoints;
import reynard.ui.template.SnippetPagesEndpoints;
import reynard.ui.template.TemplatePagesEndpoints;

/// The pages about broadcasts, about what emails have in common and about what came of them, all registered.
record MailPages(
        Database database,
        Accounts accounts,
        Broadcasts broadcasts,
        BroadcastEndpoints broadcastBodies,
        Mailing mailing,
        Writer writer,
        ProofEndpoints proofs,
        Drafts drafts,
        PostLinks postLinks,
        Letters letters,
        Subscribers subscribers,
        Segments segments,
        Tags tags,
        CustomFields customFields,
        EmailTemplates templates,
        TemplateEndpoints templateBodies,
        Snippets snippets,
        SnippetEndpoints snippetBodies,
        Sequences sequences,
        Standings standings,
        Reports reports) {
    void register(Routes routes, Desk desk) {
        var figures = Workplace.figures(database, subscribers);
        new BroadcastListEndpoints(database, broadcasts, accounts, postLinks, figures, desk).register(routes);
        new BroadcastPreviewEndpoints(database, subscribers, templates, letters, desk).register(routes);
        new BroadcastPagesEndpoints(
                        database,
                        broadcasts,
                        broadcastBodies,
                        mailing,
                        segments,
                        tags,
                        accounts,
                        templates,
                        writer,
                        proofs,
                        new Variables(database, customFields, snippets),
                        drafts,
                        postLinks,
                        figures,
                        desk)
                .register(routes);
        new TemplatePagesEndpoints(database, templates, templateBodies, letters, sequences, broadcasts, desk)
                .register(routes);
        new StatsEndpoints(database, sequences, standings, reports, figures, desk).register(routes);
        new SnippetPagesEndpoints(database, snippets, snippetBodies, desk).register(routes);
    }
}
