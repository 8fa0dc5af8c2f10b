package reynard.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Remembers what DNS has answered, for as long as the answer says and a day at most. What failed is asked again. Safe
/// for many threads.
public final class DnsCache implements Dns {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int KEPT_MAX = 20_000;

    private final Dns dns;
    private final InstantSource clock;
    private final Map<Question, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Known> eldest) {
            return size() > KEPT_MAX;
        }
    };

    private enum Kind {
        TXT,
        MX,
        ADDRESSES,
        REVERSE
    }

    private record Question(Kind kind, String name) {}

    private record Known(Answer answer, Instant until) {}

    public DnsCache(Dns dns, InstantSource clock) {
        this.dns = dns;
        this.clock = clock;
    }

    @Override
    public Answer txt(String name) {
        return answer(Kind.TXT, name, dns::txt);
    }

    @Override
    public Answer mx(String name) {
        return answer(Kind.MX, name, dns::mx);
    }

    @Override
    public Answer addresses(String name) {
        return answer(Kind.ADDRESSES, name, dns::addresses);
    }

    @Override
    public Answer reverse(String address) {
        return answer(Kind.REVERSE, address, dns::reverse);
    }

    private Answer answer(Kind kind, String name, Function<String, Answer> asking) {
        var question = new Question(kind, name);
        var now = clock.instant();
        synchronized (known) {
            @Nullable Known found = known.get(question);
            if (found != null && now.isBefore(found.until())) {
                return found.answer();
            }
        }
        // Nobody waits for somebody else's question.
        var answer = asking.apply(name);
        var ttl = answer.ttl();
        if (ttl.isPositive()) {
            synchronized (known) {
                known.put(question, new Known(answer, now.plus(ttl.compareTo(LONGEST) > 0 ? LONGEST : ttl)));
            }
        }
        return answer;
    }
}
