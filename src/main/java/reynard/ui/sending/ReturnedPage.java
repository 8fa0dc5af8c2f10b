package reynard.ui.sending;

import java.util.List;
import java.util.Optional;
import reynard.ui.Form;
import reynard.ui.Frame;
import reynard.ui.Option;

/// What came back of emails: bounces and complaints, by what they mean.
public record ReturnedPage(
        Frame frame,
        Form form,
        List<Option> verdicts,
        List<Row> rows,
        String path,
        Optional<String> older,
        Optional<String> newer) {
    public ReturnedPage {
        verdicts = List.copyOf(verdicts);
        rows = List.copyOf(rows);
    }

    /// @param person 0: nobody of the list
    /// @param words of the server that refused
    public record Row(
            long delivery,
            String to,
            long person,
            String verdict,
            String tone,
            String status,
            String words,
            String at) {}
}
