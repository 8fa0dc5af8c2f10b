package reynard.sequence;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Statistics as Kit shows them.
final class StatisticsJson {
    private StatisticsJson() {}

    /// Everything but the people who left is null as long as nothing was sent.
    static Map<String, @Nullable Object> ofSequence(long cancelled, Optional<Statistics> statistics) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("unsubscribers", cancelled);
        json.putAll(ofEmail(statistics.orElse(Statistics.NONE)));
        if (statistics.isEmpty()) {
            json.replaceAll((key, value) -> key.equals("unsubscribers") ? value : null);
        }
        return json;
    }

    static Map<String, @Nullable Object> ofEmail(Statistics statistics) {
        long recipients = statistics.recipients();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("recipients", recipients);
        json.put("opens", statistics.opens());
        json.put("clicks", statistics.clicks());
        json.put("email_unsubscribes", statistics.unsubscribes());
        json.put("bounces", statistics.bounces());
        json.put("complaints", statistics.complaints());
        json.put("open_rate", Statistics.rate(statistics.opens(), recipients));
        json.put("click_rate", Statistics.rate(statistics.clicks(), recipients));
        json.put("click_to_open_rate", Statistics.rate(statistics.clicks(), statistics.opens()));
        json.put("unsubscribe_rate", Statistics.rate(statistics.unsubscribes(), recipients));
        json.put("bounce_rate", Statistics.rate(statistics.bounces(), recipients));
        json.put("complaint_rate", Statistics.rate(statistics.complaints(), recipients));
        return json;
    }
}
