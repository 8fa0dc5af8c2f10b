package reynard.broadcast;

import java.util.Optional;
import reynard.db.Tx;
import reynard.delivery.BroadcastWriter;
import reynard.id.AccountId;
import reynard.id.BroadcastId;
import reynard.template.EmailRenderer;
import reynard.template.EmailTemplates;

/// What the emails of a broadcast are made of. It does not change any more once the first is on its way, but for its
/// layout.
public final class Writer implements BroadcastWriter {
    private final Broadcasts broadcasts;
    private final EmailTemplates templates;

    public Writer(Broadcasts broadcasts, EmailTemplates templates) {
        this.broadcasts = broadcasts;
        this.templates = templates;
    }

    /// Whatever waits to be tried again when a broadcast is stopped is not.
    @Override
    public Optional<Draft> draft(Tx tx, AccountId account, BroadcastId id) {
        return broadcasts
                .find(tx, account, id)
                .filter(broadcast -> broadcast.stage() instanceof Broadcast.Stage.Sending
                        || broadcast.stage() instanceof Broadcast.Stage.Completed)
                .map(broadcast -> written(tx, account, broadcast.settings()));
    }

    /// The same of a broadcast that nobody gets yet.
    public Draft written(Tx tx, AccountId account, BroadcastSettings settings) {
        var layout = settings.emailTemplate()
                .flatMap(template -> templates.find(tx, account, template))
                .orElseGet(() -> templates.defaultOf(tx, account));
        return new Draft(
                settings.sendingAddress(),
                new EmailRenderer.Source(
                        settings.subject().orElse(""),
                        settings.previewText().orElse(""),
                        settings.content().orElse(""),
                        layout.html(),
                        settings.format()));
    }
}
