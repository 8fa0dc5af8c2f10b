/// Broadcasts on the web: over Kit's API, as pages and as a feed.
@NullMarked
package reynard.post;

import org.jspecify.annotations.NullMarked;
