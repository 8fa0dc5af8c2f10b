package reynard.bounce;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client that hands over returned mail, by SMTP (RFC 5321) or LMTP (RFC 2033).
final class Conversation {
    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
    private static final int MESSAGE_BYTES_MAX = 10 * 1024 * 1024;
    private static final int COMMAND_BYTES_MAX = 2_048;
    private static final int RECIPIENTS_MAX = 100;
    private static final int FAULTS_MAX = 20;
    private static final int MESSAGES_MAX = 1_000;

    private final Bounces bounces;
    private final Optional<String> domain;
    private final InputStream in;
    private final OutputStream out;
    private boolean lmtp;
    private Optional<String> sender = Optional.empty();
    private List<String> recipients = new ArrayList<>();
    private int faults;
    private int messages;

    Conversation(Bounces bounces, Optional<String> domain, InputStream in, OutputStream out) {
        this.bounces = bounces;
        this.domain = domain;
        this.in = new BufferedInputStream(in, 16 * 1024);
        this.out = out;
    }

    void run() throws IOException {
        say("220 " + domain.orElse("localhost") + " Reynard takes returned mail");
        while (faults < FAULTS_MAX && messages < MESSAGES_MAX) {
            var line = command();
            if (line.isEmpty() || !answer(line.get())) {
                return;
            }
        }
        say("421 4.7.0 enough for one connection");
    }

    /// @return false when the conversation is over
    private boolean answer(String line) throws IOException {
        var verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        switch (verb) {
            case "HELO" -> greet(false, "250 " + domain.orElse("localhost"));
            case "EHLO", "LHLO" ->
                greet(
                        verb.equals("LHLO"),
                        "250-" + domain.orElse("localhost"),
                        "250-SIZE " + MESSAGE_BYTES_MAX,
                        "250-8BITMIME",
                        "250-SMTPUTF8",
                        "250-PIPELINING",
                        "250 ENHANCEDSTATUSCODES");
            case "MAIL" -> mail(line);
            case "RCPT" -> recipient(line);
            case "DATA" -> data();
            case "RSET" -> {
                reset();
                say("250 2.0.0 forgotten");
            }
            case "NOOP" -> say("250 2.0.0 well");
            case "VRFY" -> say("252 2.1.5 try it");
            case "QUIT" -> {
                say("221 2.0.0 bye");
                return false;
            }
            default -> fault("500 5.5.1 unknown command");
        }
        return true;
    }

    private void greet(boolean byLmtp, String... lines) throws IOException {
        lmtp = byLmtp;
        reset();
        for (var line : lines) {
            say(line);
        }
    }

    private void mail(String line) throws IOException {
        var path = path(line, "FROM:");
        if (path.isEmpty()) {
            fault("501 5.5.4 MAIL FROM:<address>");
        } else if (size(line) > MESSAGE_BYTES_MAX) {
            say("552 5.3.4 too large");
        } else {
            reset();
            sender = path;
            say("250 2.1.0 ok");
        }
    }

    private static long size(String line) {
        for (var word : line.toUpperCase(Locale.ROOT).split(" ")) {
            if (word.matches("SIZE=[0-9]{1,15}")) {
                return Long.parseLong(word.substring(5));
            }
        }
        return 0;
    }

    private void recipient(String line) throws IOException {
        var path = path(line, "TO:").filter(address -> !address.isEmpty());
        if (sender.isEmpty()) {
            fault("503 5.5.1 MAIL first");
        } else if (path.isEmpty()) {
            fault("501 5.5.4 RCPT TO:<address>");
        } else if (recipients.size() >= RECIPIENTS_MAX) {
            say("452 4.5.3 enough recipients");
        } else if (domain.isPresent() && !isAt(path.get(), domain.get())) {
            fault("550 5.7.1 nothing is relayed here");
        } else {
            recipients.add(path.get());
            say("250 2.1.5 ok");
        }
    }

    private static boolean isAt(String address, String domain) {
        return address.substring(address.lastIndexOf('@') + 1).equalsIgnoreCase(domain);
    }

    /// What stands between the angle brackets.
    private static Optional<String> path(String line, String keyword) {
        int start = line.toUpperCase(Locale.ROOT).indexOf(keyword);
        int open = start < 0 ? -1 : line.indexOf('<', start);
        int close = open < 0 ? -1 : line.indexOf('>', open);
        return close < 0
                ? Optional.empty()
                : Optional.of(line.substring(open + 1, close).strip());
    }

    private void data() throws IOException {
        if (recipients.isEmpty()) {
            fault("503 5.5.1 RCPT first");
            return;
        }
        say("354 go on, and end with a dot");
        var message = message();
        messages++;
        var answer = message.map(this::take).orElse("552 5.3.4 too large");
        // LMTP asks about each recipient, SMTP about all of them.
        for (int i = 0; i < (lmtp ? recipients.size() : 1); i++) {
            say(answer);
        }
        reset();
    }

    private String take(byte[] message) {
        try {
            return bounces.takeMail(sender.orElse(""), recipients, message)
                    ? "250 2.0.0 taken"
                    : "554 5.6.0 this is no report that anyone would send";
        } catch (RuntimeException e) {
            LOG.error("returned mail could not be taken", e);
            return "451 4.3.0 it could not be kept; try again";
        }
    }

    /// Up to the line of one dot; the dot that protects a line is taken away. Empty when it is too large, after all of
    /// it
    /// has been read.
    private Optional<byte[]> message() throws IOException {
        var message = new ByteArrayOutputStream();
        long size = 0;
        while (true) {
            boolean lineStart = true;
            boolean dot = false;
            int before = -1;
            long length = 0;
            var line = new ByteArrayOutputStream(128);
            while (true) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("the connection ended inside a message");
                }
                if (lineStart && next == '.') {
                    dot = true;
                    lineStart = false;
                    before = next;
                    continue;
                }
                lineStart = false;
                size++;
                length++;
                if (size <= MESSAGE_BYTES_MAX) {
                    line.write(next);
                }
                if (before == '\r' && next == '\n') {
                    break;
                }
                before = next;
            }
            if (dot && length == 2) {
                return size > MESSAGE_BYTES_MAX ? Optional.empty() : Optional.of(message.toByteArray());
            }
            line.writeTo(message);
        }
    }

    /// A line without its end; empty when the client has gone.
    private Optional<String> command() throws IOException {
        var line = new ByteArrayOutputStream(128);
        while (true) {
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            if (next == '\n') {
                return Optional.of(line.toString(StandardCharsets.UTF_8).strip());
            }
            if (line.size() >= COMMAND_BYTES_MAX) {
                say("500 5.5.2 line too long");
                return Optional.empty();
            }
            line.write(next);
        }
    }

    private void reset() {
        sender = Optional.empty();
        recipients = new ArrayList<>();
    }

    private void fault(String answer) throws IOException {
        faults++;
        say(answer);
    }

    private void say(String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
