package reynard.delivery.smtp;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import reynard.delivery.smtp.SendOutcome.Broken;
import reynard.delivery.smtp.SendOutcome.Deferred;
import reynard.delivery.smtp.SendOutcome.NotSent;
import reynard.delivery.smtp.SendOutcome.Rejected;
import reynard.delivery.smtp.SendOutcome.Stale;
import reynard.delivery.smtp.SendOutcome.Unsupported;
import reynard.mail.EmailAddress;

/// One open conversation with one relay; it carries one message after the other.
///
/// ```java
/// switch (connection.begin(envelope, message)) {
///     case Ready(var transaction) -> transaction.finish(); // after a durable note that the dot comes now
///     case NotSent outcome -> …
/// }
/// ```
///
/// Within a message, MAIL, RCPT and DATA go out together if the relay offers PIPELINING (RFC 2920); nothing is
/// ever sent ahead of the reply to a dot. For one virtual thread at a time; not safe for two.
public final class SmtpConnection implements AutoCloseable {
    /// What TCP sends at once at the beginning of a connection (RFC 6928): up to here a message and its dot arrive
    /// together.
    private static final int FIRST_WINDOW = 14_600;

    private final Relay relay;
    private final SmtpSettings settings;
    private final Line line;
    private final Capabilities capabilities;
    private final int messagesMax;
    private final long octetsMax;
    private final boolean pipelines;
    private final boolean limitsSize;
    private final boolean reports;
    private CompletableFuture<Boolean> recorded = CompletableFuture.completedFuture(true);
    private int transactions;
    private boolean needsReset;
    private boolean inTransaction;

    SmtpConnection(Relay relay, SmtpSettings settings, Line line, Capabilities capabilities) {
        this.relay = relay;
        this.settings = settings;
        this.line = line;
        this.capabilities = capabilities;
        this.messagesMax = capabilities.messagesMax();
        this.octetsMax = capabilities.octetsMax();
        this.pipelines = offers("PIPELINING");
        this.limitsSize = offers("SIZE");
        this.reports = offers("DSN");
    }

    /// Connects, encrypts and logs in as the relay's URL asks.
    public static Opening open(Relay relay, SmtpSettings settings) {
        return Handshake.open(relay, settings);
    }

    public Relay relay() {
        return relay;
    }

    /// Whether the relay said it can do `keyword`, in upper case: `SMTPUTF8`, `DSN`, `ENHANCEDSTATUSCODES`.
    public boolean offers(String keyword) {
        return capabilities.offers(keyword);
    }

    /// The next dot waits for it.
    void recording(CompletableFuture<Boolean> ofLastReply) {
        recorded = ofLastReply;
    }

    /// Waits until what the last reply to a dot said is on record; who opens another connection in its place does so
    /// first.
    ///
    /// @return whether it is; otherwise no dot may be sent any more, here or in its place
    public boolean awaitRecord() {
        return recorded.join();
    }

    boolean isOnRecord() {
        return recorded.isDone();
    }

    /// Whether another message may be begun here. False after 421, a broken line, an abandoned transaction, or
    /// as many messages as the relay allows.
    public boolean isReusable() {
        return !inTransaction && !line.isClosed() && transactions < messagesMax;
    }

    /// Offers the message and, if the relay wants it, sends all of it but the final dot; a small one stays here and
    /// goes out with its dot. Returns no sooner than the reply to the dot before is on record.
    ///
    /// `message` is a whole message, headers first; CRLF, lone CR and lone LF all end a line.
    ///
    /// @throws IllegalArgumentException if a line of the message has more than 998 octets; nothing was sent then
    /// @throws IllegalStateException if the connection is not reusable
    public Begun begin(Envelope envelope, byte[] message) {
        if (!isReusable()) {
            throw new IllegalStateException("this connection takes no further message");
        }
        if (message.length > octetsMax) {
            return new Unsupported(
                    "the message has " + message.length + " octets, and the relay takes " + octetsMax + " at most");
        }
        var body = WireBody.of(message);
        var lacking = lacking(envelope, body);
        if (lacking.isPresent()) {
            return new Unsupported("the relay does not offer " + lacking.get());
        }
        transactions++;
        return new Offer(commands(envelope, body, message.length), body).make();
    }

    private Optional<String> lacking(Envelope envelope, WireBody body) {
        if (needsSmtpUtf8(envelope, body) && !offers("SMTPUTF8")) {
            return Optional.of("SMTPUTF8");
        }
        return body.hasEightBitBody() && !offers("8BITMIME") ? Optional.of("8BITMIME") : Optional.empty();
    }

    private static boolean needsSmtpUtf8(Envelope envelope, WireBody body) {
        return envelope.needsSmtpUtf8() || body.hasEightBitHeader();
    }

