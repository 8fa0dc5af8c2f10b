package reynard.inbox;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import reynard.account.Account;
import reynard.account.Accounts;
import reynard.id.AccountId;

/// A real SMTP server on a free port of loopback, so that mail without a relay goes the way that it would go with one.
/// It answers 250 when the message is durable, and takes only mail of this installation, which its Feedback-ID names.
public final class InboxListener implements AutoCloseable {
    /// Before the @ stands the beginning of the account's token.
    private static final Pattern MESSAGE_ID = Pattern.compile("\\s*<[^@.]+\\.([A-Za-z0-9_-]{8})@.*");

    private static final Logger LOG = LoggerFactory.getLogger(InboxListener.class);
    private static final int MESSAGE_BYTES_MAX = 10_000_000;
    private static final int CONNECTIONS_MAX = 200;

    private final Inbox inbox;
    private final Accounts accounts;
    private final SMTPServer server;

    private InboxListener(Inbox inbox, Accounts accounts) {
        this.inbox = inbox;
        this.accounts = accounts;
        this.server = SMTPServer.port(0)
                .bindAddress(InetAddress.getLoopbackAddress())
                .softwareName("Reynard inbox")
                .maxConnections(CONNECTIONS_MAX)
                .maxMessageSize(MESSAGE_BYTES_MAX)
                .messageHandlerFactory(Receiving::new)
                .build();
    }

    public static InboxListener start(Inbox inbox, Accounts accounts) {
        var listener = new InboxListener(inbox, accounts);
        listener.server.start();
        return listener;
    }

    public int port() {
        return server.getPortAllocated();
    }

    @Override
    public void close() {
        server.stop();
    }

    /// Whose mail it is: mail of a list says so for its receiver's feedback, and all mail in its Message-ID.
    private Optional<AccountId> account(ParsedMail mail) {
        var feedbackId = mail.headers().getOrDefault("Feedback-ID", "").split(":");
        if (feedbackId.length >= 2) {
            return accounts.findByToken(feedbackId[1].strip());
        }
        var messageId = MESSAGE_ID.matcher(mail.headers().getOrDefault("Message-ID", ""));
        return messageId.matches()
                ? accounts.findByTokenStart(messageId.group(1)).stream()
                        .map(Account::id)
                        .findFirst()
                : Optional.empty();
    }

    /// One message on its way in.
    private final class Receiving implements MessageHandler {
        private String sender = "";
        private String recipient = "";

        Receiving(MessageContext context) {}

        @Override
        public void from(String from) {
            sender = from;
        }

        @Override
        public void recipient(String to) {
            recipient = to;
        }

        @Override
        public @Nullable String data(InputStream data) throws RejectException, IOException {
            var raw = data.readAllBytes();
            var mail = ParsedMail.of(raw);
            var account = account(mail)
                    .orElseThrow(() -> new RejectException(554, "5.7.1 this inbox takes mail of its own server only"));
            try {
                inbox.keep(account, sender, recipient, mail.subject(), raw);
            } catch (RuntimeException e) {
                LOG.error("the inbox could not keep a message", e);
                throw new RejectException(451, "4.3.0 the message could not be kept");
            }
            return null;
        }

        @Override
        public void done() {}
    }
}
