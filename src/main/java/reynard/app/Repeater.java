package reynard.app;

import java.util.function.Supplier;
import reynard.access.Repetitions;
import reynard.access.Repetitions.Taking;
import reynard.db.Database;
import reynard.http.Caller;
import reynard.http.InvalidRequest;
import reynard.http.Repeats;
import reynard.http.Reply;
import reynard.id.AppId;

/// Does once what comes again with its `Idempotency-Key`, for each account and app by itself.
///
/// A refusal has changed nothing, so it frees the key. Where the database failed, the key stays taken, and whoever
/// repeats the request is told that nobody knows.
final class Repeater implements Repeats {
    private static final int REFUSED = 400;
    private static final String UNANSWERED =
            "A request with this Idempotency-Key was begun and has no answer. Unless one comes soon, look whether it"
                    + " was done before you send it with another key.";
    private static final String FORGOTTEN =
            "The request with this Idempotency-Key was done; its answer is not kept any more.";

    private final Repetitions repetitions;

    Repeater(Repetitions repetitions) {
        this.repetitions = repetitions;
    }

    @Override
    public Reply answer(Caller caller, String key, byte[] request, Supplier<Reply> work) {
        var name = caller.app().map(AppId::value).orElse(0L) + " " + key;
        return switch (repetitions.take(caller.account(), name, request)) {
            case Taking.Taken _ -> done(caller, name, work);
            case Taking.Other _ -> throw new InvalidRequest("Idempotency-Key was used for another request");
            case Taking.Unanswered _ -> Reply.error(409, UNANSWERED);
            case Taking.Forgotten _ -> Reply.error(409, FORGOTTEN);
            case Taking.Answered(int status, String answer) ->
                Reply.ofKept(status, answer).with("Idempotency-Replayed", "true");
        };
    }

    private Reply done(Caller caller, String name, Supplier<Reply> work) {
        Reply reply;
        try {
            reply = work.get();
        } catch (RuntimeException e) {
            if (!Database.isFailure(e)) {
                repetitions.free(caller.account(), name);
            }
            throw e;
        }
        if (reply.status() < REFUSED) {
            repetitions.keep(caller.account(), name, reply.status(), reply.kept());
        } else {
            repetitions.free(caller.account(), name);
        }
        return reply;
    }
}
