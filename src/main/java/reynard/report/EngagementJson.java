package reynard.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One reader's engagement as Kit shows it: rates as fractions of three decimals.
public final class EngagementJson {
    private EngagementJson() {}

    public static Map<String, @Nullable Object> of(Engagement engagement) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("sent", engagement.sent());
        json.put("opened", engagement.opened());
        json.put("clicked", engagement.clicked());
        json.put("bounced", engagement.bounced());
        json.put("open_rate", fraction(engagement.opened(), engagement.sent()));
        json.put("click_rate", fraction(engagement.clicked(), engagement.sent()));
        json.put("last_sent", engagement.lastSent().orElse(null));
        json.put("last_opened", engagement.lastOpened().orElse(null));
        json.put("last_clicked", engagement.lastClicked().orElse(null));
        json.put("sends_since_last_open", engagement.sendsSinceLastOpen());
        json.put("sends_since_last_click", engagement.sendsSinceLastClick());
        return json;
    }

    /// Three decimals; zero of nothing.
    public static double fraction(long part, long whole) {
        return rate(part, whole, 3);
    }

    /// Two decimals; zero of nothing.
    public static double percent(long part, long whole) {
        return rate(100 * part, whole, 2);
    }

    private static double rate(long part, long whole, int decimals) {
        return whole == 0
                ? 0
                : BigDecimal.valueOf(part)
                        .divide(BigDecimal.valueOf(whole), decimals, RoundingMode.HALF_UP)
                        .doubleValue();
    }
}
