package reynard.template.liquid;

/// Finds one text in others, in time that grows with their length only.
///
/// `String.indexOf` tries every place, which takes minutes for half a million `a` and a `b` in a million `a`. Longer
/// texts are searched by Knuth, Morris and Pratt: after a mismatch it goes on with the longest start that still fits.
final class Search {
    private static final int SHORT = 32;

    private final String searched;
    private final int[] fits;

    /// Pays for reading the text that is searched for.
    Search(String searched, Scope scope) {
        this.searched = searched;
        scope.budget.text(searched.length());
        this.fits = searched.length() > SHORT ? fits(searched) : new int[0];
    }

    /// For every place, how many characters that end there are also the start of the text.
    private static int[] fits(String text) {
        var fits = new int[text.length()];
        int length = 0;
        for (int i = 1; i < text.length(); i++) {
            while (length > 0 && text.charAt(i) != text.charAt(length)) {
                length = fits[length - 1];
            }
            if (text.charAt(i) == text.charAt(length)) {
                length++;
            }
            fits[i] = length;
        }
        return fits;
    }

    /// Where the text is first found at or after `from`, or -1.
    int in(String text, int from) {
        return fits.length == 0 ? text.indexOf(searched, from) : walk(text, from, false);
    }

    /// Where the text is last found, or -1.
    int lastIn(String text) {
        return fits.length == 0 ? text.lastIndexOf(searched) : walk(text, 0, true);
    }

    private int walk(String text, int from, boolean toTheLast) {
        int found = -1;
        int length = 0;
        for (int i = from; i < text.length(); i++) {
            while (length > 0 && text.charAt(i) != searched.charAt(length)) {
                length = fits[length - 1];
            }
            if (text.charAt(i) == searched.charAt(length) && ++length == searched.length()) {
                found = i + 1 - length;
                if (!toTheLast) {
                    return found;
                }
                length = fits[length - 1];
            }
        }
        return found;
    }
}
