package reynard.ui.broadcast;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// A broadcast that is being written.
///
/// @param id 0: it is new
/// @param when it begins, in a sentence; empty for a draft
/// @param senders the addresses that it may come from
/// @param segments named as boxes name them, as are the tags
/// @param variables what differs from reader to reader
/// @param zone on whose clocks times are
/// @param draft when the author typed something that they have not saved; empty when there is nothing
public record BroadcastPage(
        Frame frame,
        long id,
        String action,
        Form form,
        Step step,
        String when,
        List<Option> templates,
        List<Option> senders,
        List<Option> segments,
        List<Option> tags,
        List<Option> variables,
        String zone,
        String draft) {
    public BroadcastPage {
        templates = List.copyOf(templates);
        senders = List.copyOf(senders);
        segments = List.copyOf(segments);
        tags = List.copyOf(tags);
        variables = List.copyOf(variables);
    }

    BroadcastPage withDraft(String at) {
        return new BroadcastPage(
                frame, id, action, form, step, when, templates, senders, segments, tags, variables, zone, at);
    }
}
