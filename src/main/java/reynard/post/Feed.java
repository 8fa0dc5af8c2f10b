package reynard.post;

import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// The posts of an account as an Atom feed (RFC 4287).
final class Feed {
    private static final String ATOM = "http://www.w3.org/2005/Atom";
    // XML 1.0, 2.2; the rest of Unicode may stand in a text.
    private static final Pattern NOT_IN_XML = Pattern.compile("[^\t\n\r -\uD7FF\uE000-\uFFFD\\x{10000}-\\x{10FFFF}]");

    private Feed() {}

    /// @param since what an empty feed is dated by
    static String of(PostPage page, Instant since) {
        var text = new StringWriter();
        try {
            var out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            out.writeStartDocument("UTF-8", "1.0");
            out.setDefaultNamespace(ATOM);
            out.writeStartElement(ATOM, "feed");
            out.writeDefaultNamespace(ATOM);
            element(out, "id", page.all());
            element(out, "title", page.account());
            element(
                    out,
                    "updated",
                    text(page.posts().stream()
                            .map(PostPage.Entry::at)
                            .max(Instant::compareTo)
                            .orElse(since)));
            out.writeStartElement(ATOM, "author");
            element(out, "name", page.account());
            out.writeEndElement();
            link(out, "self", page.feed());
            link(out, "alternate", page.all());
            for (var post : page.posts()) {
                entry(out, post);
            }
            out.writeEndElement();
            out.writeEndDocument();
            out.close();
            return text.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a text in memory can be written to", e);
        }
    }

    private static void entry(XMLStreamWriter out, PostPage.Entry post) throws XMLStreamException {
        out.writeStartElement(ATOM, "entry");
        element(out, "id", post.url());
        element(out, "title", post.title());
        element(out, "published", text(post.at()));
        element(out, "updated", text(post.at()));
        link(out, "alternate", post.url());
        if (post.description().isPresent()) {
            element(out, "summary", post.description().get());
        }
        out.writeStartElement(ATOM, "content");
        out.writeAttribute("type", "html");
        out.writeCharacters(clean(post.html()));
        out.writeEndElement();
        out.writeEndElement();
    }

    private static void element(XMLStreamWriter out, String name, String value) throws XMLStreamException {
        out.writeStartElement(ATOM, name);
        out.writeCharacters(clean(value));
        out.writeEndElement();
    }

    private static void link(XMLStreamWriter out, String relation, String address) throws XMLStreamException {
        out.writeEmptyElement(ATOM, "link");
        out.writeAttribute("rel", relation);
        out.writeAttribute("href", address);
    }

    static String clean(String text) {
        return NOT_IN_XML.matcher(text).replaceAll("");
    }

    private static String text(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
