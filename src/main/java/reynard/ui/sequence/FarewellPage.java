package reynard.ui.sequence;

import reynard.ui.Frame;

/// Asks before a sequence is deleted.
public record FarewellPage(Frame frame, long id, String name, String people) {}
