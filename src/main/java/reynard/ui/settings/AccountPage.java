package reynard.ui.settings;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// The account's settings, and the keys that programs use.
///
/// @param senders the addresses that emails may come from
/// @param secret a new key, shown this once; empty when none was made
public record AccountPage(
        Frame frame,
        Form form,
        List<Option> hours,
        List<String> zones,
        List<Sender> senders,
        List<Key> keys,
        String secret) {
    public AccountPage {
        hours = List.copyOf(hours);
        zones = List.copyOf(zones);
        senders = List.copyOf(senders);
        keys = List.copyOf(keys);
    }

    public record Sender(String email, String name, boolean verified, boolean isDefault) {}

    public record Key(long id, String name, String since, boolean revoked, String revokedAt) {}
}
