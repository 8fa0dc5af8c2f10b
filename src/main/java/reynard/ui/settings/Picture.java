package reynard.ui.settings;

import io.nayuki.qrcodegen.QrCode;

/// A text as a picture that telephones read (ISO/IEC 18004).
///
/// @param size of its square, with the margin that it needs
/// @param path of the dark points (SVG)
public record Picture(int size, String path) {
    private static final int MARGIN = 4;

    static Picture of(String text) {
        var code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        var path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + MARGIN)
                            .append(' ')
                            .append(y + MARGIN)
                            .append("h1v1h-1z");
                }
            }
        }
        return new Picture(code.size + 2 * MARGIN, path.toString());
    }
}
