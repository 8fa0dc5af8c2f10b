package reynard.http;

/// HTTP in, HTTP out: translates a request for a front door, and its answer back.
@FunctionalInterface
public interface Handler {
    Reply handle(Request request);
}
