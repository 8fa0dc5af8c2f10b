package reynard.form;

import java.util.Optional;

/// Which forms a list shows; what is empty does not filter.
public record FormFilter(Optional<Form.Kind> kind, Optional<Form.Status> status) {}
