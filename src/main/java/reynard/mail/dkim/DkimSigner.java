package reynard.mail.dkim;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;

/// Puts signatures in front of a finished message (RFC 6376; RFC 8463 for Ed25519): relaxed/relaxed, the whole body.
///
/// What is signed is what a reader or a mail program relies on. A name in the list that the message does not have is
/// signed as missing, so nobody can add one; From is listed once more than it appears, so nobody can add a second.
public final class DkimSigner {
    private static final List<String> SIGNED = List.of(
            "From",
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Reply-To",
            "MIME-Version",
            "Content-Type",
            "List-Id",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
            "Feedback-ID");
    private static final int LINE_MAX = 76;

    private DkimSigner() {}

    /// The message with one signature per key, the first key's on top. Equal arguments give equal bytes: both
    /// algorithms are deterministic.
    ///
    /// @param message with CRLF line ends
    public static byte[] sign(byte[] message, List<DkimKey> keys, Instant at) {
        if (keys.isEmpty()) {
            return message;
        }
        int bodyStart = bodyStart(message);
        var fields = fields(new String(message, 0, bodyStart, StandardCharsets.ISO_8859_1));
        var bodyHash = Base64.getEncoder().encodeToString(sha256(relaxedBody(message, bodyStart)));
        var signed = new ByteArrayOutputStream(message.length + 1024 * keys.size());
        for (var key : keys) {
            var unsigned = unsigned(key, bodyHash, at);
            var signature = signature(key, signedData(fields, SIGNED, unsigned));
            signed.writeBytes((unsigned + folded(signature) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        signed.writeBytes(message);
        return signed.toByteArray();
    }

    /// A header field as it stands in the message, its folds included, without its last line end.
    record Field(String name, String raw) {}

    private static String unsigned(DkimKey key, String bodyHash, Instant at) {
        return "DKIM-Signature: v=1; a=" + key.algorithm().tag() + "; c=relaxed/relaxed;\r\n d=" + key.domain()
                + "; s=" + key.selector() + "; t=" + at.getEpochSecond() + ";\r\n h=" + names(0, 7) + ":\r\n "
                + names(7, 10) + ":\r\n " + names(10, SIGNED.size()) + ";\r\n bh=" + bodyHash + ";\r\n b=";
    }

    private static String names(int from, int to) {
        return String.join(":", SIGNED.subList(from, to));
    }

    private static String folded(byte[] signature) {
        var text = Base64.getEncoder().encodeToString(signature);
        var lines = new StringBuilder(text.length() + 32);
        for (int start = 0; start < text.length(); start += LINE_MAX - 4) {
            lines.append(start == 0 ? "" : "\r\n ").append(text, start, Math.min(text.length(), start + LINE_MAX - 4));
        }
        return lines.toString();
    }

    /// The fields of a message's head; each begins at the start of a line and goes on over lines that begin with a
    /// space.
    static List<Field> fields(String head) {
        var fields = new ArrayList<Field>();
        var raw = new StringBuilder();
        for (var line : head.split("\r\n", -1)) {
            if ((line.startsWith(" ") || line.startsWith("\t")) && !raw.isEmpty()) {
                raw.append("\r\n").append(line);
                continue;
            }
            addField(fields, raw);
            raw.setLength(0);
            raw.append(line);
        }
        addField(fields, raw);
        return fields;
    }

    private static void addField(List<Field> fields, StringBuilder raw) {
        int colon = raw.indexOf(":");
        if (colon > 0) {
            var name = raw.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            fields.add(new Field(name, raw.toString()));
        }
    }

    /// What the signature is made of: the listed fields, each name's last one first (RFC 6376, 5.4.2), then the
    /// signature's own field with an empty `b=` and no line end.
    static byte[] signedData(List<Field> fields, List<String> names, String unsigned) {
        var data = new StringBuilder();
        var taken = new HashMap<String, Integer>();
        for (var name : names) {
            var wanted = name.toLowerCase(Locale.ROOT);
            var same =
                    fields.stream().filter(field -> field.name().equals(wanted)).toList();
            int index = same.size() - taken.merge(wanted, 1, Integer::sum);
            if (index >= 0) {
                data.append(relaxedField(same.get(index).raw())).append("\r\n");
            }
        }
        return data.append(relaxedField(unsigned)).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /// RFC 6376, 3.4.2: the name in lower case, folds undone, white space as one space, none around the colon nor at
    /// the end.
    static String relaxedField(String raw) {
        int colon = raw.indexOf(':');
        var relaxed = new StringBuilder(raw.length());
        relaxed.append(raw.substring(0, colon).strip().toLowerCase(Locale.ROOT)).append(':');
        boolean space = false;
        boolean begun = false;
        for (int i = colon + 1; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                space = begun;
                continue;
            }
            if (space) {
                relaxed.append(' ');
            }
            relaxed.append(c);
            space = false;
            begun = true;
        }
        return relaxed.toString();
    }

    /// RFC 6376, 3.4.4: white space as one space, none at a line's end, no empty lines at the body's end.
    static byte[] relaxedBody(byte[] message, int start) {
        var relaxed = new ByteArrayOutputStream(message.length - start + 2);
        int emptyLines = 0;
        for (int lineStart = start; lineStart < message.length; ) {
            int lineEnd = lineEnd(message, lineStart);
            int length = relaxed.size();
            appendLine(relaxed, message, lineStart, lineEnd, emptyLines);
            boolean empty = relaxed.size() == length;
            emptyLines = empty ? emptyLines + 1 : 0;
            lineStart = lineEnd + 2;
        }
        return relaxed.toByteArray();
    }

    private static int lineEnd(byte[] message, int start) {
        for (int i = start; i + 1 < message.length; i++) {
            if (message[i] == '\r' && message[i + 1] == '\n') {
                return i;
            }
        }
        return message.length;
    }

    /// Nothing for a line of white space; before any other come the empty lines that turned out not to be the last.
    private static void appendLine(ByteArrayOutputStream relaxed, byte[] message, int start, int end, int emptyLines) {
        boolean space = false;
        boolean begun = false;
        for (int i = start; i < end; i++) {
            if (message[i] == ' ' || message[i] == '\t') {
                space = true;
                continue;
            }
            for (int line = 0; !begun && line < emptyLines; line++) {
                relaxed.write('\r');
                relaxed.write('\n');
            }
            if (space) {
                relaxed.write(' ');
            }
            relaxed.write(message[i]);
            space = false;
            begun = true;
        }
        if (begun) {
            relaxed.write('\r');
            relaxed.write('\n');
        }
    }

    static int bodyStart(byte[] message) {
        for (int i = 0; i + 3 < message.length; i++) {
            if (message[i] == '\r' && message[i + 1] == '\n' && message[i + 2] == '\r' && message[i + 3] == '\n') {
                return i + 4;
            }
        }
        return message.length;
    }

    /// Ed25519 signs the hash of the data and not the data (RFC 8463, 3).
    static byte[] signature(DkimKey key, byte[] data) {
        try {
            var signature = Signature.getInstance(key.algorithm().jdkName());
            signature.initSign(key.privateKey());
            signature.update(key.algorithm() == DkimAlgorithm.ED25519 ? sha256(data) : data);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the DKIM key " + key.recordName() + " does not sign", e);
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
