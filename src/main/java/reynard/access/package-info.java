/// Who may come in beside the holders of API keys, and how often anybody may: apps and their tokens (OAuth 2), authors
/// with a browser, rations.
@NullMarked
package reynard.access;

import org.jspecify.annotations.NullMarked;
