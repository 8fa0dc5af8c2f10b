package reynard.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import reynard.access.RateLimit;
import reynard.access.Ration;
import reynard.access.Rations;
import reynard.access.Tokens;
import reynard.account.ApiKeys;
import reynard.http.Caller;
import reynard.http.Gate;
import reynard.http.Presented;
import reynard.http.Routes;

/// Lets in who has a good credential and has not come too often.
///
/// A bearer token decides alone; a key beside it is not looked at. Wrong credentials are counted by where they come
/// from, and all together: beyond that they are 429. A good one always gets in, so that nobody locks out others who
/// share an address with them, as behind a proxy.
final class Doorkeeper implements Gate {
    private static final String INVALID = "The access token is invalid";
    private static final String EXPIRED = "The access token expired";
    private static final String FORBIDDEN =
            "You do not have sufficient permissions to access this resource. Please contact support.";
    private static final String BEARER = "bearer ";
    private static final Ration WRONG_FROM_ONE = new Ration(500, Duration.ofMinutes(1));
    private static final Ration WRONG_FROM_ALL = new Ration(3_000, Duration.ofMinutes(1));

    private final ApiKeys apiKeys;
    private final Tokens tokens;
    private final Rations rations;
    private final RateLimit rateLimit;
    private final boolean apiKeysMayBulk;
    private final InstantSource clock;

    Doorkeeper(
            ApiKeys apiKeys,
            Tokens tokens,
            Rations rations,
            RateLimit rateLimit,
            boolean apiKeysMayBulk,
            InstantSource clock) {
        this.apiKeys = apiKeys;
        this.tokens = tokens;
        this.rations = rations;
        this.rateLimit = rateLimit;
        this.apiKeysMayBulk = apiKeysMayBulk;
        this.clock = clock;
    }

    @Override
    public Entry enter(Presented presented, Routes.Door door) {
        var bearer = presented.authorization().filter(Doorkeeper::isBearer);
        if (bearer.isPresent()) {
            var token = bearer.get().substring(BEARER.length()).strip();
            return switch (tokens.find(token)) {
                case Tokens.Found.Unknown _ -> wrong(presented);
                case Tokens.Found.Expired _ -> new Entry.Unknown(EXPIRED);
                case Tokens.Found.InForce found
                when !presented.reads() && !found.scope().mayWrite() -> new Entry.Forbidden(FORBIDDEN);
                case Tokens.Found.InForce found ->
                    within(rateLimit.perToken(), "token:" + found.keyId(), new Caller(found.account(), found.app()));
            };
        }
        if (presented.apiKey().isEmpty()) {
            return new Entry.Unknown(INVALID);
        }
        var key = apiKeys.find(presented.apiKey().get());
        if (key.isEmpty()) {
            return wrong(presented);
        }
        if (door == Routes.Door.TOKEN && !apiKeysMayBulk) {
            return new Entry.Unknown(INVALID);
        }
        return within(
                rateLimit.perApiKey(),
                "key:" + key.get().id().value(),
                new Caller(key.get().account(), Optional.empty()));
    }

    private static boolean isBearer(String authorization) {
        return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER);
    }

    private Entry within(Optional<Ration> ration, String name, Caller caller) {
        if (ration.isPresent()
                && rations.take(name, ration.get(), clock.instant())
                        instanceof Rations.Taking.Refused(var retryAfter)) {
            return new Entry.Later(retryAfter);
        }
        return new Entry.Granted(caller);
    }

    private Entry wrong(Presented presented) {
        var now = clock.instant();
        var source = Rations.network(presented.address());
        if (rations.take("wrong:" + source, WRONG_FROM_ONE, now) instanceof Rations.Taking.Refused(var retryAfter)) {
            return new Entry.Later(retryAfter);
        }
        if (rations.take("wrong", WRONG_FROM_ALL, now) instanceof Rations.Taking.Refused(var retryAfter)) {
            return new Entry.Later(retryAfter);
        }
        return new Entry.Unknown(INVALID);
    }
}
