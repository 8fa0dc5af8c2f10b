package reynard.mail;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Messages in the form that goes over the wire (RFC 5322, RFC 2045 and 2046): multipart/alternative, the text
/// first, then the HTML, both quoted-printable in UTF-8. CRLF only; body lines of at most 76 octets; seven bits
/// throughout, except for local parts of addresses that need SMTPUTF8.
public final class Mime {
    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private Mime() {}

    /// The message's bytes, ending in CRLF. A pure function: equal messages give equal bytes.
    public static byte[] compose(Message message) {
        // Encoded text never holds "=_", so no content can hold the boundary (RFC 2045, 6.7).
        var boundary = "=_" + message.boundaryToken();
        int bodies = message.text().length() + message.html().length();
        // What is encoded makes a body of markup a fifth longer; one of other scripts grows on its way.
        var out = new WireBuffer(2048 + bodies + bodies / 4);
        appendHeaders(out, message);
        out.append("MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"")
                .append(boundary)
                .append("\"\r\n\r\n");
        appendPart(out, boundary, "text/plain", message.text());
        appendPart(out, boundary, "text/html", message.html());
        return out.append("--").append(boundary).append("--\r\n").toBytes();
    }

    private static void appendHeaders(WireBuffer out, Message message) {
        out.appendHeader("From", mailbox(message.fromName(), message.from()));
        out.appendHeader("To", mailbox(message.toName(), message.to()));
        message.replyTo().ifPresent(address -> out.appendHeader("Reply-To", mailbox("", address)));
        out.appendHeader("Subject", EncodedWords.text(message.subject()));
        out.appendHeader("Date", date(message.date()));
        out.appendHeader("Message-ID", "<" + message.messageId() + ">");
        for (var header : message.extra()) {
            out.appendHeader(header.name(), header.value());
        }
    }

    private static String mailbox(String name, EmailAddress address) {
        var phrase = EncodedWords.phrase(name);
        return phrase.isEmpty() ? address.wireValue() : phrase + " <" + address.wireValue() + ">";
    }

    /// `Sun, 1 Nov 2026 09:00:00 +0000`; by hand, because formatters follow locales.
    private static String date(Instant date) {
        var utc = LocalDateTime.ofInstant(date, ZoneOffset.UTC);
        var text = new StringBuilder(32)
                .append(DAYS[utc.getDayOfWeek().getValue() - 1])
                .append(", ")
                .append(utc.getDayOfMonth())
                .append(' ')
                .append(MONTHS[utc.getMonthValue() - 1])
                .append(' ')
                .append(utc.getYear())
                .append(' ');
        appendTwoDigits(text, utc.getHour()).append(':');
        appendTwoDigits(text, utc.getMinute()).append(':');
        return appendTwoDigits(text, utc.getSecond()).append(" +0000").toString();
    }

    private static StringBuilder appendTwoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static void appendPart(WireBuffer out, String boundary, String type, String body) {
        out.append("--")
                .append(boundary)
                .append("\r\nContent-Type: ")
                .append(type)
                .append("; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
                .appendQuotedPrintable(body)
                .append("\r\n");
    }
}
