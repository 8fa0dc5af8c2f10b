/// Pages about how an account tells its people apart: segments, tags and custom fields.
@NullMarked
package reynard.ui.audience;

import org.jspecify.annotations.NullMarked;
