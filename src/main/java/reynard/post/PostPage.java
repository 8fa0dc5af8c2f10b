package reynard.post;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Optional;
import reynard.page.Language;
import reynard.page.Texts;

/// What the pages of an account's posts show.
///
/// @param account its name
/// @param all where the list of its posts is
/// @param posts one on its own page, or those of the list
/// @param older where the list goes on
public record PostPage(
        Texts texts, String account, ZoneId zone, String all, List<Entry> posts, Optional<String> older) {
    public PostPage {
        posts = List.copyOf(posts);
    }

    /// @param url where it is to be read
    /// @param html what it says, harmless
    /// @param picture an address of the web
    public record Entry(
            String url,
            String title,
            Instant at,
            Optional<String> description,
            String html,
            Optional<String> picture,
            String pictureText) {}

    public Language language() {
        return texts.language();
    }

    public String text(String key, Object... values) {
        return texts.get(key, values);
    }

    public Entry post() {
        return posts.getFirst();
    }

    public String feed() {
        return all + "/feed.xml";
    }

    /// The same as RSS.
    public String rss() {
        return all + "/rss.xml";
    }

    /// The day, as the visitor's language writes it and the account's clock shows it.
    public String day(Entry entry) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(texts.language().locale())
                .format(entry.at().atZone(zone));
    }
}
