package reynard.delivery;

import java.util.Map;
import java.util.Set;
import reynard.account.Account;
import reynard.account.SendingAddress;
import reynard.template.EmailRenderer.Rendered;
import reynard.template.Snippet;

/// An email as a reader would get it, for its author's eyes.
///
/// @param snippets those that it names, by key, and those that these name
/// @param variables what it names, as dotted paths
/// @param fields what `subscriber.` can name in this account
/// @param values what it names for this reader
/// @param message its bytes; the links in it lead nowhere and are not tracked
public record Specimen(
        Account account,
        SendingAddress from,
        Map<String, Snippet> snippets,
        Set<String> variables,
        Set<String> fields,
        Map<String, Object> values,
        Rendered rendered,
        byte[] message) {
    public Specimen {
        snippets = Map.copyOf(snippets);
        variables = Set.copyOf(variables);
        fields = Set.copyOf(fields);
        values = Map.copyOf(values);
    }
}
