package reynard.app;

import reynard.access.Tokens;
import reynard.http.Routes;
import reynard.ui.Desk;
import reynard.ui.program.TokenPagesEndpoints;
import reynard.ui.program.WebhookPagesEndpoints;
import reynard.webhook.ReceiverEndpoints;
import reynard.webhook.Receivers;

/// The pages about programs, all registered.
record ProgramPages(Receivers receivers, ReceiverEndpoints receiverBodies, Tokens tokens) {
    void register(Routes routes, Desk desk) {
        new WebhookPagesEndpoints(receivers, receiverBodies, desk).register(routes);
        new TokenPagesEndpoints(tokens, desk).register(routes);
    }
}