    private List<Command> commands(Envelope envelope, WireBody body, int size) {
        var mail = new StringBuilder("MAIL FROM:").append(path(envelope.sender()));
        if (limitsSize) {
            mail.append(" SIZE=").append(size);
        }
        if (body.hasEightBitBody() || (needsSmtpUtf8(envelope, body) && offers("8BITMIME"))) {
            mail.append(" BODY=8BITMIME");
        }
        if (needsSmtpUtf8(envelope, body)) {
            mail.append(" SMTPUTF8");
        }
        // A report is asked for when the message comes back for good, and with its headers alone (RFC 3461).
        if (reports) {
            mail.append(" RET=HDRS");
            envelope.id().ifPresent(id -> mail.append(" ENVID=").append(id));
        }
        var commands = new ArrayList<Command>(4);
        if (needsReset) {
            commands.add(new Command(Stage.MAIL, "RSET\r\n"));
        }
        commands.add(new Command(Stage.MAIL, mail.append("\r\n").toString()));
        commands.add(new Command(
                Stage.RCPT, "RCPT TO:" + path(envelope.recipient()) + (reports ? " NOTIFY=FAILURE" : "") + "\r\n"));
        commands.add(new Command(Stage.DATA, "DATA\r\n"));
        return commands;
    }

    private static String path(EmailAddress address) {
        return "<" + address.wireValue() + ">";
    }

    /// A line to send, and the stage that its reply belongs to.
    private record Command(Stage stage, String text) {}

    /// One message's way to the point before the dot.
    private final class Offer {
        private final List<Command> commands;
        private final WireBody body;
        private Stage stage = Stage.MAIL;

        Offer(List<Command> commands, WireBody body) {
            this.commands = commands;
            this.body = body;
        }

        Begun make() {
            try {
                if (line.hasUnread()) {
                    line.close();
                    return closedByRelay("the relay spoke out of turn");
                }
                var refusal = converse();
                needsReset = refusal.isPresent();
                if (refusal.isPresent()) {
                    return refusal.get();
                }
                boolean small = body.length() + SmtpTransaction.DOT.length <= FIRST_WINDOW;
                if (!small) {
                    line.send(body.bytes(), body.length(), settings.timeouts().block());
                }
                inTransaction = true;
                if (!awaitRecord()) {
                    inTransaction = false;
                    line.close();
                    return new Broken(stage, "the reply before is not on record");
                }
                var rest = small ? body.ending(SmtpTransaction.DOT) : SmtpTransaction.DOT;
                return new Begun.Ready(new SmtpTransaction(SmtpConnection.this, line, settings.timeouts(), rest));
            } catch (IOException e) {
                line.close();
                return lost(e);
            }
        }

        /// Asks up to DATA; the first refusal, if there is one.
        private Optional<NotSent> converse() throws IOException {
            if (pipelines) {
                send(commands.stream().map(Command::text).collect(Collectors.joining()));
            }
            for (int i = 0; i < commands.size(); i++) {
                stage = commands.get(i).stage();
                if (!pipelines) {
                    send(commands.get(i).text());
                }
                var reply = line.read(settings.timeouts().of(stage));
                boolean fits = stage == Stage.DATA ? reply.isIntermediate() : reply.isPositive();
                if (!fits) {
                    var refusal = refused(reply);
                    skipReplies(pipelines ? commands.size() - i - 1 : 0);
                    return Optional.of(refusal);
                }
            }
            return Optional.empty();
        }

        private void send(String text) throws IOException {
            line.send(text, settings.timeouts().block());
        }

        /// Reads what the relay says to the commands that went out together with a refused one.
        private void skipReplies(int count) {
            try {
                for (int i = 0; i < count && !line.isClosed(); i++) {
                    // Refused, and yet the relay waits for a message: it would take what follows for one.
                    if (line.read(settings.timeouts().of(stage)).isIntermediate()) {
                        line.close();
                    }
                }
            } catch (IOException _) {
                // The refusal stands; only this connection is lost.
                line.close();
            }
        }

        private NotSent refused(Reply reply) {
            if (reply.code() == Reply.SERVICE_ENDS) {
                line.quit();
                return isBetweenMessages() ? new Stale(reply.toString()) : new Deferred(stage, reply);
            }
            if (reply.isTransient()) {
                return new Deferred(stage, reply);
            }
            if (reply.isPermanent()) {
                return new Rejected(stage, reply);
            }
            line.close();
            return new Broken(stage, "the relay answered out of turn: " + reply.code());
        }

        private NotSent lost(IOException e) {
            return line.isTimedOut() || e instanceof ProtocolException
                    ? new Broken(stage, Handshake.cause(e))
                    : closedByRelay(Handshake.cause(e));
        }

        private NotSent closedByRelay(String cause) {
            return isBetweenMessages() ? new Stale(cause) : new Broken(stage, cause);
        }

        /// Whether the relay has answered nothing of this message, on a connection that had served before.
        private boolean isBetweenMessages() {
            return stage == Stage.MAIL && transactions > 1;
        }
    }

    /// The transaction's end, as the transaction reports it.
    void transactionEnded() {
        inTransaction = false;
    }

    /// Takes leave with QUIT, or closes in silence if a transaction is under way or the line is broken. Does
    /// not wait for an answer.
    @Override
    public void close() {
        if (inTransaction || line.isClosed()) {
            line.close();
        } else {
            line.quit();
        }
    }
}
