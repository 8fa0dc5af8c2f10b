package reynard.post;

import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// The posts of an account as RSS 2.0, for readers of feeds that know nothing else.
final class Rss {
    private Rss() {}

    static String of(PostPage page) {
        var text = new StringWriter();
        try {
            var out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
            out.writeStartDocument("UTF-8", "1.0");
            out.writeStartElement("rss");
            out.writeAttribute("version", "2.0");
            out.writeStartElement("channel");
            element(out, "title", page.account());
            element(out, "link", page.all());
            element(out, "description", page.text("post.by", page.account()));
            for (var post : page.posts()) {
                out.writeStartElement("item");
                element(out, "title", post.title());
                element(out, "link", post.url());
                element(out, "guid", post.url());
                element(out, "pubDate", date(post.at()));
                element(out, "description", post.html());
                out.writeEndElement();
            }
            out.writeEndElement();
            out.writeEndElement();
            out.writeEndDocument();
            out.close();
            return text.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a text in memory can be written to", e);
        }
    }

    private static void element(XMLStreamWriter out, String name, String value) throws XMLStreamException {
        out.writeStartElement(name);
        out.writeCharacters(Feed.clean(value));
        out.writeEndElement();
    }

    private static String date(Instant at) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC));
    }
}
