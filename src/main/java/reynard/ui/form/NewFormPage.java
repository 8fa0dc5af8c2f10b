package reynard.ui.form;

import reynard.ui.Form;
import reynard.ui.Frame;

/// A form to be made.
public record NewFormPage(Frame frame, Form form) {}
