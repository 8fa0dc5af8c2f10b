package reynard.ui.sequence;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// The settings of a sequence.
///
/// @param people how many are inside, in words
public record SettingsPage(
        Frame frame,
        long id,
        String name,
        Form form,
        List<Option> senders,
        List<Option> templates,
        List<Option> days,
        List<Option> hours,
        List<String> zones,
        List<Group> exclusions,
        String people) {
    public SettingsPage {
        senders = List.copyOf(senders);
        templates = List.copyOf(templates);
        days = List.copyOf(days);
        hours = List.copyOf(hours);
        zones = List.copyOf(zones);
        exclusions = List.copyOf(exclusions);
    }

    /// What people may be excluded by, of one kind.
    public record Group(String label, List<Option> options, long chosen) {
        public Group {
            options = List.copyOf(options);
        }
    }
}
