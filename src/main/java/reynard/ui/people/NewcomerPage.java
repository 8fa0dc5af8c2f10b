package reynard.ui.people;

import java.util.List;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// Somebody is added by hand.
public record NewcomerPage(Frame frame, Form form, List<Option> sequences) {
    public NewcomerPage {
        sequences = List.copyOf(sequences);
    }
}
