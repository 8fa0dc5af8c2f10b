package reynard.http;

import java.util.List;

/// The request is understood and cannot be carried out as it is: 422 with all its faults at once.
public final class InvalidRequest extends RuntimeException {
    private final List<String> faults;

    public InvalidRequest(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    public InvalidRequest(String fault) {
        this(List.of(fault));
    }

    public List<String> faults() {
        return faults;
    }
}
