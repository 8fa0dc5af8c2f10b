package reynard.access;

import java.util.List;

/// What an author is asked before an app is let in.
///
/// @param parameters of the request, to be sent again with the answer
public record ConsentPage(
        String app,
        String account,
        String email,
        String rights,
        String destination,
        List<Field> parameters,
        String csrf) {
    public ConsentPage {
        parameters = List.copyOf(parameters);
    }

    public record Field(String name, String value) {}
}
