package reynard.ui.sending;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Whom mail is handed to, and whether domains are set up for it.
///
/// @param ways the relays; none: the built-in inbox
/// @param states how many emails of the ledger are in each state that is not final
/// @param pace when all that is due will have gone out; empty when nothing is due
/// @param checked the domain that was looked up; empty when none was
/// @param findings what DNS says of it
public record HealthPage(
        Frame frame,
        Form form,
        List<Way> ways,
        List<Option> states,
        String pace,
        List<String> domains,
        String checked,
        List<Finding> findings,
        List<Key> keys) {
    public HealthPage {
        ways = List.copyOf(ways);
        states = List.copyOf(states);
        domains = List.copyOf(domains);
        findings = List.copyOf(findings);
        keys = List.copyOf(keys);
    }

    /// @param words what is wrong with it; empty when nothing is
    public record Way(String name, String standing, String tone, String words) {}

    /// @param record of DNS that would mend it; empty when there is none
    public record Finding(String subject, String level, String tone, String text, String record) {}

    public record Key(String domain, String selector, String algorithm, String signs, boolean inUse, String record) {}
}
