package reynard.inbox;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.james.mime4j.codec.DecoderUtil;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;

/// A message as a mail program would show it: its headers decoded, its HTML, its text.
///
/// @param headers name to value as it came, unfolded; the last of those that appear twice
public record ParsedMail(Map<String, String> headers, String subject, Optional<String> html, Optional<String> text) {

    public static ParsedMail of(byte[] raw) {
        try {
            var builder = new DefaultMessageBuilder();
            builder.setMimeEntityConfig(
                    MimeConfig.custom().setMaxLineLen(-1).setMaxHeaderLen(-1).build());
            var message = builder.parseMessage(new ByteArrayInputStream(raw));
            var headers = new LinkedHashMap<String, String>();
            message.getHeader()
                    .getFields()
                    .forEach(field ->
                            headers.put(field.getName(), field.getBody().replaceAll("\r?\n[ \t]+", " ")));
            return new ParsedMail(
                    headers,
                    Optional.ofNullable(message.getSubject())
                            .map(subject -> DecoderUtil.decodeEncodedWords(subject, StandardCharsets.UTF_8))
                            .orElse(""),
                    part(message, "text/html"),
                    part(message, "text/plain"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> part(Message message, String mediaType) {
        return leaves(message).stream()
                .filter(entity -> entity.getMimeType().equals(mediaType))
                .findFirst()
                .map(ParsedMail::text);
    }

    private static List<Entity> leaves(Entity entity) {
        return entity.getBody() instanceof Multipart multipart
                ? multipart.getBodyParts().stream()
                        .flatMap(part -> leaves(part).stream())
                        .toList()
                : List.of(entity);
    }

    private static String text(Entity entity) {
        if (!(entity.getBody() instanceof TextBody body)) {
            return "";
        }
        var bytes = new ByteArrayOutputStream();
        try {
            body.writeTo(bytes);
            var name = Optional.ofNullable(body.getMimeCharset()).orElse("utf-8");
            return bytes.toString(Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
