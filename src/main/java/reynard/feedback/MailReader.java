package reynard.feedback;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;

/// Takes a message apart as a stream, within limits that no honest report comes near, so that a hostile one costs
/// little: 10 MB, 100 parts, 10 levels, 256 KB of headers, 64 KB of text of each part.
final class MailReader {
    static final int BYTES_MAX = 10 * 1024 * 1024;
    private static final int PARTS_MAX = 100;
    private static final int DEPTH_MAX = 10;
    private static final int HEADER_BYTES_MAX = 256 * 1024;
    private static final int HEADER_FIELDS_MAX = 1_000;
    private static final int TEXT_BYTES_MAX = 64 * 1024;
    private static final MimeConfig CONFIG = MimeConfig.custom()
            .setMaxLineLen(-1)
            .setMaxHeaderLen(HEADER_BYTES_MAX)
            .setMaxHeaderCount(HEADER_FIELDS_MAX)
            .setMaxContentLen(BYTES_MAX)
            .setMalformedHeaderStartsBody(false)
            .build();

    private final Headers.Builder own = new Headers.Builder();
    private final List<ReturnedMail.Part> parts = new ArrayList<>();
    private final List<Headers> attached = new ArrayList<>();
    private Headers.Builder inner = new Headers.Builder();
    private int messageDepth;
    private int multipartDepth;
    private int partCount;
    private int headerBytes;

    private MailReader() {}

    /// @throws HostileMail when a limit is passed, or when it cannot be read at all
    static ReturnedMail read(byte[] message) throws HostileMail {
        if (message.length > BYTES_MAX) {
            throw new HostileMail("more than " + BYTES_MAX + " bytes");
        }
        var reader = new MailReader();
        try {
            var stream = new MimeTokenStream(CONFIG);
            stream.parse(new ByteArrayInputStream(message));
            for (var state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                reader.token(stream, state);
            }
        } catch (MimeException | IOException e) {
            throw new HostileMail("not readable: " + e.getClass().getSimpleName());
        }
        return new ReturnedMail(
                reader.own.build(), reader.parts, reader.attached.stream().findFirst());
    }

    private void token(MimeTokenStream stream, EntityState state) throws HostileMail, IOException {
        switch (state) {
            case T_START_MESSAGE -> {
                messageDepth++;
                refuseDeep();
                inner = new Headers.Builder();
            }
            case T_END_MESSAGE -> messageDepth--;
            case T_START_MULTIPART -> {
                multipartDepth++;
                refuseDeep();
            }
            case T_END_MULTIPART -> multipartDepth--;
            case T_START_BODYPART -> {
                if (++partCount > PARTS_MAX) {
                    throw new HostileMail("more than " + PARTS_MAX + " parts");
                }
            }
            case T_FIELD -> field(stream);
            case T_END_HEADER -> {
                if (messageDepth > 1) {
                    endInner();
                }
            }
            case T_BODY -> body(stream);
            default -> {}
        }
    }

    private void refuseDeep() throws HostileMail {
        if (messageDepth + multipartDepth > DEPTH_MAX) {
            throw new HostileMail("more than " + DEPTH_MAX + " levels");
        }
    }

    private void field(MimeTokenStream stream) throws HostileMail {
        var field = stream.getField();
        headerBytes += field.getName().length() + field.getBody().length();
        if (headerBytes > HEADER_BYTES_MAX) {
            throw new HostileMail("more than " + HEADER_BYTES_MAX + " bytes of headers");
        }
        var value = field.getBody().replace("\r\n", "").replace("\n", "");
        if (messageDepth == 1 && multipartDepth == 0) {
            own.add(field.getName(), value);
        } else if (messageDepth > 1) {
            inner.add(field.getName(), value);
        }
    }

    /// The first head inside an attached message is that message's own.
    private void endInner() {
        var headers = inner.build();
        if (!headers.values().isEmpty()) {
            attached.add(headers);
        }
        inner = new Headers.Builder();
    }

    private void body(MimeTokenStream stream) throws IOException {
        if (messageDepth > 1) {
            return;
        }
        var descriptor = stream.getBodyDescriptor();
        var type = descriptor.getMimeType().toLowerCase(Locale.ROOT);
        boolean readable = type.startsWith("text/") || type.startsWith("message/");
        var text = readable ? text(stream.getDecodedInputStream(), descriptor) : "";
        parts.add(new ReturnedMail.Part(type, text));
        if (type.equals("text/rfc822-headers")) {
            attached.add(Headers.parse(text.stripLeading()));
        }
    }

    private static String text(InputStream body, BodyDescriptor descriptor) throws IOException {
        return new String(body.readNBytes(TEXT_BYTES_MAX), charset(descriptor.getCharset()));
    }

    private static Charset charset(String name) {
        try {
            return Optional.ofNullable(name)
                    .filter(Charset::isSupported)
                    .map(Charset::forName)
                    .filter(charset -> !charset.equals(StandardCharsets.US_ASCII))
                    .orElse(StandardCharsets.UTF_8);
        } catch (IllegalCharsetNameException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
