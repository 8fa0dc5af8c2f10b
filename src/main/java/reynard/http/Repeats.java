package reynard.http;

import java.util.function.Supplier;

/// Does once what a client asks for again under the same key, because it does not know whether the first request came
/// through.
@FunctionalInterface
public interface Repeats {
    /// @param key what the client calls the request
    /// @param request a hash of what it asks for
    /// @param work what it asks for, unless that was done before
    /// @return what was answered the first time; 409 while the first request has no answer
    /// @throws InvalidRequest when the key was for something else
    Reply answer(Caller caller, String key, byte[] request, Supplier<Reply> work);
}
