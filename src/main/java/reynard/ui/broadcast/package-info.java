/// Pages about emails to many at once, and their versions on the web.
@NullMarked
package reynard.ui.broadcast;

import org.jspecify.annotations.NullMarked;
