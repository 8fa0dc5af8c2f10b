package reynard.ui.template;

import reynard.ui.Form;
import reynard.ui.Frame;

/// A layout that is being written.
///
/// @param id 0: it is new
/// @param isDefault whether emails that name none have it
public record TemplatePage(Frame frame, long id, String action, Form form, boolean isDefault) {}
