package reynard.page;

/// A question and a button: what a link in a mail leads to. Only the button, a POST to `action`, changes anything.
public record AskPage(Texts texts, String heading, String sentence, String action, String button) {}
