package reynard.delivery.smtp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import reynard.delivery.smtp.SendOutcome.Accepted;
import reynard.delivery.smtp.SendOutcome.Broken;
import reynard.delivery.smtp.SendOutcome.Deferred;
import reynard.delivery.smtp.SendOutcome.Rejected;
import reynard.delivery.smtp.SendOutcome.Unconfirmed;

/// A message that the relay waits for, before its final dot: the last moment at which not sending is still certain.
/// Either [#finish] or [#abandon], once.
public final class SmtpTransaction {
    static final byte[] DOT = "\r\n.\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SmtpConnection connection;
    private final Line line;
    private final Timeouts timeouts;
    private final byte[] rest;
    private boolean over;

    /// @param rest what is not sent yet: the dot, and of a small message all that comes before it
    SmtpTransaction(SmtpConnection connection, Line line, Timeouts timeouts, byte[] rest) {
        this.connection = connection;
        this.line = line;
        this.timeouts = timeouts;
        this.rest = rest;
    }

    /// Sends what is left up to the dot, in one write, and waits for the reply, up to 10 minutes unless set otherwise.
    ///
    /// `Broken` and a refusal at stage `DATA` mean that the dot was not sent, or not all of it. Once it is,
    /// all that is not a reply is `Unconfirmed`.
    public SendOutcome finish() {
        end();
        try {
            return sendDot();
        } catch (RuntimeException | Error e) {
            // Whatever it was, the message may have arrived.
            line.close();
            return new Unconfirmed(e.toString());
        }
    }

    private SendOutcome sendDot() {
        try {
            if (line.hasUnread()) {
                return interrupted(line.read(timeouts.data()));
            }
        } catch (IOException e) {
            line.close();
            return new Broken(Stage.DATA, Handshake.cause(e));
        }
        try {
            line.send(rest, rest.length, timeouts.block());
        } catch (IOException e) {
            line.close();
            // Half a dot ends no message. Only who ran out of patience cannot know how much of it went out since.
            return line.isTimedOut() ? new Unconfirmed(Handshake.cause(e)) : new Broken(Stage.DATA, Handshake.cause(e));
        }
        try {
            return outcome(line.read(timeouts.dot()));
        } catch (IOException e) {
            line.close();
            return new Unconfirmed(Handshake.cause(e));
        }
    }

    /// What [#finish] returned is being put on record: no other dot is sent on this connection until it is, and none
    /// if it never is.
    ///
    /// @param recorded ends with whether it is, and never with an exception
    public void onRecord(CompletableFuture<Boolean> recorded) {
        connection.recording(recorded);
    }

    /// The relay answered while the message was not yet at its end, mostly `421` after a long wait.
    private SendOutcome interrupted(Reply reply) {
        line.close();
        if (reply.isTransient()) {
            return new Deferred(Stage.DATA, reply);
        }
        return reply.isPermanent()
                ? new Rejected(Stage.DATA, reply)
                : new Broken(Stage.DATA, "the relay answered before the message's end: " + reply.code());
    }

    private SendOutcome outcome(Reply reply) {
        if (reply.code() == Reply.SERVICE_ENDS) {
            line.quit();
        }
        if (reply.isPositive()) {
            return new Accepted(reply);
        }
        if (reply.isTransient()) {
            return new Deferred(Stage.DOT, reply);
        }
        if (reply.isPermanent()) {
            return new Rejected(Stage.DOT, reply);
        }
        line.close();
        return new Unconfirmed("the relay answered the dot with " + reply.code());
    }

    /// Closes the connection instead, in silence. The relay must throw the message away (RFC 5321, 4.1.1.4).
    public void abandon() {
        end();
        line.close();
    }

    private void end() {
        if (over) {
            throw new IllegalStateException("the transaction is over");
        }
        over = true;
        connection.transactionEnded();
    }
}
