package reynard.app;

import reynard.broadcast.Broadcasts;
import reynard.db.Database;
import reynard.form.FormEndpoints;
import reynard.form.Forms;
import reynard.http.Routes;
import reynard.segment.SegmentEndpoints;
import reynard.segment.Segments;
import reynard.sequence.Sequences;
import reynard.signup.FormPageEndpoints;
import reynard.signup.FormPages;
import reynard.subscriber.CustomFields;
import reynard.subscriber.Subscribers;
import reynard.tag.Tags;
import reynard.ui.Desk;
import reynard.ui.audience.FieldPagesEndpoints;
import reynard.ui.audience.SegmentPagesEndpoints;
import reynard.ui.audience.TagPagesEndpoints;
import reynard.ui.form.FormPagesEndpoints;

/// The pages about how an account tells its people apart and how they come, all registered.
record AudiencePages(
        Database database,
        Subscribers subscribers,
        CustomFields customFields,
        Tags tags,
        Forms forms,
        FormEndpoints formBodies,
        FormPages formPages,
        FormPageEndpoints formPageBodies,
        Segments segments,
        SegmentEndpoints segmentBodies,
        Sequences sequences,
        Broadcasts broadcasts) {
    void register(Routes routes, Desk desk) {
        var figures = Workplace.figures(database, subscribers);
        new SegmentPagesEndpoints(
                        database,
                        segments,
                        segmentBodies,
                        subscribers,
                        customFields,
                        tags,
                        forms,
                        sequences,
                        broadcasts,
                        figures,
                        desk)
                .register(routes);
        new TagPagesEndpoints(database, tags, sequences, figures, desk).register(routes);
        new FormPagesEndpoints(database, forms, formBodies, formPages, formPageBodies, tags, sequences, desk)
                .register(routes);
        new FieldPagesEndpoints(database, customFields, desk).register(routes);
    }
}
